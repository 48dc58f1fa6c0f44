"""gan-cocktail explore: mistakes are one sentence each, said before anything is loaded."""

import socket
import sys

import pytest

from gan_cocktail.cli.explore import explore
from gan_cocktail.errors import CocktailError


def call(tmp_path, **options):
    explore(tmp_path / "none.safetensors", **{"host": "127.0.0.1", "port": 0, "browser": False} | options)


def test_a_port_that_is_taken(tmp_path):
    pytest.importorskip("nicegui")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CocktailError, match=f"--port {port}: another program listens there"):
            call(tmp_path, port=port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no host"])  # the first is kept for documentation
def test_an_address_that_is_not_this_machine_s(tmp_path, host):
    pytest.importorskip("nicegui")
    with pytest.raises(CocktailError, match=f"--host {host}, --port 0: cannot listen there"):
        call(tmp_path, host=host)


def test_a_model_that_is_not_there(tmp_path):
    pytest.importorskip("nicegui")
    with pytest.raises(CocktailError, match=r"none.safetensors: no such file"):
        call(tmp_path)


def test_without_the_package_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "gan_cocktail.exploring.server", raising=False)
    monkeypatch.setitem(sys.modules, "nicegui", None)
    with pytest.raises(CocktailError, match=r"pip install 'gan-cocktail\[explore\]'"):
        call(tmp_path)
