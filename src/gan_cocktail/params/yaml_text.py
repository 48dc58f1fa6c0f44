"""YAML as it is meant: a key that stands twice is refused, where YAML readers silently drop the first."""

from typing import Any

import yaml

from gan_cocktail.errors import CocktailError


class _Loader(yaml.SafeLoader):
    """SafeLoader that looks at each mapping's keys."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: dict[Any, int] = {}
    for key_node, _ in node.value:
        if key_node.tag == "tag:yaml.org,2002:merge":  # `<<: *defaults`: what stands beside it is meant to win
            continue
        key, line = loader.construct_object(key_node, deep=True), key_node.start_mark.line + 1
        if not isinstance(key, str | int | float | bool | None):
            raise yaml.constructor.ConstructorError(None, None, "a key that is no name", key_node.start_mark)
        if key in seen:
            raise _TwiceError(str(key), seen[key], line)
        seen[key] = line
    loader.flatten_mapping(node)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


class _TwiceError(Exception):
    def __init__(self, key: str, first: int, second: int):
        where = f"line {first}" if first == second else f"lines {first} and {second}"
        super().__init__(f"{key!r} stands twice, in {where}; leave one of them")


def read_yaml(text: str, where: str) -> Any:
    """The value of a YAML (or JSON) text.

    Raises CocktailError, naming `where`, the key and both lines, if a key stands twice in a mapping; and if the text is
    not YAML, with the line.
    """
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except _TwiceError as e:
        raise CocktailError(f"{where}: {e}") from None
    except yaml.YAMLError as e:
        mark = getattr(e, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise CocktailError(f"{where}{line}: not YAML or JSON: {getattr(e, 'problem', None) or e}") from None
