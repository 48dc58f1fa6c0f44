"""What is measured of every method, layer distances, and the sample grids that figures are made of."""


rule evaluate:
    input:
        models=lambda w: plan.models(w.mixture, w.method, int(w.seed)),
        references=lambda w: plan.references(w.mixture),
        snapshots=lambda w: plan.snapshots(w.mixture, w.method, int(w.seed)),
        weights=plan.weights(),
    output:
        "<results>/evaluation/{mixture}/{method}/seed{seed}.json",
    log:
        "<results>/logs/evaluate/{mixture}/{method}/seed{seed}.log",
    benchmark:
        "<results>/benchmarks/evaluate/{mixture}/{method}/seed{seed}.tsv"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        *code("evaluate"),
        contents=lambda w: contents(
            *plan.models(w.mixture, w.method, int(w.seed)),
            *plan.references(w.mixture),
            *plan.weights(),
        ),
        models=lambda w, input: [f"--model={model}" for model in input.models],
        source_classes=lambda w: plan.measured_classes(w.mixture, w.method),
        domains=lambda w: plan.classes(w.mixture),
        probabilities=lambda w: plan.probabilities(w.mixture),
        rooting_kimg=lambda w: plan.rooting_kimg(w.mixture, w.method),
        merging_kimg=lambda w: plan.merging_kimg(w.mixture, w.method),
        snapshots=lambda w, input: (
            f"--snapshots={input.snapshots}" if input.snapshots else ""
        ),
        data=lambda w: plan.data(w.method),
        cache=lambda w: f"{plan.results}/features/{w.mixture}/{w.method}/seed{w.seed}",
        settings=PARAMS.evaluation.model_dump_json(),
    shell:
        "gan-cocktail evaluate {params.models:q} {params.source_classes:q} {input.references:q} --out {output:q} --domains {params.domains}"
        " --mixture {wildcards.mixture} --method {wildcards.method} --probabilities {params.probabilities}"
        " --rooting-kimg {params.rooting_kimg} --merging-kimg {params.merging_kimg} {params.snapshots}"
        " --data {params.data} --cache {params.cache:q}"
        " --seed {wildcards.seed} --settings {params.settings:q} > {log:q} 2>&1"


rule distances:
    input:
        root=lambda w: plan.widened_root(w.mixture),
        before=lambda w: plan.widened_leaves(w.mixture),
        after=lambda w: plan.rooted_leaves(w.mixture, int(w.seed)),
    output:
        "<results>/distances/{mixture}/seed{seed}.json",
    log:
        "<results>/logs/distances/{mixture}/seed{seed}.log",
    benchmark:
        "<results>/benchmarks/distances/{mixture}/seed{seed}.tsv"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        *code("distances"),
        models=lambda w, input: [f"--before={path}" for path in input.before]
        + [f"--after={path}" for path in input.after],
        generated=lambda w: plan.without_models(w.mixture),
        names=lambda w: plan.distance_names(w.mixture),
    shell:
        "gan-cocktail distances {input.root:q} {params.models:q} --names {params.names} --mixture {wildcards.mixture}"
        " {params.generated:q} --out {output:q} > {log:q} 2>&1"


rule samples:
    input:
        lambda w: plan.models(w.mixture, w.method, PARAMS.seeds[0]),
    output:
        "<results>/samples/{mixture}/{method}.png",
    log:
        "<results>/logs/samples/{mixture}/{method}.log",
    benchmark:
        "<results>/benchmarks/samples/{mixture}/{method}.tsv"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        *code("samples"),
        contents=lambda w: contents(*plan.models(w.mixture, w.method, PARAMS.seeds[0])),
        source_classes=lambda w: plan.measured_classes(w.mixture, w.method),
        columns=PARAMS.figures.columns,
        seed=PARAMS.seed,
    shell:
        "gan-cocktail samples {input:q} --out {output:q} --columns {params.columns} {params.source_classes:q}"
        " --seed {params.seed} > {log:q} 2>&1"


use rule samples as class_samples with:
    input:
        lambda w: plan.stage(w.stage, w.mixture, w.source),
    output:
        "<results>/samples/{mixture}/{stage}/{source}.png",
    log:
        "<results>/logs/samples/{mixture}/{stage}/{source}.log",
    benchmark:
        "<results>/benchmarks/samples/{mixture}/{stage}/{source}.tsv"
    wildcard_constraints:
        stage="widened|rooted",
    params:
        contents=[],  # its models are made here
        source_classes=[],
