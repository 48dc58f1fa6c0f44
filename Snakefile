"""GAN Cocktail's pipeline: synthesize -> widen, root -> average -> merge -> evaluate -> tables, figures."""

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version, validate

from gan_cocktail.checks import check_inputs
from gan_cocktail.errors import CocktailError
from gan_cocktail.methods.table import METHODS
from gan_cocktail.params import Params, parse_section
from gan_cocktail.plan import EXTRACTOR, Plan, one_of

min_version("9.0")


configfile: "params.yaml"


try:
    PARAMS = parse_section(Params, config, "params.yaml")
    plan = Plan(PARAMS)
    check_inputs(plan)
except CocktailError as error:
    raise WorkflowError(str(error)) from None
validate(
    PARAMS.model_dump(mode="json"),
    "workflow/schemas/params.schema.json",
    set_default=False,
)


wildcard_constraints:
    mixture=one_of(PARAMS.mixtures),
    source=one_of(PARAMS.sources),
    method=one_of(METHODS),


include: "workflow/rules/sources.smk"
include: "workflow/rules/rooting.smk"
include: "workflow/rules/merging.smk"
include: "workflow/rules/evaluation.smk"
include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        rules.tables.output,
        plan.figures(),
        plan.unions(),


rule all_figures:
    input:
        plan.figures(),


rule all_sources:
    input:
        [plan.model(source) for source in plan.trained_sources()],
