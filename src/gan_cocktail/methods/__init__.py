"""What differs between the methods."""
