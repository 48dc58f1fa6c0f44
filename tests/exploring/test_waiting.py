"""How long one waits is told, and looked at again while one waits."""

from gan_cocktail.exploring.waiting import PATIENCE, Clock


def test_waiting_is_told_where_it_is_long():
    clock = Clock()
    assert not clock.sentence(1, 1024)
    clock.seconds = 2.0
    assert clock.sentence(1, 1024) == "Drawing one picture of 1024 x 1024 pixels: about 2.0 seconds."
    assert clock.sentence(7, 1024) == "Drawing 7 pictures of 1024 x 1024 pixels: about 14 seconds."
    clock.seconds = 0.01
    assert not clock.sentence(9, 32)


def test_what_is_slow_is_drawn_one_at_a_time_and_what_is_fast_together():
    clock = Clock()
    assert clock.at_once() >= 9
    clock.seconds = 2.0
    assert clock.at_once() == 1
    clock.seconds = PATIENCE / 4
    assert clock.at_once() == 4
