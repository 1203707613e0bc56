"""All entries and files."""
