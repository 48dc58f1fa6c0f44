"""A file a method, found by name: to add one, add a file."""
