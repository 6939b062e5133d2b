"""Reports that are sent regularly, and alerts: what is told of sites without anybody looking."""
