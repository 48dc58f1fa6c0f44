"""`python -m gan_cocktail`: the command line, for programs that start modules, such as torchrun."""

from gan_cocktail.cli import main

main()
