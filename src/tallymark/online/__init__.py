"""The one room that opens a connection to another computer, each time asked for by name."""
