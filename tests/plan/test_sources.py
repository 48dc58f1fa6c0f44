"""What each kind of source is drawn from, rooted and measured as: models, classes, images, unions, roots without D."""

from gan_cocktail.cli.options import read_section
from gan_cocktail.jobs import jobs, outputs
from gan_cocktail.params.experiment import MixtureParams, Params, SourceParams
from gan_cocktail.params.reading import ReadingParams
from gan_cocktail.plan.experiment import Plan
from tests.plan.plans import plan_of


def test_real_images_are_for_mixtures_that_have_them():
    sources = {
        "a": SourceParams(model="a.safetensors", dataset="a.zip"),
        "b": SourceParams(dataset="b.zip"),
        "c": SourceParams(model="c.safetensors"),
    }
    mixtures = {"real": MixtureParams(sources=["a", "b"]), "not": MixtureParams(sources=["a", "c"])}
    plan = Plan(Params(sources=sources, mixtures=mixtures, methods=["ours", "upper_bound"]))
    assert plan.methods_for("real") == ["ours", "upper_bound"]
    assert plan.methods_for("not") == ["ours"]
    assert plan.shown("real", "upper_bound") == ["a.zip", "b.zip"]
    assert (plan.of_real_images("upper_bound"), plan.of_real_images("ours")) == (["--real"], [])
    assert plan.trained_sources() == ["b"]


def test_how_real_images_are_read_is_an_option_of_all_that_read_them():
    sources = {
        "a": SourceParams(model="a.safetensors", dataset="a.zip", reading=ReadingParams(label="dog")),
        "b": SourceParams(dataset="b.zip"),
        "c": SourceParams(dataset="c.zip", reading=ReadingParams()),
    }
    mixtures = {"told": MixtureParams(sources=["b", "a"]), "usual": MixtureParams(sources=["b", "c"])}
    plan = Plan(Params(sources=sources, mixtures=mixtures, methods=["ours", "upper_bound"]))
    (option,) = plan.reading("a")
    assert read_section(ReadingParams, option.removeprefix("--reading=")) == ReadingParams(label="dog")
    assert plan.reading("b") == plan.reading("c") == plan.twist("usual", "upper_bound", 0) == []
    assert [option in o for o in plan.twist("told", "upper_bound", 0)] == [False, True]  # one a class, in order
    assert plan.twist("told", "ours", 0) == []
    keys = {(job.rule, job.name): job.keys for job in jobs(plan)}
    assert "sources.b.reading" in keys["train_source", "b"]
    assert "sources.a.reading" in keys["reference", "a"]
    assert {"sources.a.reading", "sources.b.reading"} <= set(keys["finetune", "told.upper_bound.0"])
    assert not any(key.startswith("sources") for key in keys["finetune", "told.ours.0"])


def test_fresh_images_come_from_the_sources_themselves():
    plan = plan_of(synthesis={"mode": "fresh", "truncation_psi": 0.7})
    assert plan.shown("m", "ours") == ["s0.safetensors", "s1.safetensors", "s2.safetensors"]
    assert plan.drawing() == "--truncation-psi=0.7"
    assert plan_of().shown("m", "ours")[0] == "results/synthetic/s0.zip"


def test_all_but_the_root_may_lack_a_discriminator():
    plan = plan_of(3, root="s1")
    assert [plan.leaf("m", f"s{i}") for i in range(3)] == [["--leaf"], [], ["--leaf"]]


def test_a_class_of_a_source_is_an_option_of_all_that_draw_from_it():
    sources = {"a": {"model": "a.safetensors"}, "b": {"model": "b.safetensors", "class": 0}}
    made = {"sources": sources, "mixtures": {"m": {"sources": ["a", "b"]}}, "methods": ["ours", "ensemble"]}
    fixed, fresh = (Plan(Params(**made, synthesis={"mode": mode})) for mode in ("fixed", "fresh"))
    assert (fixed.class_options("a"), fixed.class_options("b")) == ([], ["--class=0"])
    assert fixed.rooted_class("b") == fixed.shown_classes("m", "ours") == fixed.measured_classes("m", "ours") == []
    assert fresh.rooted_class("b") == ["--source-class=0"]
    assert fresh.shown_classes("m", "ours") == fixed.measured_classes("m", "ensemble") == ["--source-class=,0"]
    told = [{f"{job.rule}.{job.name}" for job in jobs(p) if "sources.b.class" in job.keys} for p in (fixed, fresh)]
    always = {"synthesize.b", "widen.m.b", "evaluate.m.ensemble.0", "samples.m.ensemble"}
    assert told == [always, always | {"root.m.b.0", "finetune.m.ours.0"}]


