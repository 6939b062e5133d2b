-- Whether the event named its site by its key; of what was stored before, nobody knows.
ALTER TABLE events
    ADD COLUMN IF NOT EXISTS by_key Bool CODEC(ZSTD(3))
