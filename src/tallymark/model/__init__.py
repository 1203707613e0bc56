"""What is said: records, moments, events and the casefile. No disk, clock or random here."""