EVERY = [
    "ours",
    "ensemble",
    "average_rooted",
    "average_unrooted",
    "average_unrooted_tuned",
    "upper_bound",
    "transfergan",
]


def with_images(box=None, **more):
    """Mixtures of a model with a dataset, another model, and the images of a black box."""
    sources = {
        "a": {"model": "a.safetensors", "dataset": "a.zip"},
        "b": {"model": "b.safetensors", "dataset": "b.zip"},
        "box": {"images": "drawn/box"} | (box or {}),
    }
    mixtures = {"both": {"sources": ["a", "b"]}, "boxed": {"sources": ["box", "a"], "root": "a"}}
    return Plan(Params(**{"sources": sources, "mixtures": mixtures, "methods": EVERY} | more))


def test_images_are_their_source_s_synthetic_dataset_and_reference_and_have_no_model():
    plan = with_images()
    assert plan.dataset("box") == plan.images("box") == plan.reference_images("box") == "drawn/box"
    assert plan.reference_origin("box") == "synthetic"
    assert plan.measured_as("box") == "a.safetensors"
    assert plan.trained_sources() == []
    made = {f"{job.rule}.{job.name}": job for job in jobs(plan)}
    assert not {"synthesize.box", "widen.boxed.box", "class_samples.boxed.widened.box"} & set(made)
    assert made["reference.box"].inputs[:2] == ["drawn/box", "a.safetensors"]
    assert made["root.boxed.box.0"].inputs == ["results/widened/boxed/a.safetensors", "drawn/box"]
    assert made["finetune.boxed.ours.0"].inputs[1:] == ["drawn/box", "results/synthetic/a.zip"]
    assert made["distances.boxed.0"].inputs == [
        "results/widened/boxed/a.safetensors",
        "results/rooted/boxed/box/seed0.safetensors",
    ]
    assert (plan.without_models("boxed"), plan.without_models("both")) == (["--images=box"], [])


def test_mixtures_with_images_have_no_method_that_needs_every_model():
    plan = with_images()
    assert plan.methods_for("both") == EVERY
    assert plan.methods_for("boxed") == ["ours", "average_rooted", "transfergan"]
    assert plan.averages("both") == ["rooted", "unrooted"]
    assert plan.averages("boxed") == ["rooted"]
    assert not any("unrooted" in path or "ensemble" in path for path in plan.figure_grids("averages", "boxed"))
    assert not any("boxed" in path and ("unrooted" in path or "ensemble" in path) for path in outputs(plan))


def test_images_have_a_reference_of_their_own_if_it_is_given():
    plan = with_images({"reference": "box.ref"})
    assert plan.reference("box") == "box.ref"
    assert "box" not in plan.made_references()
    alone = with_images(mixtures={"both": {"sources": ["a", "b"]}})
    assert "box" not in alone.made_references()  # of which size, no root tells


def test_how_generated_images_are_read_is_an_option_of_all_that_read_them():
    plan = with_images({"reading": {"label": "dog"}})
    told, usual = (
        f"--reading={reading.model_dump_json()}" for reading in (ReadingParams(label="dog"), ReadingParams())
    )
    assert plan.reading("box") == plan.synthetic_reading("box") == [told]
    assert plan.twist("boxed", "ours", 0) == [told, usual]
    assert plan.synthetic_reading("a") == plan.twist("both", "ours", 0) == []
    keys = {f"{job.rule}.{job.name}" for job in jobs(plan) if "sources.box.reading" in job.keys}
    assert keys == {"reference.box", "root.boxed.box.0", "finetune.boxed.ours.0", "finetune.boxed.transfergan.0"}


def test_images_stay_fixed_where_sources_are_drawn_from_anew():
    plan = with_images(synthesis={"mode": "fresh"})
    assert plan.shown("boxed", "ours") == ["drawn/box", "a.safetensors"]


