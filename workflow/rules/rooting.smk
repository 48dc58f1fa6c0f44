"""Stages 0 and 1: every source of a mixture conditioned, and rooted in the root."""


rule widen:
    input:
        lambda w: plan.model(w.source),
    output:
        "<results>/widened/{mixture}/{source}.safetensors",
    log:
        "<results>/logs/widen/{mixture}/{source}.log",
    benchmark:
        "<results>/benchmarks/widen/{mixture}/{source}.tsv"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        *code("widen"),
        classes=lambda w: len(plan.mixture(w.mixture).sources),
        position=lambda w: plan.position(w.mixture, w.source),
        seed=PARAMS.seed,
    shell:
        "gan-cocktail widen {input:q} --out {output:q} --classes {params.classes} --position {params.position}"
        " --seed {params.seed} > {log:q} 2>&1"


rule root:
    input:
        root=lambda w: plan.widened_root(w.mixture),
        dataset="<results>/synthetic/{source}.zip",
    output:
        "<results>/rooted/{mixture}/{source}.safetensors",
    log:
        "<results>/logs/root/{mixture}/{source}.log",
    benchmark:
        "<results>/benchmarks/root/{mixture}/{source}.tsv"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        *code("root"),
        position=lambda w: plan.position(w.mixture, w.source),
        kimg=PARAMS.rooting.kimg,
        settings=PARAMS.training.model_dump_json(),
        seed=PARAMS.seed,
    shell:
        "gan-cocktail root {input.root:q} {input.dataset:q} --out {output:q} --position {params.position}"
        " --kimg {params.kimg} --seed {params.seed} --settings {params.settings:q} > {log:q} 2>&1"
