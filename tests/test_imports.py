"""Rules of the house: arrows point down, and the library knows nothing of Snakemake or DVC."""

import ast

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "src/gan_cocktail"
LEVELS = [
    {"errors", "failures"},
    {"files", "params", "seeds", "device", "machine", "progress", "recognise", "terminal"},
    {"facts", "provenance", "networks"},
    {"tensors", "ancestry"},
    {"checkpoints", "data"},
    {"training", "merging", "evaluation"},
    {"methods", "reporting", "applications"},
    {"exporting"},
    {"exploring", "scripting"},
    {"plan"},
    {"jobs", "statistics_checks"},
    {"checks"},
    {"validating"},
    {"inspecting"},
    {"cli"},
    {"__init__", "__main__"},  # the front door
]
RANK = {name: rank for rank, names in enumerate(LEVELS) for name in names}
FILES = sorted(PACKAGE.rglob("*.py"))


def room(file):
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (
                [node.module] if node.module != "gan_cocktail" else [f"gan_cocktail.{n.name}" for n in node.names]
            )
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_imports_point_down(file):
    for name in imports(file):
        top, *rest = name.split(".")
        assert top not in {"snakemake", "dvc"}
        if top == "gan_cocktail" and rest and rest[0] in RANK and rest[0] != room(file):
            assert RANK[rest[0]] < RANK[room(file)], f"{room(file)} imports {rest[0]}"


def test_every_room_has_a_level():
    assert {room(file) for file in FILES} == set(RANK)
