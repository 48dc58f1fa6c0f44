"""Stage 2, and the baselines: averages, and trainings on all domains of a mixture."""


rule merge:
    input:
        models=lambda w: plan.to_average(w.mixture, w.kind, int(w.seed)),
        fishers=lambda w: plan.fishers_to_average(w.mixture, w.kind, int(w.seed)),
    output:
        "<results>/averages/{mixture}/{kind}/seed{seed}.safetensors",
    log:
        "<results>/logs/merge/{mixture}/{kind}/seed{seed}.log",
    benchmark:
        "<results>/benchmarks/merge/{mixture}/{kind}/seed{seed}.tsv"
    wildcard_constraints:
        kind=one_of(plan.averages_of_seeds()),
    priority: 1  # trainings wait for it
    threads: 1
    resources:
        **asks(lambda w: needs.merge(w.mixture, w.get("kind", "unrooted"))),
    params:
        *code("merge"),
        merge=lambda w: plan.merge(
            w.mixture, w.get("kind", "unrooted"), int(w.get("seed", PARAMS.seed))
        ),
    shell:
        "gan-cocktail merge {input.models:q} --out {output:q} {params.merge:q} > {log:q} 2>&1"


use rule merge as merge_unrooted with:
    input:
        models=lambda w: plan.to_average(w.mixture, "unrooted", PARAMS.seed),
        fishers=[],
    output:
        "<results>/averages/{mixture}/unrooted.safetensors",
    log:
        "<results>/logs/merge/{mixture}/unrooted.log",
    benchmark:
        "<results>/benchmarks/merge/{mixture}/unrooted.tsv"


rule finetune:
    input:
        initial=lambda w: plan.initialisation(w.mixture, w.method, int(w.seed)),
        images=lambda w: plan.shown(w.mixture, w.method),
        fisher=lambda w: plan.fishers(w.mixture, w.method),
        teachers=lambda w: plan.teachers(w.mixture, w.method, int(w.seed)),
    output:
        model="<results>/unions/{mixture}/{method}/seed{seed}.safetensors",
        snapshots="<results>/unions/{mixture}/{method}/seed{seed}.snapshots.safetensors",
    log:
        "<results>/logs/finetune/{mixture}/{method}/seed{seed}.log",
    benchmark:
        "<results>/benchmarks/finetune/{mixture}/{method}/seed{seed}.tsv"
    priority: 2  # baselines that wait for no rooting are the longest of all, so they begin before it
    threads: 1
    resources:
        **asks(lambda w: needs.finetune(w.mixture, w.method)),
        gpu=0,  # of several, one a process
    params:
        *code("finetune"),
        contents=lambda w: contents(*plan.shown(w.mixture, w.method)),
        kimg=lambda w: plan.merging_kimg(w.mixture, w.method),
        probabilities=lambda w: plan.probabilities(w.mixture),
        twist=lambda w: plan.twist(w.mixture, w.method, int(w.seed)),
        snapshots=lambda w: ",".join(map(repr, plan.snapshot_kimg(w.mixture, w.method))),
        drawing=plan.drawing(),
        real=lambda w: plan.of_real_images(w.method),
        source_classes=lambda w: plan.shown_classes(w.mixture, w.method),
        settings=PARAMS.training.model_dump_json(),
    shell:
        "GAN_COCKTAIL_PROCESSES={resources.gpu}"
        " gan-cocktail finetune {input.initial:q} {input.images:q} --out {output.model:q}"
        " --kimg {params.kimg} --probabilities {params.probabilities} {params.twist:q}"
        " --snapshots={params.snapshots} --snapshots-out {output.snapshots:q}"
        " {params.drawing} {params.source_classes:q} {params.real} --seed {wildcards.seed} --settings {params.settings:q} > {log:q} 2>&1"
