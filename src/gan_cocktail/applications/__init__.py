"""What the shared latent space of a union GAN is good for: pure functions of a generator."""
