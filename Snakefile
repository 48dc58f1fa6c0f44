"""GAN Cocktail's pipeline: synthesize -> widen, root -> merge -> finetune -> evaluate, apply -> tables, figures, report."""

import sys

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version

from gan_cocktail.checks import check_inputs
from gan_cocktail.errors import CocktailError
from gan_cocktail.jobs import outputs
from gan_cocktail.plan.models import HUB, one_of
from workflow.captions import say_where, shown
from workflow.coupling import sync
from workflow.coupling.code import code
from workflow.coupling.contents import Contents, not_asked
from workflow.coupling.experiment import claim, file_of, plan_of, read
from workflow.coupling.told import told
from workflow.needs import asks, needs_of

min_version("9.0")
given = workflow.config_settings

try:
    EXPERIMENT = file_of(given.configfiles, given.config)
    plan = plan_of(read(EXPERIMENT), EXPERIMENT)
    PARAMS = plan.params
    left_out = check_inputs(plan)
    needs = needs_of(plan)
    if workflow.is_main_process:
        print(*left_out, sep="\n", end="\n" * bool(left_out), file=sys.stderr)
        contents = Contents(plan)
        sync.before(plan, contents)
    else:
        contents = not_asked

except CocktailError as error:
    raise WorkflowError(str(error)) from None


if not given.configfiles:

    configfile: "params.yaml"  # for Snakemake's own report


report: "workflow/report/workflow.rst"


wildcard_constraints:
    mixture=one_of(PARAMS.mixtures),
    source=one_of(PARAMS.sources),
    method=one_of(plan.methods),
    seed=one_of(map(str, PARAMS.seeds)),
    attribute=one_of(plan.attributes()),


pathvars:
    results=plan.results,


include: "workflow/rules/sources.smk"
include: "workflow/rules/rooting.smk"
include: "workflow/rules/merging.smk"
include: "workflow/rules/evaluation.smk"
include: "workflow/rules/applications.smk"
include: "workflow/rules/exporting.smk"
include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        outputs(plan),


rule figures:
    input:
        plan.tables(),
        plan.figures(),


rule all_sources:
    input:
        [plan.model(source) for source in plan.trained_sources()],


onstart:
    claim(plan, EXPERIMENT)
    told(sync.begin, plan, contents, touch=workflow.touch)


onsuccess:
    told(sync.after, plan, success=True)
    say_where(plan)


onerror:
    told(sync.after, plan, success=False)
