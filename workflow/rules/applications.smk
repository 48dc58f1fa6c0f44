"""Uses of the shared latent space, each a sample grid; what a semantic direction does, in numbers."""


rule interpolate:
    input:
        lambda w: plan.applied(w.mixture),
    output:
        "<results>/applications/{mixture}/interpolate.png",
    log:
        "<results>/logs/interpolate/{mixture}.log",
    benchmark:
        "<results>/benchmarks/interpolate/{mixture}.tsv"
    threads: 1
    resources:
        **asks(lambda w: needs.table(w.mixture)),
    params:
        *code("interpolate"),
        verb="interpolate",
        seed=PARAMS.seed,
    shell:
        "gan-cocktail {params.verb} {input:q} --out {output:q} --seed {params.seed} > {log:q} 2>&1"


use rule interpolate as swap with:
    output:
        "<results>/applications/{mixture}/swap.png",
    log:
        "<results>/logs/swap/{mixture}.log",
    benchmark:
        "<results>/benchmarks/swap/{mixture}.tsv"
    params:
        *code("swap"),
        verb="swap",
        seed=PARAMS.seed,


use rule interpolate as mix with:
    output:
        "<results>/applications/{mixture}/mix.png",
    log:
        "<results>/logs/mix/{mixture}.log",
    benchmark:
        "<results>/benchmarks/mix/{mixture}.tsv"
    params:
        *code("mix"),
        verb="mix",
        seed=PARAMS.seed,


rule direction:
    input:
        lambda w: plan.applied(w.mixture),
    output:
        "<results>/applications/{mixture}/{attribute}.safetensors",
    log:
        "<results>/logs/direction/{mixture}/{attribute}.log",
    benchmark:
        "<results>/benchmarks/direction/{mixture}/{attribute}.tsv"
    threads: 1
    resources:
        **asks(lambda w: needs.directions(w.mixture)),
    params:
        *code("direction"),
        n_images=PARAMS.applications.n_images if PARAMS.applications else 0,
        seed=PARAMS.seed,
    shell:
        "gan-cocktail direction {input:q} --out {output:q} --attribute {wildcards.attribute}"
        " --class 0 --n-images {params.n_images} --seed {params.seed} > {log:q} 2>&1"


rule traverse:
    input:
        model=lambda w: plan.applied(w.mixture),
        direction="<results>/applications/{mixture}/{attribute}.safetensors",
    output:
        grid="<results>/applications/{mixture}/{attribute}.png",
        metrics="<results>/applications/{mixture}/{attribute}.json",
    log:
        "<results>/logs/traverse/{mixture}/{attribute}.log",
    benchmark:
        "<results>/benchmarks/traverse/{mixture}/{attribute}.tsv"
    threads: 1
    resources:
        **asks(lambda w: needs.directions(w.mixture)),
    params:
        *code("traverse"),
        domains=lambda w: plan.classes(w.mixture),
        n_images=plan.traversed(),
        seed=PARAMS.seed,
    shell:
        "gan-cocktail traverse {input.model:q} {input.direction:q} --out {output.grid:q} --metrics {output.metrics:q}"
        " --domains {params.domains} --n-images {params.n_images} --seed {params.seed} > {log:q} 2>&1"
