"""The page of params.yaml, from the JSON schema of its types."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from markup import row, table

from gan_cocktail.params.experiment import Params
from gan_cocktail.params.method import Method

HEAD = """# params.yaml

Every key of an experiment's file: what it takes, what it is if left out, and what it means. An unknown key or a value
out of bounds stops everything at once, with a sentence. NAME stands for a name of your own.

"""
VARIANTS = (
    "`method`, the name of the method that it is like, and any of the following, which else are as in that method."
)
BOUNDS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
WORDS = {"string": "text", "boolean": "`true` or `false`", "null": "`null`"}
Schema = Mapping[str, Any]


def page() -> str:
    """Markdown: a section of the page for each section of the file."""
    whole, method = Params.model_json_schema(), Method.model_json_schema()
    known = whole["$defs"] | method["$defs"] | {"Method": method}
    parts = [HEAD, _table(whole)]
    for path, section in _sections(whole, known, ""):
        said = VARIANTS if section is method else section.get("description", "")
        parts += [f"\n## {path}\n\n{said}\n\n", _table(section)]
    return "".join(parts)


def _sections(section: Schema, known: Mapping[str, Schema], path: str) -> Iterator[tuple[str, Schema]]:
    """(key, section) of those within a section, at any depth, each before those within it."""
    for key, value in section["properties"].items():
        for name, below in _references(value):
            yield (whole := f"{path}{key}{below}"), known[name]
            yield from _sections(known[name], known, f"{whole}.")
        if key == "variants":
            yield (whole := f"{key}.NAME"), known["Method"]
            yield from _sections(known["Method"], known, f"{whole}.")


def _references(value: Schema) -> Iterator[tuple[str, str]]:
    """(name, what comes after its key) of the sections that a value can be."""
    if "$ref" in value:
        yield value["$ref"].rsplit("/", 1)[1], ""
    for one in value.get("anyOf", ()):
        yield from _references(one)
    for one in value.get("patternProperties", {}).values():
        yield from ((name, f".NAME{below}") for name, below in _references(one))


def _table(section: Schema) -> str:
    required = section.get("required", ())
    rows = [
        row(
            f"`{key}`", _type(value), "*required*" if key in required else _default(value), value.get("description", "")
        )
        for key, value in section["properties"].items()
    ]
    return table(["key", "takes", "if left out", ""], rows)


def _default(value: Schema) -> str:
    """A value, or a section's defaults, which its own table tells."""
    found = value.get("default")
    return "its defaults" if found and any(_references(value)) else f"`{json.dumps(found, ensure_ascii=False)}`"


def _type(value: Schema) -> str:
    """In words, with bounds."""
    if "anyOf" in value:
        return " or ".join(map(_type, value["anyOf"]))
    if "enum" in value or "const" in value:
        return ", ".join(f"`{each}`" for each in value.get("enum", [value.get("const")]))
    if "$ref" in value:
        return "a section"
    kind: str = value.get("type", "anything")
    if kind == "array":
        return f"a list: {_type(value['items'])}"
    if kind == "object":
        return "a mapping of names"
    bounds = [f"{sign} {value[name]:,}" for name, sign in BOUNDS.items() if name in value]
    return " ".join([WORDS.get(kind, kind), *bounds])
