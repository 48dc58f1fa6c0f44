"""Union GANs as other tools load them: a folder for Hugging Face's hub each."""


rule export:
    input:
        model=lambda w: plan.models(w.mixture, w.method, PARAMS.seeds[0]),
        evaluation=lambda w: plan.evaluation(w.mixture, w.method, PARAMS.seeds[0]),
    output:
        [f"<results>/unions/{{mixture}}/{{method}}/hub/{name}" for name in HUB],
    log:
        "<results>/logs/export/{mixture}/{method}.log",
    benchmark:
        "<results>/benchmarks/export/{mixture}/{method}.tsv"
    threads: 1
    resources:
        **asks(lambda w: needs.export(w.mixture)),
    params:
        *code("export"),
        folder=lambda w, output: output[0].rsplit("/", 1)[0],
    shell:
        "gan-cocktail export {input.model:q} --to hub --out {params.folder:q} --evaluation {input.evaluation:q}"
        " > {log:q} 2>&1"
