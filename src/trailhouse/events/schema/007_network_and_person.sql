-- Whether an organisation sells access to people or is a company, and the recognised id that an event came with.
ALTER TABLE events
    ADD COLUMN IF NOT EXISTS network_kind LowCardinality(String) CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS person UInt64 CODEC(ZSTD(3))
