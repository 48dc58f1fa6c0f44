"""What anyone can measure: speed, memory, the yardstick."""
