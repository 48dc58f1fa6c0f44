"""dvc.yaml, written from params.yaml: every job of the pipeline as a stage.

DVC's own templates cannot say what a job of N sources depends on, so the stages are spelt out.
"""

import hashlib
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from gan_cocktail.files import write_text
from gan_cocktail.jobs import Job, jobs
from gan_cocktail.plan.experiment import Plan
from workflow.coupling.code import manifest

DVC_YAML = Path("dvc.yaml")
CODE = Path("workflow/code")
WHOLE = "export"  # its outputs are one folder, which DVC's cache has whole
SYNC = "sync"  # the stage that all others come after
HEADER = """\
# Written from params.yaml by workflow/coupling/stages.py, whenever snakemake or dvc repro runs: edit that.
# A stage is a job of the pipeline: RULE.NAME. Its command lets Snakemake run this one rule.
"""
WATCHED = ["Snakefile", "params.yaml", "src/gan_cocktail", "workflow/coupling", "workflow/rules"]


def stage_name(job: Job) -> str:
    """The name of a job's stage."""
    return f"{job.rule}.{job.name}"


def write(plan: Plan, written: Mapping[str, Any]) -> bool:
    """Bring dvc.yaml and the code manifests up to date; whether dvc.yaml was not.

    written: params.yaml as it stands, without defaults.
    """
    texts = {_manifest_path(rule): manifest(rule) for rule in _rules(plan)}
    for path in set(CODE.glob("*.txt")) - texts.keys():
        path.unlink()
    for path, text in texts.items():
        _update(path, text)
    return _update(DVC_YAML, HEADER + _yaml(_document(plan, written)))


def _update(path: Path, text: str) -> bool:
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    write_text(path, text)
    return True


def _yaml(document: Mapping[str, Any]) -> str:
    return yaml.safe_dump(document, sort_keys=False, default_flow_style=None, width=120, allow_unicode=True)


def _document(plan: Plan, written: Mapping[str, Any]) -> dict[str, Any]:
    stages = {stage_name(job): _stage(job, written) for job in jobs(plan)}
    return {"stages": {SYNC: _sync(plan, stages)} | stages, "metrics": [plan.metrics()], "plots": _plots(plan)}


def _sync(plan: Plan, stages: Mapping[str, Any]) -> dict[str, Any]:
    # in the command, so that this stage runs when those below are others
    digest = hashlib.sha256(_yaml(stages).encode()).hexdigest()[:16]
    return {
        "cmd": f"python -m workflow.coupling.sync --stages {digest}",
        "desc": "before DVC looks at what Snakemake has made: are the stages below up to date, is it all committed?",
        "deps": WATCHED,
        # persist: never taken from the run cache, which would skip the command
        "outs": [{str(_manifest_path(rule)): {"cache": False, "persist": True}} for rule in _rules(plan)],
    }


def _stage(job: Job, written: Mapping[str, Any]) -> dict[str, Any]:
    stage: dict[str, Any] = {
        "cmd": f"snakemake --allowed-rules {job.rule} -- {shlex.quote(job.outputs[0])}",
        "deps": [str(_manifest_path(job.rule)), *dict.fromkeys(job.inputs)],
        "params": [key for key in job.keys if _has(written, key)],
    }
    for path in job.outputs:
        kind, entry = _out(job, path)
        stage.setdefault(kind, []).append(entry)
    return stage


def in_cache(job: Job, path: str) -> bool:
    """Whether DVC's cache has an output of a job."""
    return isinstance(_out(job, path)[1], str)


def _out(job: Job, path: str) -> tuple[str, str | dict[str, Any]]:
    """Weights and images in DVC's cache; measurements, tables and the grids of figures in git.

    Figures and pages are in neither: they are drawn of what git has, and DVC's links, which lead to names without a
    suffix, are shown by browsers as text. Of what is in git DVC's run cache keeps plots and metrics alone; the
    measurements are worth keeping.
    """
    match Path(path).suffix:
        case ".safetensors" | ".zip":
            return "outs", path
        case _ if job.rule == WHOLE:
            return "outs", path
        case ".png":
            return "plots", {path: {"cache": False}}
        case ".json" if "evaluation" in Path(path).parts:
            return "plots", {path: {"cache": False, "x": "kimg", "y": "fid", "title": path}}
        case _:
            return "outs", {path: {"cache": False}}


def _plots(plan: Plan) -> list[dict[str, Any]]:
    """FID against total kimg, a plot a mixture."""
    return [
        {
            f"FID of {mixture}": {
                "x": "kimg",
                "y": dict.fromkeys(plan.evaluations(mixture), "fid"),
                "x_label": "total kimg",
                "y_label": "FID, mean over domains",
            }
        }
        for mixture in plan.params.mixtures
    ]


def _rules(plan: Plan) -> list[str]:
    return sorted({job.rule for job in jobs(plan)})


def _manifest_path(rule: str) -> Path:
    return CODE / f"{rule}.txt"


def _has(written: Any, key: str) -> bool:
    first, _, rest = key.partition(".")
    return isinstance(written, Mapping) and first in written and (not rest or _has(written[first], rest))
