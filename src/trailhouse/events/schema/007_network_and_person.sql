-- Whether an organisation sells access to people or is a company; the recognised id that an event came with, and when
-- the first visit of that person began.
ALTER TABLE events
    ADD COLUMN IF NOT EXISTS network_kind LowCardinality(String) CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS person UInt64 CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS first_seen DateTime64(3, 'UTC') CODEC(ZSTD(3))
