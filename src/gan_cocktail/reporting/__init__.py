"""Tables, figures and grids, from files alone."""
