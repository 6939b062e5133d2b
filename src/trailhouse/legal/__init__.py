"""Who processes data for whom: legal notices, privacy statements, processing agreements with their sub-processors."""
