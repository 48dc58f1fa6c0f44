"""One image file: depth, transparency, colour, shape. What is right in 8 bits is right in every other kind."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from gan_cocktail.data.decode import decode
from gan_cocktail.data.files import UnreadableError
from gan_cocktail.params.reading import ReadingParams
from tests.data.files import encoded, png_of

SIDE = 16
GREY = arrays(np.uint8, (SIDE, SIDE, 1))
COLOUR = arrays(np.uint8, (SIDE, SIDE, 3))


def read(content, channels=3, resolution=SIDE, **reading):
    return decode(io.BytesIO(content), resolution, channels, ReadingParams(**reading))


def pixels(content, channels=3, **reading):
    return read(content, channels, **reading).pixels


def tiff(values, **options):
    return encoded(Image.fromarray(values), "TIFF", **options)


# Depth


@settings(max_examples=20, deadline=None)
@given(grey=GREY)
def test_grey_of_16_bits_is_that_of_8(grey):
    wide = grey.astype(np.uint16) * 257
    whole = wide[..., 0]
    expected = pixels(png_of(grey))
    for content in (
        png_of(wide, 16),
        tiff(whole),
        tiff(whole, compression="tiff_lzw"),
        encoded(Image.fromarray(whole), "PPM"),
        encoded(Image.fromarray(whole.astype(np.int32)), "TIFF"),
    ):
        assert np.array_equal(pixels(content), expected)


@settings(max_examples=20, deadline=None)
@given(colour=COLOUR, alpha=arrays(np.uint8, (SIDE, SIDE, 1)))
def test_colour_of_16_bits_is_that_of_8(colour, alpha):
    layers = np.concatenate([colour, alpha], 2)
    for eight in (colour, layers, layers[..., [0, 3]]):
        assert np.array_equal(pixels(png_of(eight.astype(np.uint16) * 257, 16)), pixels(png_of(eight)))


@settings(max_examples=30, deadline=None)
@given(bits=st.integers(9, 16), seed=st.integers(0, 99))
def test_the_stated_depth_is_scaled_to_the_full_range(bits, seed):
    top = 2**bits - 1
    values = np.random.default_rng(seed).integers(0, top + 1, (SIDE, SIDE, 1))
    values[0, 0], values[0, 1] = 0, top
    found = pixels(png_of(values, 16), 1, bits=bits)
    assert (found[0, 0], found[0, 1]) == (0, 255)
    assert np.abs(found - values / top * 255).max() < 1


def test_values_beyond_the_stated_depth_are_refused_not_clipped():
    with pytest.raises(UnreadableError, match=r"4,096 does not fit 12 bits \(0 to 4,095\)"):
        read(png_of(np.full((SIDE, SIDE, 1), 4096), 16), bits=12)
    with pytest.raises(UnreadableError, match="upper 8"):
        read(png_of(np.full((SIDE, SIDE, 3), 9), 16), bits=12)


def test_what_has_no_known_range_is_refused():
    for values, message in (
        (np.full((SIDE, SIDE), 0.5, np.float32), "32-bit floats"),
        (np.full((SIDE, SIDE), -5, np.int32), "integers from -5 to -5"),
        (np.full((SIDE, SIDE), 70000, np.int32), "integers from 70,000"),
    ):
        with pytest.raises(UnreadableError, match=message):
            read(tiff(values))


def test_the_highest_value_is_told_where_depth_is_taken_on_trust():
    dark = np.full((SIDE, SIDE, 1), 4000)
    assert read(png_of(dark, 16)).peak == 4000
    assert read(png_of(dark, 16), bits=12).peak is None
    assert read(png_of(dark.repeat(3, 2), 16)).peak == 15 * 257
    assert read(png_of(dark // 16)).peak is None


def test_white_is_zero_in_some_tiffs():
    values = np.zeros((SIDE, SIDE), np.uint16)
    assert pixels(tiff(values, tiffinfo={262: 0})).min() == 255
    assert pixels(tiff(values, tiffinfo={262: 1})).max() == 0


# Transparency


def over(colour, alpha, background):
    share = alpha / 255
    return colour * share + np.array(background) * (1 - share)


@settings(max_examples=20, deadline=None)
@given(colour=COLOUR, alpha=arrays(np.uint8, (SIDE, SIDE, 1)), background=st.sampled_from(["white", "#102030"]))
def test_transparency_is_laid_over_the_background(colour, alpha, background):
    rgb = ReadingParams(background=background).colour
    for eight in (np.concatenate([colour, alpha], 2), np.concatenate([colour[..., :1], alpha], 2)):
        solid = eight[..., :-1].repeat(3 // (eight.shape[2] - 1), 2)
        for content in (png_of(eight), png_of(eight.astype(np.uint16) * 257, 16)):
            found = read(content, background=background)
            assert np.abs(found.pixels - over(solid, alpha, rgb)).max() <= 1
            assert found.transparent == (alpha.min() < 255)


def hidden(mode, colour):
    """A blue disc, and a hidden colour about it, in a mode that knows transparency."""
    y, x = np.mgrid[:SIDE, :SIDE]
    disc = (y - 8) ** 2 + (x - 8) ** 2 < 30
    layers = np.zeros((SIDE, SIDE, 4), np.uint8)
    layers[~disc, :3], layers[disc] = colour, (0, 0, 255, 255)
    image = Image.fromarray(layers)
    if mode in ("P", "RGB"):
        index = Image.fromarray(disc.astype(np.uint8))
        flat = Image.frombytes("P", index.size, index.tobytes())
        flat.putpalette([*colour, 0, 0, 255])
        return encoded(flat if mode == "P" else flat.convert("RGB"), transparency=0 if mode == "P" else tuple(colour))
    return encoded(image.convert(mode), "TIFF" if mode == "PA" else "PNG")


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "RGB"])
def test_hidden_colours_never_show(mode):
    found = [pixels(hidden(mode, colour)) for colour in ((255, 0, 0), (0, 255, 0), (3, 3, 3))]
    assert all(np.array_equal(found[0], other) for other in found)
    assert found[0][0, 0].tolist() == [255, 255, 255]


def test_palettes_with_many_alphas_are_laid_over_too():
    flat = Image.new("P", (SIDE, SIDE))
    flat.putpalette([255, 0, 0, 0, 0, 255])
    assert pixels(encoded(flat, transparency=bytes([0, 128]))).min() == 255


@pytest.mark.parametrize(("depth", "key"), [(1, 1), (2, 2), (4, 9), (8, 77), (16, 40000)])
def test_a_transparent_grey_is_hidden_at_every_depth(depth, key):
    values = np.zeros((SIDE, SIDE, 1), int)
    values[:8] = key
    found = read(png_of(values, depth, [key]))
    assert found.transparent
    assert (found.pixels[:8].min(), found.pixels[8:].max()) == (255, 0)


def test_a_transparent_colour_of_16_bits_is_refused():
    with pytest.raises(UnreadableError, match="16-bit colours is transparent"):
        read(png_of(np.full((SIDE, SIDE, 3), 40000), 16, [40000, 40000, 40000]))


# Colour, orientation, frames


@pytest.mark.parametrize("mode", ["CMYK", "P", "YCbCr", "1", "L", "RGBX"])
def test_every_colour_mode_shows_the_same_picture(mode):
    picture = Image.new("RGB", (SIDE, SIDE), "white")
    picture.paste("black", (0, 0, SIDE, 8))
    found = pixels(encoded(picture.convert(mode), "TIFF"))
    assert found[:8].max() <= 2
    assert found[8:].min() >= 253


@pytest.mark.parametrize(
    ("kind", "deep"),
    [("JPEG", False), ("PNG", False), ("TIFF", False), ("WEBP", False), ("PNG", True), ("TIFF", True)],
)
def test_pictures_stand_upright(kind, deep):
    values = np.zeros((SIDE, SIDE), np.uint16 if deep else np.uint8)
    values[:8] = 65535 if deep else 255
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    found = pixels(encoded(Image.fromarray(values), kind, exif=exif))
    assert found[8:].min() > 250
    assert found[:8].max() < 5


def test_sizes_are_those_of_the_upright_picture():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert read(encoded(Image.new("RGB", (64, 32)), exif=exif)).size == (32, 64)


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "PNG", "WEBP"])
def test_the_first_of_several_frames_is_read(kind):
    frames = [Image.new("RGB", (SIDE, SIDE), colour) for colour in ("red", "blue", "green")]
    found = read(encoded(frames[0], kind, save_all=True, append_images=frames[1:]))
    assert found.frames == 3
    assert found.pixels[0, 0, 0] > 200 > 50 > found.pixels[0, 0, 2]


# Shape


def tall():
    """Red in the upper quarter of 64x128, the rest grey."""
    picture = Image.new("RGB", (64, 128), "grey")
    picture.paste("red", (0, 0, 64, 32))
    return encoded(picture)


def test_crops_keep_what_is_asked_for():
    red = [int((pixels(tall(), anchor=a)[..., 0] > 200).sum()) for a in ("top", "centre", "bottom")]
    assert red == [SIDE * SIDE // 2, 0, 0]
    wide = encoded(Image.open(io.BytesIO(tall())).rotate(90, expand=True))  # red at the left
    assert [int(pixels(wide, anchor=a)[0, 0, 0] > 200) for a in ("left", "centre", "right", "top")] == [1, 0, 0, 0]


def test_padding_keeps_everything():
    found = read(tall(), fit="pad", background="blue")
    assert (found.size, found.side) == ((64, 128), 128)
    assert found.pixels[:, [0, -1]].reshape(-1, 3).tolist() == [[0, 0, 255]] * 2 * SIDE
    assert (found.pixels[..., 0] > 200).sum() == SIDE // 4 * SIDE // 2
    assert pixels(tall(), fit="pad", anchor="left")[0, 0].tolist()[0] > 200
    assert pixels(tall(), 1, fit="pad")[0, 0] == 255


@settings(max_examples=30, deadline=None)
@given(width=st.integers(SIDE, 80), height=st.integers(SIDE, 80), fit=st.sampled_from(["crop", "pad"]))
def test_any_size_becomes_a_square(width, height, fit):
    found = read(encoded(Image.new("L", (width, height), 99)), 1, fit=fit)
    assert found.pixels.shape == (SIDE, SIDE, 1)
    assert found.size == (width, height)
    assert found.side == (min if fit == "crop" else max)(width, height)


def test_too_small_and_too_large_are_told():
    with pytest.raises(UnreadableError, match="16x8 pixels are fewer"):
        read(encoded(Image.new("L", (16, 8))))
    assert read(encoded(Image.new("L", (16, 8))), fit="pad").side == 16
    with pytest.raises(UnreadableError, match="14000x14000 pixels are more than the 100,000,000"):
        read(encoded(Image.new("1", (14000, 14000))))
    with pytest.raises(UnreadableError, match="10001x10000"):
        read(encoded(Image.new("1", (10001, 10000))))


# Damage


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(["PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP"]),
    percent=st.integers(0, 90),
    noise=st.binary(max_size=8),
)
def test_cut_off_files_have_a_readable_reason(kind, percent, noise):
    content = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    whole = encoded(Image.fromarray(content), kind)
    with pytest.raises(UnreadableError) as e:
        read(whole[: percent * len(whole) // 100] + noise)
    assert "not a readable image" in str(e.value)
    assert "BytesIO" not in str(e.value)
