"""Style: looks that differ, fonts that are there, formats that are known."""

import itertools

import pytest
from matplotlib.figure import Figure

from gan_cocktail.errors import CocktailError
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.figures import FigureParams
from gan_cocktail.reporting.style import PALETTES, look, save_figure, styled


@pytest.mark.parametrize("palette", [*PALETTES, ["#000000", "#ff0000"]])
def test_twelve_methods_all_look_different(palette):
    looks = [look(k, FigureParams(palette=palette)) for k in range(12)]
    assert all(a != b for a, b in itertools.combinations(looks, 2))
    for a, b in itertools.pairwise(looks):
        assert a.color != b.color
        assert a.marker != b.marker
    for a, b in itertools.pairwise([each for each in looks if each.color == looks[0].color]):
        assert a.marker != b.marker
        assert a.linestyle != b.linestyle


@pytest.mark.parametrize("values", [{"palette": "rainbow"}, {"palette": ["blue"]}, {"palette": []}, {"font_size": 5}])
def test_wrong_values_are_refused(values):
    with pytest.raises(CocktailError, match=next(iter(values))):
        parse_section(FigureParams, values, "figures")


def test_a_font_that_is_not_there():
    with (
        pytest.raises(CocktailError, match=r"figures\.font: no font family 'Nowhere Sans'"),
        styled(FigureParams(font="Nowhere Sans")),
    ):
        pass


def test_an_unknown_format(tmp_path):
    with pytest.raises(CocktailError, match=r"one of \.pdf, \.png, \.svg"):
        save_figure(Figure(), tmp_path / "a.gif", FigureParams())
    assert not list(tmp_path.iterdir())
