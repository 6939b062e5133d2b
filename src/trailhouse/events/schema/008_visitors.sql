-- The visits of recognised visitors, one row each, with the start of their first visit and of the one before (1970: none).
-- Made of `events`, see docs/decisions/0019. A row twice changes nothing.
-- A report reads the visits of its period; the writer looks for those of a person.
CREATE TABLE IF NOT EXISTS visitors
(
    site_id UInt32,
    batch UInt64,
    ts DateTime64(3, 'UTC'),
    visitor_id UInt64,
    person UInt64,
    visit_id UInt64,
    started DateTime64(3, 'UTC'),
    first_seen DateTime64(3, 'UTC'),
    before DateTime64(3, 'UTC'),
    INDEX by_person person TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_visitor visitor_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = {replacing_engine}
ORDER BY (site_id, started, person, visit_id)
SETTINGS {durability}
