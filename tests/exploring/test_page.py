"""The page in a real browser: served by the command itself, used by keyboard and mouse."""

import base64
import contextlib
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from gan_cocktail.applications.seeds import draw_seeds
from gan_cocktail.checkpoints.model import load, save
from gan_cocktail.exploring.explorer import open_explorer
from gan_cocktail.exploring.rows import CLASSES, row
from gan_cocktail.exploring.state import only
from gan_cocktail.tensors import load_tensors
from tests.conftest import TINY
from tests.exploring.test_explorer import close, picture
from tests.networks.test_networks import lively

pytest.importorskip("nicegui", reason="needs gan-cocktail[explore]")
playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (Debian: apt-get install chromium)"),
]
SHOWN = "figure.picture img"
CODE = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # as a terminal starts it; tests may run in the background
from gan_cocktail.cli import main
main()
"""
RUN = [sys.executable, "-c", CODE]
DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 375, "height": 740}


@contextlib.contextmanager
def serving(model, *options, cwd):
    """The address of the page of a model, while it is served by the command."""
    process = subprocess.Popen(
        [*RUN, "explore", model, *options, "--port", "0", "--no-browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env={k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"},  # NiceGUI serves tests otherwise
    )
    assert process.stdout
    try:
        address = process.stdout.readline().split()[0]
        _listening(address)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
        assert process.returncode == 130  # as of any program that Ctrl+C ends
        assert "Traceback" not in said


@pytest.fixture(scope="module")
def served(files, tmp_path_factory):
    """(the page's address, the folder that it is served from)."""
    folder = tmp_path_factory.mktemp("served")
    options = ["--direction", files / "pose.safetensors", "--projected", files / "photo/w.safetensors"]
    with serving(files / "union.safetensors", *options, cwd=folder) as address:
        yield address, folder


def _listening(address):
    """Wait until something does: the address is told just before."""
    host, port = address.removeprefix("http://").split(":")
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection((host, int(port)), 1):
            return
        time.sleep(0.1)
    raise TimeoutError(address)


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium, served):
    """Opens the page in a window of a size; at the end, nothing went wrong in it, and all came from this machine."""
    contexts, errors, requests = [], [], []

    def go(size, address=served[0]):
        context = chromium.new_context(viewport=size)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(error))
        page.on("request", lambda request: requests.append(request.url))
        page.on("websocket", lambda socket: requests.append(socket.url))
        page.goto(address)
        page.locator(f"{SHOWN}[src^=data]").wait_for()
        return page

    yield go
    for context in contexts:
        context.close()
    assert not errors
    assert requests
    assert [url for url in requests if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:"))] == []


def decoded(data):
    return torch.from_numpy(np.array(Image.open(io.BytesIO(data)))).permute(2, 0, 1).int()


def shown(page, selector=SHOWN):
    source = page.locator(selector).first.get_attribute("src")
    return decoded(base64.b64decode(source.split(",")[1]))


def until(page, act, selector=SHOWN):
    """Do something that changes the picture, and wait until it is another."""
    before = page.locator(selector).first.get_attribute("src")
    act()
    page.wait_for_function(
        "([selector, before]) => document.querySelector(selector).src !== before", arg=[selector, before]
    )


def saved(page, name, folder):
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name, exact=True).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_the_first_picture_and_the_row_are_those_of_the_first_state(opened, explorer):
    page = opened(DESKTOP)
    close(shown(page), picture(explorer, explorer.start()))
    cells = row(CLASSES, explorer.start(), explorer.names, ["pose"], 6)
    page.wait_for_function("document.querySelectorAll('.row-of img[src]').length === 2")
    assert page.locator(".row-of button").all_inner_texts() == [cell.caption for cell in cells]
    close(shown(page, ".row-of button:nth-child(2) img"), picture(explorer, cells[1].state))


def test_arrow_keys_on_a_slider_change_the_picture(opened, explorer):
    page = opened(DESKTOP)
    page.get_by_role("slider", name="psi of cat").focus()
    for psi in (0.95, 0.9):
        until(page, lambda: page.keyboard.press("ArrowLeft"))
        close(shown(page), picture(explorer, replace(explorer.start(), psi=(psi, 1.0))))
    until(page, lambda: page.keyboard.press("Home"))
    close(shown(page), picture(explorer, replace(explorer.start(), psi=(0.0, 1.0))))


