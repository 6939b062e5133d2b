-- The newest name that a site gave a recognised visitor. Inserting a row twice changes nothing.
CREATE TABLE IF NOT EXISTS visitor_names
(
    site_id UInt32,
    batch UInt64,
    ts DateTime64(3, 'UTC'),
    visitor_id UInt64,
    name String CODEC(ZSTD(3))
)
ENGINE = {replacing_engine}
ORDER BY (site_id, visitor_id)
SETTINGS {durability}
