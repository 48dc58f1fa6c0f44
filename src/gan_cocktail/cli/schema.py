"""gan-cocktail schema: the JSON schema of params.yaml, generated from its types."""

import json
from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail.files import write_text
from gan_cocktail.params.experiment import Params


def schema_text() -> str:
    """The schema as it stands in workflow/schemas/."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(dialect | Params.model_json_schema(), indent=2) + "\n"


def schema(
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("workflow/schemas/params.schema.json"),
) -> None:
    """Write the schema with which editors check params.yaml."""
    write_text(out, schema_text())
