-- Everything that was counted. One visit's rows stand together; a report on one site reads that site's days alone.
CREATE TABLE IF NOT EXISTS events
(
    site_id UInt32 CODEC(ZSTD(3)),
    batch UInt64 CODEC(T64('bit'), ZSTD(3)),
    origin LowCardinality(String) CODEC(ZSTD(3)),
    ts DateTime64(3, 'UTC') CODEC(T64, ZSTD(3)),
    visitor_id UInt64 CODEC(ZSTD(3)),
    visit_id UInt64 CODEC(ZSTD(3)),
    visit_started DateTime64(3, 'UTC') CODEC(ZSTD(3)),
    name LowCardinality(String) CODEC(ZSTD(3)),
    interactive Bool CODEC(ZSTD(3)),
    hostname LowCardinality(String) CODEC(ZSTD(3)),
    path String CODEC(ZSTD(3)),
    referrer String CODEC(ZSTD(3)),
    source LowCardinality(String) CODEC(ZSTD(3)),
    channel LowCardinality(String) CODEC(ZSTD(3)),
    utm_source LowCardinality(String) CODEC(ZSTD(3)),
    utm_medium LowCardinality(String) CODEC(ZSTD(3)),
    utm_campaign LowCardinality(String) CODEC(ZSTD(3)),
    utm_term String CODEC(ZSTD(3)),
    utm_content LowCardinality(String) CODEC(ZSTD(3)),
    click_id LowCardinality(String) CODEC(ZSTD(3)),
    search_term String CODEC(ZSTD(3)),
    entry_path String CODEC(ZSTD(3)),
    country LowCardinality(String) CODEC(ZSTD(3)),
    region LowCardinality(String) CODEC(ZSTD(3)),
    city LowCardinality(String) CODEC(ZSTD(3)),
    organisation LowCardinality(String) CODEC(ZSTD(3)),
    browser LowCardinality(String) CODEC(ZSTD(3)),
    browser_version LowCardinality(String) CODEC(ZSTD(3)),
    os LowCardinality(String) CODEC(ZSTD(3)),
    os_version LowCardinality(String) CODEC(ZSTD(3)),
    device LowCardinality(String) CODEC(ZSTD(3)),
    screen LowCardinality(String) CODEC(ZSTD(3)),
    language LowCardinality(String) CODEC(ZSTD(3)),
    props Map(LowCardinality(String), String) CODEC(ZSTD(3)),
    revenue Int64 CODEC(ZSTD(3)),
    revenue_amount Int64 CODEC(ZSTD(3)),
    revenue_currency LowCardinality(String) CODEC(ZSTD(3)),
    scroll_depth UInt8 CODEC(ZSTD(3)),
    engaged_ms UInt32 CODEC(T64, ZSTD(3))
)
ENGINE = {engine}
PARTITION BY toYYYYMM(ts)
ORDER BY (site_id, toDate(ts), visitor_id, ts)
-- Fewer and wider merges, and by rows until they are large: see docs/decisions/0015.
SETTINGS {durability}, merge_selector_base=16, vertical_merge_algorithm_min_rows_to_activate=1000000
