"""Tables, figures and the report, from JSON and saved grids alone."""


rule tables:
    input:
        plan.evaluations(),
    output:
        tables=[shown(path, "Tables", "tables") for path in plan.tables()],
        metrics=plan.metrics(),
    log:
        "<results>/logs/tables.log",
    benchmark:
        "<results>/benchmarks/tables.tsv"
    threads: 1
    resources:
        **asks(lambda w: needs.tables()),
    params:
        *code("tables"),
        folder=lambda w, output: output.tables[0].rsplit("/", 1)[0],
        labels=plan.labels(),
        bounds=plan.bounds(),
        order=[*PARAMS.mixtures, *PARAMS.methods],
    shell:
        "gan-cocktail tables {input:q} --out {params.folder:q} --summary {output.metrics:q}"
        " --labels {params.labels:q} --bounds={params.bounds} > {log:q} 2>&1"


if plan.curves():

    rule curves:
        input:
            plan.evaluations(),
        output:
            [shown(path, "Curves", "curves") for path in plan.curves()],
        log:
            "<results>/logs/curves.log",
        benchmark:
            "<results>/benchmarks/curves.tsv"
        threads: 1
        resources:
            **asks(lambda w: needs.tables()),
        params:
            *code("curves"),
            out=lambda w, output: [f"--out={path}" for path in output],
            labels=plan.labels(),
            settings=PARAMS.figures.model_dump_json(),
        shell:
            "gan-cocktail curves {input:q} {params.out:q} --labels {params.labels:q} --settings {params.settings:q}"
            " > {log:q} 2>&1"


if plan.distance_report():

    rule report_distances:
        input:
            plan.distances(),
        output:
            **{
                path.rsplit(".", 1)[1]: shown(path, "Distances", "distances")
                for path in plan.distance_report()
            },
        log:
            "<results>/logs/report_distances.log",
        benchmark:
            "<results>/benchmarks/report_distances.tsv"
        threads: 1
        resources:
            **asks(lambda w: needs.tables()),
        params:
            *code("report_distances"),
            settings=PARAMS.figures.model_dump_json(),
        shell:
            "gan-cocktail report-distances {input:q} --csv {output.csv:q} --md {output.md:q} --tex {output.tex:q}"
            " --out {output.png:q} --out {output.pdf:q} --settings {params.settings:q} > {log:q} 2>&1"


rule figure:
    input:
        lambda w: plan.figure_grids(w.figure, w.mixture),
    output:
        png=report(
            "<results>/figures/{figure}_{mixture}.png",
            caption="../report/figures.rst",
            category="Figures",
            subcategory="{mixture}",
            labels={"figure": "{figure}"},
        ),
        pdf="<results>/figures/{figure}_{mixture}.pdf",
    log:
        "<results>/logs/figure/{figure}_{mixture}.log",
    benchmark:
        "<results>/benchmarks/figure/{figure}_{mixture}.tsv"
    wildcard_constraints:
        figure=one_of(plan.figure_kinds()),
    threads: 1
    resources:
        **asks(lambda w: needs.figure(w.mixture)),
    params:
        *code("figure"),
        options=lambda w: plan.figure_options(w.figure, w.mixture),
        settings=PARAMS.figures.model_dump_json(),
    shell:
        "gan-cocktail figure --out {output.png:q} --out {output.pdf:q} {params.options:q}"
        " --settings {params.settings:q} > {log:q} 2>&1"


rule report:
    input:
        evaluations=plan.evaluations(),
        figures=[path for _, _, path in plan.report_figures()],
        distances=plan.distances(),
        effects=plan.effects(),
    output:
        report(
            plan.report(),
            caption="../report/page.rst",
            category="The page",
            labels={"page": "report"},
        ),
    log:
        "<results>/logs/report.log",
    benchmark:
        "<results>/benchmarks/report.tsv"
    threads: 1
    resources:
        **asks(lambda w: needs.report()),
    params:
        *code("report"),
        figures=[f"--figure={'='.join(figure)}" for figure in plan.report_figures()],
        distances=lambda w, input: [f"--distances={path}" for path in input.distances],
        effects=lambda w, input: [f"--directions={path}" for path in input.effects],
        benchmarks=f"{plan.results}/benchmarks",
        baselines=plan.baselines(),
        bounds=plan.bounds(),
        labels=plan.labels(),
        params=PARAMS.model_dump_json(),
        clean="':!results' ':!dvc.lock'",  # these differ while a run makes them
    # commit and date as they are when the page is made: a new commit alone is no reason to make it again
    shell:
        "gan-cocktail report {input.evaluations:q} --out {output:q} {params.figures:q} {params.distances:q}"
        " {params.effects:q} --benchmarks {params.benchmarks:q} --baselines={params.baselines} --bounds={params.bounds}"
        " --labels {params.labels:q} --params {params.params:q}"
        ' --commit "$(git rev-parse --short HEAD 2>/dev/null && (git diff --quiet HEAD -- . {params.clean} || echo edited))"'
        ' --date "$(date -u +%F)" > {log:q} 2>&1'