def test_a_keyboard_reaches_every_control(opened):
    page = opened(DESKTOP)
    reached, focused = set(), "(e => e.ariaLabel || e.innerText || e.labels?.[0]?.innerText)(document.activeElement)"
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(focused))
    sliders = {"Share of cat", "Share of face", "psi of face", "Direction pose", "From A to B"}
    buttons = {"Next seed", "Start over", "A to B", "face", "Picture (PNG)", "Model of this class (safetensors)"}
    assert sliders | buttons | {"Seed", "B has the same latent as A", "Start from", "Class of B"} <= reached


def test_every_control_has_a_name(opened):
    page = opened(DESKTOP)
    sliders = page.locator("main input[type=range]").count()
    assert sliders == 7
    unnamed = page.evaluate("""() => [...document.querySelectorAll('main input, main button')].filter(
        e => !(e.ariaLabel || e.innerText || e.labels?.length || e.closest('[aria-label]'))).map(e => e.outerHTML)""")
    assert unnamed == []


def test_a_picture_of_the_row_is_gone_to_and_its_controls_follow(opened, explorer):
    page = opened(DESKTOP)
    page.get_by_role("button", name="Layers", exact=True).click()
    cell = page.get_by_role("button", name="2 of A")
    until(page, cell.click)
    close(shown(page), picture(explorer, replace(explorer.start(), layers=2)))
    page.wait_for_function("document.querySelector('.row-of [aria-pressed=true]')?.innerText === '2 of A'")
    assert page.get_by_role("slider", name="Coarse layers").input_value() == "2"
    until(page, page.get_by_role("button", name="Start over").click)
    close(shown(page), picture(explorer, explorer.start()))
    assert page.get_by_role("slider", name="Coarse layers").input_value() == "6"


def test_a_seed_that_is_typed_is_drawn(opened, explorer):
    page = opened(DESKTOP)
    until(page, lambda: page.get_by_label("Seed", exact=True).fill("41"))
    close(shown(page), picture(explorer, replace(explorer.start(), seed=41)))
    until(page, page.get_by_role("button", name="Next seed").click)
    assert page.get_by_label("Seed", exact=True).input_value() == "42"


SLIDERS = {  # name: a value, and the state that it makes of the first
    "Share of cat": (0.4, lambda s: replace(s, shares=(0.4, s.shares[1]))),
    "psi of cat": (0.3, lambda s: replace(s, psi=(0.3, s.psi[1]))),
    "Share of face": (0.6, lambda s: replace(s, shares=(s.shares[0], 0.6))),
    "psi of face": (0.2, lambda s: replace(s, psi=(s.psi[0], 0.2))),
    "Direction pose": (1.5, lambda s: replace(s, steps=(1.5,))),
    "From A to B": (0.5, lambda s: replace(s, toward=0.5)),
    "Coarse layers of A, the rest of B": (3, lambda s: replace(s, layers=3)),
}


def test_every_slider_does_what_it_says(opened, explorer):
    page = opened(DESKTOP)
    names = page.evaluate("[...document.querySelectorAll('main input[type=range]')].map(e => e.ariaLabel)")
    assert names == list(SLIDERS)
    mixed = replace(explorer.start(), shares=(1.0, 0.5))  # in which both psi count
    until(page, lambda: page.get_by_role("slider", name="Share of face").fill("0.5"))
    for name, (value, change) in SLIDERS.items():
        slider = page.get_by_role("slider", name=name)
        first = slider.input_value()
        until(page, lambda slider=slider, value=value: slider.fill(str(value)))
        close(shown(page), picture(explorer, change(mixed)))
        until(page, lambda slider=slider, first=first: slider.fill(first))
        close(shown(page), picture(explorer, mixed))


def test_b_is_of_another_seed_or_class(opened, explorer):
    page = opened(DESKTOP)
    until(page, lambda: page.get_by_role("slider", name="From A to B").fill("1"))
    close(shown(page), picture(explorer, replace(explorer.start(), toward=1.0)))
    assert page.get_by_label("Seed of B").is_disabled()
    page.get_by_role("checkbox", name="B has the same latent as A").click()  # to seed 0, which A has too
    until(page, lambda: page.get_by_label("Seed of B").fill("7"))
    state = replace(explorer.start(), toward=1.0, other_seed=7)
    close(shown(page), picture(explorer, state))
    page.get_by_label("Class of B").click()
    until(page, page.get_by_role("option", name="cat").click)
    close(shown(page), picture(explorer, replace(state, other_class=0)))


def test_seeds_are_stepped_through_and_drawn_by_lot(opened, explorer):
    page = opened(DESKTOP)
    seed = page.get_by_label("Seed", exact=True)
    until(page, lambda: seed.fill("5"))
    until(page, page.get_by_role("button", name="Previous seed").click)
    assert seed.input_value() == "4"
    until(page, page.get_by_role("button", name="Random seed").click)
    close(shown(page), picture(explorer, replace(explorer.start(), seed=int(seed.input_value()))))


