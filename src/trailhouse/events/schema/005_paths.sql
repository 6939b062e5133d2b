-- Rows of one site lie together, so a stretch of them has few paths: a dictionary is smaller and read six times faster.
ALTER TABLE events
    MODIFY COLUMN path LowCardinality(String) CODEC(ZSTD(3)),
    MODIFY COLUMN entry_path LowCardinality(String) CODEC(ZSTD(3))
