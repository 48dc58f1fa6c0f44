"""The local page of a model: what its controls say (a State), what that draws, what of it can be downloaded."""
