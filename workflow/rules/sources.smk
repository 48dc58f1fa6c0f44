"""Sources given as datasets, synthetic datasets, and references."""


rule train_source:
    input:
        lambda w: PARAMS.sources[w.source].dataset,
    output:
        "<results>/sources/{source}.safetensors",
    log:
        "<results>/logs/train_source/{source}.log",
    benchmark:
        "<results>/benchmarks/train_source/{source}.tsv"
    wildcard_constraints:
        source=one_of(plan.trained_sources()),
    priority: 1  # trainings wait for it
    threads: 1
    resources:
        **asks(lambda w: needs.train_source(w.source)),
        gpu=0,  # of several, one a process
    params:
        *code("train_source"),
        contents=lambda w: contents(PARAMS.sources[w.source].dataset),
        reading=lambda w: plan.reading(w.source),
        settings=PARAMS.source_training.model_dump_json(),
        seed=PARAMS.seed,
    shell:
        "GAN_COCKTAIL_PROCESSES={resources.gpu}"
        " gan-cocktail train-source {input:q} --out {output:q} --name {wildcards.source} --seed {params.seed}"
        " --settings {params.settings:q} {params.reading:q} > {log:q} 2>&1"


rule synthesize:
    input:
        lambda w: plan.model(w.source),
    output:
        "<results>/synthetic/{source}.zip",
    log:
        "<results>/logs/synthesize/{source}.log",
    benchmark:
        "<results>/benchmarks/synthesize/{source}.tsv"
    priority: 1  # trainings wait for it
    threads: 1
    resources:
        **asks(lambda w: needs.synthesize(w.source)),
    params:
        *code("synthesize"),
        contents=lambda w: contents(plan.model(w.source)),
        own_class=lambda w: plan.class_options(w.source),
        settings=PARAMS.synthesis.model_dump_json(),
        seed=PARAMS.seed,
    shell:
        "gan-cocktail synthesize {input:q} --out {output:q} --name {wildcards.source} --seed {params.seed}"
        " {params.own_class:q} --settings {params.settings:q} > {log:q} 2>&1"


rule reference:
    input:
        images=lambda w: plan.reference_images(w.source),
        model=lambda w: plan.measured_as(w.source),
        weights=plan.weights(),
    output:
        "<results>/references/{source}.safetensors",
    log:
        "<results>/logs/reference/{source}.log",
    benchmark:
        "<results>/benchmarks/reference/{source}.tsv"
    wildcard_constraints:
        source=one_of(plan.made_references()),
    threads: 1
    resources:
        **asks(lambda w: needs.reference(w.source)),
    params:
        *code("reference"),
        contents=lambda w: contents(
            plan.reference_images(w.source),
            plan.measured_as(w.source),
            *plan.weights(),
        ),
        origin=lambda w: plan.reference_origin(w.source),
        features=plan.features(),
        reading=lambda w: plan.reading(w.source),
    shell:
        "gan-cocktail reference {input.images:q} --out {output:q} --origin {params.origin}"
        " --model {input.model:q} {params.features:q} {params.reading:q} > {log:q} 2>&1"