@pytest.mark.parametrize(("kind", "n"), [("Classes", 2), ("A to B", 7), ("Layers", 7), ("pose", 7), ("None", 0)])
def test_each_row_has_its_pictures(opened, explorer, kind, n):
    page = opened(DESKTOP)
    page.get_by_role("button", name=kind, exact=True).first.click()
    page.wait_for_function(f"document.querySelectorAll('.row-of img[src]').length === {n}")


def test_a_projected_image_is_shown_in_its_class(opened, explorer):
    page = opened(DESKTOP)
    page.get_by_label("Start from").click()
    until(page, page.get_by_role("option", name="photo").click)
    close(shown(page), picture(explorer, replace(explorer.start(), projected=0, shares=(0.0, 1.0))))
    assert page.get_by_role("slider", name="Share of face").input_value() == "1"
    page.get_by_role("button", name="A to B", exact=True).click()
    until(page, page.get_by_role("button", name="B", exact=True).click)
    close(shown(page), picture(explorer, replace(explorer.start(), projected=0)))


def test_without_any_share_the_page_says_what_to_do(opened):
    page = opened(DESKTOP)
    page.get_by_role("slider", name="Share of cat").focus()
    page.keyboard.press("Home")
    page.get_by_role("status").filter(has_text="no class has a share").wait_for()
    page.keyboard.press("End")
    page.get_by_role("status").filter(has_not_text="share").wait_for(state="attached")


def test_on_a_phone_nothing_is_wider_than_it(opened):
    page = opened(PHONE)
    for kind in ("Classes", "A to B", "Layers", "pose"):
        page.get_by_role("button", name=kind, exact=True).click()
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        wide = "[...document.querySelectorAll('main *')].map(e => e.getBoundingClientRect().right)"
        assert page.evaluate(f"Math.max(...{wide})") <= PHONE["width"]


def test_what_is_downloaded_is_what_is_shown(opened, explorer, tmp_path):
    page = opened(DESKTOP)
    until(page, page.get_by_role("button", name="Next seed").click)
    image = decoded(saved(page, "Picture (PNG)", tmp_path).read_bytes())
    assert torch.equal(image, shown(page))
    assert decoded(saved(page, "Row (PNG)", tmp_path).read_bytes()).shape == (3, 16, 32)
    path = saved(page, "z and w (safetensors)", tmp_path)
    assert path.name == "seed1-cat.safetensors"
    tensors, _ = load_tensors(path, "w")
    assert torch.equal(tensors["w"][0], explorer.w(replace(explorer.start(), seed=1))[0])
    own = load(saved(page, "Model of this class (safetensors)", tmp_path))
    assert (own.network.c_dim, own.info["class"]) == (0, explorer.names[0])
    (image,) = draw_seeds(own.generator(), 0, [1], noise="const")
    close(image.int(), picture(explorer, replace(explorer.start(), seed=1)))
    page.get_by_label("Class", exact=True).click()
    page.get_by_role("option", name="face").click()
    other = load(saved(page, "Model of this class (safetensors)", tmp_path))
    assert other.info["class"] == explorer.names[1]


def test_another_host_name_is_refused_and_nothing_is_left_behind(served, chromium):
    address, folder = served
    request = chromium.new_context().request
    assert request.get(address).status == 200
    assert request.get(address, headers={"Host": "evil.example"}).status == 400
    assert list(folder.iterdir()) == []


def test_of_many_classes_those_that_are_picked_have_sliders(opened, tmp_path):
    model = lively(TINY.model_copy(update={"c_dim": 10}), 0)
    save(model, tmp_path / "ten.safetensors")
    with serving(tmp_path / "ten.safetensors", cwd=tmp_path) as address:
        page = opened(DESKTOP, address)
        sliders = page.get_by_role("slider", name="Share of")
        assert sliders.count() == 2
        until(page, page.get_by_role("button", name="7", exact=True).click)
        explorer = open_explorer(tmp_path / "ten.safetensors")
        close(shown(page), picture(explorer, replace(explorer.start(), shares=only(7, 10))))
        page.get_by_role("slider", name="Share of 7").wait_for()
        assert sliders.count() == 3
        page.get_by_role("slider", name="Share of 1").focus()
        until(page, lambda: page.keyboard.press("End"))
        page.get_by_label("Classes in the mix").click()
        until(page, page.get_by_role("option", name="7", exact=True).click)  # without sliders, it has no share
        close(shown(page), picture(explorer, replace(explorer.start(), shares=only(1, 10))))
        assert sliders.count() == 2
