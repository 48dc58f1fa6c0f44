"""Tables and figures, from JSON and saved grids alone."""


rule tables:
    input:
        plan.evaluations(),
    output:
        csv="<results>/tables/main.csv",
        md="<results>/tables/main.md",
        tex="<results>/tables/main.tex",
        metrics="<results>/metrics.json",
    log:
        "<results>/logs/tables.log",
    benchmark:
        "<results>/benchmarks/tables.tsv"
    threads: 1
    resources:
        mem_mb=500,
    params:
        *code("tables"),
        merging_kimg=PARAMS.merging.kimg,
        order=[*PARAMS.mixtures, *PARAMS.methods],
    shell:
        "gan-cocktail tables {input:q} --csv {output.csv:q} --md {output.md:q} --tex {output.tex:q}"
        " --metrics {output.metrics:q}"
        " --merging-kimg {params.merging_kimg} > {log:q} 2>&1"


rule figure:
    input:
        lambda w: plan.figure_grids(w.figure, w.mixture),
    output:
        png="<results>/figures/{figure}_{mixture}.png",
        pdf="<results>/figures/{figure}_{mixture}.pdf",
    log:
        "<results>/logs/figure/{figure}_{mixture}.log",
    benchmark:
        "<results>/benchmarks/figure/{figure}_{mixture}.tsv"
    wildcard_constraints:
        figure="methods|averages",
    threads: 1
    resources:
        mem_mb=500,
    params:
        *code("figure"),
        rows=lambda w: [
            f"--row={label}={place}"
            for label, place in plan.figure_rows(w.figure, w.mixture)
        ],
        headers=lambda w: plan.classes(w.mixture) if w.figure == "methods" else "",
        settings=PARAMS.figures.model_dump_json(),
    shell:
        "gan-cocktail figure --out {output.png:q} --out {output.pdf:q} {params.rows:q}"
        " --headers={params.headers} --settings {params.settings:q} > {log:q} 2>&1"
