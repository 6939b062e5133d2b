-- The last seen title of each page. Inserting a row twice changes nothing.
CREATE TABLE IF NOT EXISTS titles
(
    site_id UInt32,
    batch UInt64,
    ts DateTime64(3, 'UTC'),
    path String,
    title String CODEC(ZSTD(3))
)
ENGINE = {replacing_engine}
ORDER BY (site_id, path)
SETTINGS {durability}
