"""One-thing applications, each folder complete."""
