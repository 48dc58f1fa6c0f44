"""GAN Cocktail's pipeline: synthesize -> widen, root -> average -> merge -> evaluate, apply -> tables, figures, report."""

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version

from gan_cocktail.checks import check_inputs
from gan_cocktail.errors import CocktailError
from gan_cocktail.jobs import outputs
from gan_cocktail.plan.models import MERGE_OF, one_of
from workflow.captions import shown
from workflow.coupling import sync
from workflow.coupling.code import code
from workflow.coupling.experiment import plan_of

min_version("9.0")
given = workflow.config_settings


if not given.configfiles:

    configfile: "params.yaml"


try:
    plan = plan_of(config, given.configfiles, given.config)
    PARAMS = plan.params
    check_inputs(plan)
    if workflow.is_main_process:
        sync.before(plan)
except CocktailError as error:
    raise WorkflowError(str(error)) from None


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
    sync.begin(plan)


onsuccess:
    sync.after(plan)


onerror:
    sync.after(plan)
