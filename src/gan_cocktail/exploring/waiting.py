"""How long pictures take on this machine, told before one waits for them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 0.5  # seconds that one waits without being told why
MOST = 16  # images at once where nothing is known of their time


class Clock:
    """Seconds an image, by what was drawn last."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def timing(self, n: int) -> Iterator[None]:
        """Time the drawing of n images."""
        began = time.perf_counter()
        yield
        self.seconds = (time.perf_counter() - began) / n

    def at_once(self) -> int:
        """Images to draw before one looks whether they are still wanted."""
        return max(1, int(PATIENCE / self.seconds)) if self.seconds else MOST

    def sentence(self, n: int, resolution: int) -> str:
        """What is waited for if n images are drawn now; nothing if that is not worth a sentence."""
        expected = n * self.seconds
        if expected < PATIENCE:
            return ""
        what = "one picture" if n == 1 else f"{n} pictures"
        return f"Drawing {what} of {resolution} x {resolution} pixels: about {_told(expected)}."


def _told(seconds: float) -> str:
    return f"{seconds:.1f} seconds" if seconds < 10 else f"{seconds:.0f} seconds"