def test_an_experiment_is_the_same_after_it_was_written():
    sources = {"a": {"model": "a.safetensors"}, "b": {"model": "b.safetensors", "class": "dog"}}
    params = Params(sources=sources, mixtures={"m": {"sources": ["a", "b"]}})
    assert read_section(Params, params.model_dump_json()) == params


def test_any_source_can_be_the_root():
    plan = plan_of(3, root="s1")
    assert plan.widened_root("m") == "results/widened/m/s1.safetensors"
    assert plan.to_average("m", "rooted", 3) == [
        "results/rooted/m/s0/seed3.safetensors",
        "results/widened/m/s1.safetensors",
        "results/rooted/m/s2/seed3.safetensors",
    ]
    assert plan.to_average("m", "unrooted", 3) == [f"results/widened/m/s{i}.safetensors" for i in range(3)]
    assert plan.initialisation("m", "transfergan", 3) == "results/widened/m/s1.safetensors"
    assert plan.initialisation("m", "ours", 3) == "results/averages/m/rooted/seed3.safetensors"


def union_plan(**more):
    """A union of a and c as the root, b a model, box a folder of images."""
    sources = {
        "c": {"model": "union.safetensors", "class": "cat"},
        "b": {"model": "b.safetensors"},
        "a": {"model": "union.safetensors", "class": 0},
        "box": {"images": "drawn/box"},
    }
    mixture = {"sources": ["c", "b", "a"], "root": ["a", "c"]}
    return Plan(Params(**{"sources": sources, "mixtures": {"m": mixture}} | more))


def test_a_union_is_widened_averaged_and_measured_as_one_model():
    methods = ["ours", "ours_plus", "ewc", "rooted_only", "transfergan", "average_unrooted", "ensemble", "held"]
    held = {"held": {"method": "transfergan", "consistency": {"weight": 1}}}
    plan = union_plan(methods=methods, variants=held)
    root, rooted = "results/widened/m/c.safetensors", "results/rooted/m/b/seed3.safetensors"
    assert plan.widened("m", "a") == plan.widened("m", "c") == plan.widened_root("m") == root
    assert (plan.positions("m", "c"), plan.picked("m", "c")) == ("0,2", ["--class=cat,0"])
    assert (plan.positions("m", "b"), plan.picked("m", "b")) == ("1", [])
    assert (plan.leaf("m", "c"), plan.leaf("m", "b")) == ([], ["--leaf"])
    assert plan.to_average("m", "rooted", 3) == [root, rooted]
    assert plan.to_average("m", "unrooted", 3) == [root, "results/widened/m/b.safetensors"]
    assert plan.teachers("m", "ours_plus", 3) == [root, rooted, root]
    assert plan.teachers("m", "held", 3) == [root, root]
    assert plan.initialisation("m", "ewc", 3) == plan.initialisation("m", "transfergan", 3) == root
    assert plan.initialisation("m", "rooted_only", 3) == rooted
    assert (plan.rooting_kimg("m", "ours"), plan.merging_kimg("m", "transfergan")) == (8, 16)
    assert plan.shown("m", "ours") == [f"results/synthetic/{s}.zip" for s in "cba"]
    assert plan.models("m", "ensemble", 3) == ["union.safetensors", "b.safetensors", "union.safetensors"]
    assert plan.measured_classes("m", "ensemble") == ["--source-class=cat,,0"]
    assert plan.distance_names("m") == "c+a,b"
    assert plan.average_rows("m")[:3] == [
        ("c (root)", "results/samples/m/widened/c.png:0"),
        ("b (rooted)", "results/samples/m/rooted/b.png:1"),
        ("a (root)", "results/samples/m/widened/c.png:2"),
    ]


def test_a_union_owns_its_classes_in_the_average():
    plan = union_plan(methods=["v"], variants={"v": {"method": "ours", "merge": "own_embeddings"}})
    assert plan.merge("m", "v", 0) == ["--way=own_embeddings", "--root=0", "--owners=0,1,0"]
    assert plan.merge("m", "rooted", 0) == []


