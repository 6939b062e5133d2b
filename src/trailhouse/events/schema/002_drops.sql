-- What was left out, counted by site, day (UTC) and reason. site_id 0: the site is not known.
CREATE TABLE IF NOT EXISTS drops
(
    site_id UInt32,
    batch UInt64,
    day Date,
    reason LowCardinality(String),
    n UInt64
)
ENGINE = {engine}
PARTITION BY toYYYYMM(day)
ORDER BY (site_id, day, reason)
SETTINGS {durability}
