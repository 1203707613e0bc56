"""What a file shows: pixels or text only, and its bytes as a download."""
