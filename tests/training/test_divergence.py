"""What diverges stops, with step, tensor, the last good state and what to try; none of it is ever in a file."""

import re

import pytest
import torch

from gan_cocktail.checkpoints.model import Model, save
from gan_cocktail.errors import CocktailError
from gan_cocktail.training import trainer as training
from gan_cocktail.training.divergence import LIMIT, DivergedError, check_trainer
from gan_cocktail.training.run import run
from tests.conftest import TINY
from tests.reliability.conftest import COUNTED
from tests.training.test_run import CPU, job

CASES = {  # what happens in step 20 of 25, and what is told of it
    "a loss is nan": ("loss_G", float("nan"), "loss_G became nan before step 20"),
    "a loss explodes": ("loss_D", 1e9, r"loss_D became 2\.5e\+08 before step 20"),
    "a weight of G": ("flat_G", float("nan"), r"a weight of G \(.*weight\) became nan before step 20"),
    "a weight of D explodes": ("flat_D", 1e12, r"a weight of D \(b16\.fromrgb\.weight\) became 1e\+12 before step 20"),
    "the moving average": (
        "flat_ema", float("inf"), r"a weight of G's moving average \(mapping\.fc0\.weight\) became inf before step 20",
    ),
    "a gradient": ("grad", 1e9, r"a gradient of D \(b16\.fromrgb\.weight\) became .*e\+0[78] before step 20"),
    "a mean of w": ("w_avg", float("inf"), r"mapping\.w_avg of G became inf before step 20"),
}  # fmt: skip


def inject(monkeypatch, what, value):
    """Let step 20 end with this value there."""
    real = training.Trainer.step

    def step(self):
        if self.steps == 19 and what == "grad":
            self.flat_D.grad[0] = value
        stats = real(self)
        if self.steps == 20:
            if what.startswith("loss"):
                stats[what] = torch.tensor(value)
            elif what == "w_avg":
                self.G.mapping.get_buffer("w_avg").fill_(value)
            elif what.startswith("flat"):
                with torch.no_grad():
                    getattr(self, what)[0] = value
        return stats

    monkeypatch.setattr(training.Trainer, "step", step)


@pytest.mark.parametrize("case", CASES)
def test_divergence_is_told_and_in_no_file(images, tmp_path, monkeypatch, record_property, case):
    what, value, told = CASES[case]
    inject(monkeypatch, what, value)
    with pytest.raises(DivergedError, match=told) as found:
        run(job(images), 0.2, tmp_path, "print", CPU, snapshots=[0.16])
    said = str(found.value)
    assert "the state saved last is kept (state.safetensors, step 18, 0.144 kimg)" in said
    assert "Lower training.learning_rate" in said
    monkeypatch.undo()
    whole = run(job(images), 0.2, tmp_path / "whole", "print", CPU)
    good = run(job(images), 0.2, tmp_path, "print", CPU)  # the state that was kept is a good one
    assert all(torch.equal(good.G[k], v) for k, v in whole.G.items())
    record_property(f"{COUNTED}divergences injected", 1)


def test_a_training_that_had_just_begun_says_that_there_is_no_state(images, tmp_path):
    sick = Model.random(TINY, 0)
    sick.G["synthesis.b4.const"] = sick.G["synthesis.b4.const"] * float("nan")
    with pytest.raises(DivergedError, match=r"\(none yet of this training\)"):
        run(job(images, sick), 0.2, tmp_path, "print", CPU)


def test_no_model_is_written_with_a_weight_that_is_not_finite(tmp_path, tiny):
    tiny.D["b4.out.bias"] = torch.full_like(tiny.D["b4.out.bias"], float("inf"))
    with pytest.raises(CocktailError, match=r"m\.safetensors: tensor D\.b4\.out\.bias holds numbers that are not fin"):
        save(tiny, tmp_path / "m.safetensors")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("part", ["G", "D"])
def test_any_tensor_that_is_past_help_is_told_by_its_name(images, tmp_path, part):
    """By its first and by its last number, wherever it lies; the limit itself is fine."""
    trainer = training.Trainer(job(images), CPU)
    for name, parameter in getattr(trainer, part).named_parameters():
        for at in (0, -1):
            number = parameter.detach()[(at,) * parameter.ndim]
            kept = number.clone()
            number.fill_(LIMIT)
            check_trainer(trainer, tmp_path)
            number.fill_(float("nan"))
            with pytest.raises(DivergedError, match=rf"a weight of {part} \({re.escape(name)}\) became nan"):
                check_trainer(trainer, tmp_path)
            number.copy_(kept)
