"""Which modules a rule runs."""

import ast
import subprocess
import sys

from gan_cocktail.jobs import jobs
from tests.conftest import ROOT
from tests.test_jobs import plan_of
from workflow.coupling.code import LIBRARY, code, manifest, modules


def names(verb):
    return {str(path.relative_to(LIBRARY)) for path in modules(verb)}


def test_a_training_runs_the_trainer_and_a_figure_does_not():
    assert {"training/trainer.py", "networks/layers.py", "params/training.py", "cli/finetune.py"} <= names("finetune")
    assert "reporting/figures.py" in names("figure")
    assert not {name for name in names("figure") if name.startswith(("training", "networks", "checkpoints"))}


def test_the_report_runs_its_templates():
    assert {"reporting/report.py", "reporting/report.html.j2", "reporting/report.css"} <= names("report")
    assert not any(name.endswith(".j2") for name in names("tables"))


def test_a_new_method_or_figure_setting_reruns_no_training():
    assert not {"methods/table.py", "params/experiment.py", "params/figures.py", "plan/models.py"} & names("finetune")


def test_what_a_verb_really_imports_is_among_its_modules():
    script = "import sys, gan_cocktail.cli.finetune; print(*[m for m in sys.modules if m.startswith('gan_cocktail.')])"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    real = {name.removeprefix("gan_cocktail.").replace(".", "/") + ".py" for name in found}
    assert {name for name in real if (LIBRARY / name).is_file()} == names("finetune")


def test_package_files_hold_nothing_that_a_digest_would_miss():
    """The command line's dispatch aside, and what the library shows to those who import it, which no verb does."""
    for path in LIBRARY.rglob("__init__.py"):
        if path.parent != LIBRARY and path.parent.name != "cli":
            body = ast.parse(path.read_text()).body
            assert all(isinstance(node, ast.Expr | ast.Assign | ast.AnnAssign) for node in body), path


def test_no_module_of_a_verb_goes_by_the_package_itself():
    assert not [p for p in LIBRARY.rglob("*.py") if "from gan_cocktail import load" in p.read_text()]


def test_a_digest_is_of_the_content():
    assert all(len(line.split()) == 2 for line in code("merge"))
    assert code("merge") != code("widen")


def test_manifests_name_the_rule_file_and_the_modules_of_its_verb():
    assert "rules/evaluation.smk" in manifest("class_samples")
    assert "  gan_cocktail/cli/samples.py\n" in manifest("class_samples")
    for job in jobs(plan_of()):
        assert (ROOT / "workflow/code" / f"{job.rule}.txt").read_text() == manifest(job.rule)
