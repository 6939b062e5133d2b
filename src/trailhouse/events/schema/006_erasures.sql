-- Whose statistics were deleted, and when: what was frozen before that moment must not come back with a late insert.
CREATE TABLE IF NOT EXISTS erasures
(
    site_id UInt32,
    at DateTime64(3, 'UTC')
)
ENGINE = {engine}
ORDER BY (at, site_id)
SETTINGS {durability}