def test_the_jobs_of_a_union_are_of_one_root():
    plan = union_plan(methods=["ours", "ewc", "average_rooted"])
    made = {f"{job.rule}.{job.name}": job for job in jobs(plan)}
    assert {name for name in made if name.startswith(("widen", "root.", "class_samples"))} == {
        "widen.m.c", "widen.m.b", "root.m.b.0", "class_samples.m.widened.c", "class_samples.m.rooted.b",
    }  # fmt: skip
    assert made["widen.m.c"].inputs == ["union.safetensors"]
    assert {"sources.a.class", "sources.c.class"} <= set(made["widen.m.c"].keys)
    assert made["fisher.m"].inputs == [plan.widened_root("m")]
    assert made["distances.m.0"].inputs == [
        plan.widened_root("m"), "results/widened/m/b.safetensors", "results/rooted/m/b/seed0.safetensors",
    ]  # fmt: skip
    assert len(outputs(plan)) == len(set(outputs(plan)))


def test_a_folder_of_images_is_rooted_in_a_union():
    plan = union_plan(mixtures={"m": {"sources": ["a", "c", "box"], "root": ["a", "c"]}}, methods=["ours"])
    made = {f"{job.rule}.{job.name}": job for job in jobs(plan)}
    assert made["root.m.box.0"].inputs == ["results/widened/m/a.safetensors", "drawn/box"]
    assert plan.measured_as("box") == "union.safetensors"


def bare_plan(**more):
    """Generators alone: one of two classes, one of one."""
    sources = {
        "a": {"model": "pets.pkl", "class": 1, "discriminator_kimg": 20},
        "b": {"model": "pets.pkl", "class": 0, "discriminator_kimg": 20},
        "c": {"model": "c.pkl", "discriminator_kimg": 3},
    }
    mixtures = {
        "both": {"sources": ["c", "b", "a"], "root": ["b", "a"]},
        "again": {"sources": ["a", "c", "b"], "root": ["a", "b"]},
        "one": {"sources": ["a", "c"], "root": "c"},
        "other": {"sources": ["a", "b"]},
    }
    return Plan(Params(**{"sources": sources, "mixtures": mixtures, "methods": ["ours"]} | more))


def test_a_root_without_a_discriminator_gets_one_before_it_is_widened():
    plan = bare_plan()
    assert plan.new_discriminators() == ["a,b", "c", "a"]
    made = {f"{job.rule}.{job.name}": job for job in jobs(plan)}
    new = "results/discriminators/a,b.safetensors"
    assert made["discriminator.a,b"].outputs == [new]
    assert made["discriminator.a,b"].inputs == ["pets.pkl", "results/synthetic/a.zip", "results/synthetic/b.zip"]
    assert set(made["discriminator.a,b"].keys) == {"seed", "training"} | {
        f"sources.{s}.{key}" for s in "ab" for key in ("class", "discriminator_kimg")
    }
    assert made["widen.both.b"].inputs == made["widen.again.a"].inputs == [new]
    assert made["widen.other.a"].inputs == ["results/discriminators/a.safetensors"]
    assert made["widen.one.c"].inputs == ["results/discriminators/c.safetensors"]
    leaves = {"widen.both.c": "c.pkl", "widen.one.a": "pets.pkl", "widen.other.b": "pets.pkl"}
    assert {name: made[name].inputs for name in leaves} == {name: [path] for name, path in leaves.items()}
    assert made["synthesize.a"].inputs == ["pets.pkl"]
    assert [plan.discriminator_kimg(root) for root in plan.new_discriminators()] == [20, 3, 20]


def test_a_new_discriminator_is_drawn_for_anew_where_trainings_are():
    plan = bare_plan(synthesis={"mode": "fresh", "truncation_psi": 0.5})
    (job,) = (job for job in jobs(plan) if (job.rule, job.name) == ("discriminator", "a,b"))
    assert job.inputs == ["pets.pkl"] * 3
    assert "synthesis.truncation_psi" in job.keys
    assert plan.rooted_class("a", "b") == ["--source-class=1,0"]


def test_what_has_no_such_budget_is_widened_from_its_own_file():
    plan = union_plan()
    assert plan.new_discriminators() == []
    assert plan.unwidened("m", "c") == "union.safetensors"


def test_references_fall_back_to_synthetic_images():
    plan = plan_of()
    assert plan.reference("s0") == "results/references/s0.safetensors"
    assert (plan.reference_images("s0"), plan.reference_origin("s0")) == ("results/synthetic/s0.zip", "synthetic")
