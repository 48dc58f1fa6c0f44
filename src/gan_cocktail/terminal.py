"""What a terminal may be sent."""


def harmless(text: str) -> str:
    """What may be out of a file: what would steer a terminal is shown, not sent."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
