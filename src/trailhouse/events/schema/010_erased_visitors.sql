-- Which visitors were erased, and when: nothing of theirs from before that moment may come back.
CREATE TABLE IF NOT EXISTS erased_visitors
(
    site_id UInt32,
    visitor_id UInt64,
    at DateTime64(3, 'UTC')
)
ENGINE = {engine}
ORDER BY (site_id, visitor_id, at)
SETTINGS {durability}
