"""The bigger picture: a table, then the same as a chart."""
