"""Stage 2, and the baselines: averages, and trainings on all domains of a mixture."""


rule average:
    input:
        lambda w: plan.to_average(w.mixture, w.kind),
    output:
        "<results>/averages/{mixture}/{kind}.safetensors",
    log:
        "<results>/logs/average/{mixture}/{kind}.log",
    benchmark:
        "<results>/benchmarks/average/{mixture}/{kind}.tsv"
    wildcard_constraints:
        kind="rooted|unrooted",
    threads: 1
    resources:
        mem_mb=1000,
    params:
        *code("average"),
    shell:
        "gan-cocktail average {input:q} --out {output:q} > {log:q} 2>&1"


rule merge:
    input:
        initial=lambda w: plan.initialisation(w.mixture, w.method),
        datasets=lambda w: plan.datasets(w.mixture),
    output:
        model="<results>/unions/{mixture}/{method}.safetensors",
        snapshots="<results>/unions/{mixture}/{method}.snapshots.safetensors",
    log:
        "<results>/logs/merge/{mixture}/{method}.log",
    benchmark:
        "<results>/benchmarks/merge/{mixture}/{method}.tsv"
    threads: 1
    resources:
        mem_mb=3000,
    params:
        *code("merge"),
        kimg=lambda w: plan.merging_kimg(w.mixture, w.method),
        probabilities=lambda w: plan.probabilities(w.mixture),
        scratch=lambda w: (
            "--from-scratch" if METHODS[w.method].initialisation == "random" else ""
        ),
        snapshots=lambda w: ",".join(
            repr(k) for k in plan.snapshot_kimg(w.mixture, w.method)
        ),
        settings=PARAMS.training.model_dump_json(),
        seed=PARAMS.seed,
    shell:
        "gan-cocktail merge {input.initial:q} {input.datasets:q} --out {output.model:q}"
        " --kimg {params.kimg} --probabilities {params.probabilities} {params.scratch}"
        " --snapshots={params.snapshots} --snapshots-out {output.snapshots:q}"
        " --seed {params.seed} --settings {params.settings:q} > {log:q} 2>&1"
