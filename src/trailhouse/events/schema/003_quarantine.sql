-- Samples of what was left out and events that could not be stored, for 30 days.
CREATE TABLE IF NOT EXISTS quarantine
(
    site_id UInt32,
    batch UInt64,
    ts DateTime64(3, 'UTC'),
    reason LowCardinality(String),
    detail String CODEC(ZSTD(3))
)
ENGINE = {engine}
PARTITION BY toYYYYMM(ts)
ORDER BY (site_id, ts)
TTL toDateTime(ts) + INTERVAL 30 DAY
SETTINGS {durability}
