"""Stages 0 and 1: every source of a mixture conditioned, and rooted in the root; what EWC and Fisher-weighted means go by."""


rule discriminator:
    input:
        model=lambda w: plan.model(w.root.split(",")[0]),
        images=lambda w: [plan.images(source) for source in w.root.split(",")],
    output:
        "<results>/discriminators/{root}.safetensors",
    log:
        "<results>/logs/discriminator/{root}.log",
    benchmark:
        "<results>/benchmarks/discriminator/{root}.tsv"
    wildcard_constraints:
        root=one_of(plan.new_discriminators()),
    priority: 1  # trainings wait for it
    threads: 1
    resources:
        **asks(lambda w: needs.discriminator(w.root)),
        gpu=0,  # of several, one a process
    params:
        *code("discriminator"),
        contents=lambda w: contents(plan.model(w.root.split(",")[0])),
        own_class=lambda w: plan.class_options(*w.root.split(",")),
        kimg=lambda w: plan.discriminator_kimg(w.root),
        drawing=plan.drawing(),
        source_class=lambda w: plan.rooted_class(*w.root.split(",")),
        settings=PARAMS.training.model_dump_json(),
        seed=PARAMS.seed,
    shell:
        "GAN_COCKTAIL_PROCESSES={resources.gpu}"
        " gan-cocktail discriminator {input.model:q} {input.images:q} --out {output:q} {params.own_class:q}"
        " --kimg {params.kimg} {params.drawing} {params.source_class:q} --seed {params.seed}"
        " --settings {params.settings:q} > {log:q} 2>&1"


rule widen:
    input:
        lambda w: plan.unwidened(w.mixture, w.source),
    output:
        "<results>/widened/{mixture}/{source}.safetensors",
    log:
        "<results>/logs/widen/{mixture}/{source}.log",
    benchmark:
        "<results>/benchmarks/widen/{mixture}/{source}.tsv"
    priority: 1  # trainings wait for it
    threads: 1
    resources:
        **asks(lambda w: needs.widen(w.source)),
    params:
        *code("widen"),
        contents=lambda w: contents(plan.unwidened(w.mixture, w.source)),
        own_class=lambda w: plan.picked(w.mixture, w.source),
        classes=lambda w: plan.classes(w.mixture),
        position=lambda w: plan.positions(w.mixture, w.source),
        leaf=lambda w: plan.leaf(w.mixture, w.source),
        seed=PARAMS.seed,
    shell:
        "gan-cocktail widen {input:q} --out {output:q} --classes {params.classes} --position {params.position}"
        " {params.own_class:q} {params.leaf} --seed {params.seed} > {log:q} 2>&1"


rule root:
    input:
        root=lambda w: plan.widened_root(w.mixture),
        images=lambda w: plan.images(w.source),
    output:
        "<results>/rooted/{mixture}/{source}/seed{seed}.safetensors",
    log:
        "<results>/logs/root/{mixture}/{source}/seed{seed}.log",
    benchmark:
        "<results>/benchmarks/root/{mixture}/{source}/seed{seed}.tsv"
    priority: 1  # trainings wait for it
    threads: 1
    resources:
        **asks(lambda w: needs.root(w.mixture)),
        gpu=0,  # of several, one a process
    params:
        *code("root"),
        contents=lambda w: contents(plan.images(w.source)),
        label=lambda w: plan.position(w.mixture, w.source),
        kimg=PARAMS.rooting.kimg,
        drawing=plan.drawing(),
        source_class=lambda w: plan.rooted_class(w.source),
        reading=lambda w: plan.synthetic_reading(w.source),
        settings=PARAMS.training.model_dump_json(),
    shell:
        "GAN_COCKTAIL_PROCESSES={resources.gpu}"
        " gan-cocktail root {input.root:q} {input.images:q} --out {output:q} --class {params.label}"
        " --kimg {params.kimg} {params.drawing} {params.source_class:q} --seed {wildcards.seed}"
        " {params.reading:q} --settings {params.settings:q} > {log:q} 2>&1"


rule fisher:
    input:
        lambda w: plan.widened_root(w.mixture),
    output:
        "<results>/fisher/{mixture}.safetensors",
    log:
        "<results>/logs/fisher/{mixture}.log",
    benchmark:
        "<results>/benchmarks/fisher/{mixture}.tsv"
    threads: 1
    resources:
        **asks(lambda w: needs.fisher(w.mixture)),
    params:
        *code("fisher"),
        label=lambda w: plan.positions(
            w.mixture, w.get("source", plan.mixture(w.mixture).root_name)
        ),
        n_images=PARAMS.fisher.n_images,
        seed=PARAMS.seed,
    shell:
        "gan-cocktail fisher {input:q} --out {output:q} --class {params.label} --n-images {params.n_images}"
        " --seed {params.seed} > {log:q} 2>&1"


use rule fisher as fisher_widened with:
    input:
        lambda w: plan.widened(w.mixture, w.source),
    output:
        "<results>/fisher/{mixture}/{source}.safetensors",
    log:
        "<results>/logs/fisher/{mixture}/{source}.log",
    benchmark:
        "<results>/benchmarks/fisher/{mixture}/{source}.tsv"


use rule fisher as fisher_rooted with:
    input:
        lambda w: plan.rooted(w.mixture, w.source, int(w.seed)),
    output:
        "<results>/fisher/{mixture}/{source}/seed{seed}.safetensors",
    log:
        "<results>/logs/fisher/{mixture}/{source}/seed{seed}.log",
    benchmark:
        "<results>/benchmarks/fisher/{mixture}/{source}/seed{seed}.tsv"
