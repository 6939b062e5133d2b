"""Files of statistics that take long to make: asked for, made step by step, kept for some days."""
