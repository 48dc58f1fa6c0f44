"""StyleGAN2: pure functions of tensors, no I/O."""
