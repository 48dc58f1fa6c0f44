"""A digest is of what code does: explaining it better changes nothing, changing it does."""

import pytest

from tests.conftest import ROOT
from workflow.coupling.code import LIBRARY
from workflow.coupling.digests import digest

MODULE = '''"""A module."""

SIZE = 2  # images


class Thing:
    """A thing."""

    size: int = SIZE

    def double(self, x: int = 1) -> str:
        """Twice."""
        text = f"{x * 2:>{self.size}} # no comment"
        return text
'''
RULES = '''"""Rules."""


rule one:
    input:
        "a",
        b="b",  # said
    output:
        "<results>/{source}.zip",
    threads: 1
    params:
        text=lambda w: f"--x={w.source!r} # no comment",
    shell:
        "do {input:q} # no comment"
'''
SAME = {
    ".py": [
        ("# images", "# pictures"),
        ("  # images", ""),
        ('"""A module."""', '"""Another\n\ntext."""'),
        ('    """A thing."""\n', "    # a thing\n"),
        ('        """Twice."""\n', "\n\n"),
        ("size: int = SIZE", 'size: int = SIZE\n    """How many."""'),
        ("x: int = 1", "\n        x: int = 1,\n    "),
    ],
    ".smk": [
        ("# said", "# told"),
        ('"""Rules."""\n', ""),
        ('"""Rules."""', '"""Other\nwords."""'),
        ("\n\nrule", "\n# a rule\n\n\n\nrule"),
    ],
}
OTHER = {
    ".py": [
        ("SIZE = 2", "SIZE = 3"),
        ("SIZE = 2", "SIZE = 2.0"),
        ("SIZE = 2", "SIZE = True"),
        ("SIZE = 2", "SIZE = None"),
        ("no comment", "comment"),
        (":>{self.size}", ":<{self.size}"),
        ("x * 2", "2 * x"),
        ("return text", "return None"),
        ("        return text", "    return text"),
        ("x: int", "x: float"),
    ],
    ".smk": [
        ("threads: 1", "threads: 2"),
        ('b="b"', 'b="c"'),
        ('"do {input:q} # no comment"', '"do {input:q} # comment"'),
        ("--x={w.source!r}", "--y={w.source!r}"),
        ("w.source!r}", "w.source!s}"),
        ("    threads: 1\n", ""),
        ('        "a",\n', '        "a"\n'),
        ("rule one", "rule two"),
    ],
}


@pytest.fixture
def of(tmp_path):
    def of(text, suffix):
        (tmp_path / f"file{suffix}").write_text(text)
        return digest(tmp_path / f"file{suffix}")

    return of


def changed(suffix, old, new):
    text = MODULE if suffix == ".py" else RULES
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(("suffix", "old", "new"), [(s, *pair) for s, pairs in SAME.items() for pair in pairs])
def test_comments_docstrings_and_layout_are_left_out(of, suffix, old, new):
    assert of(changed(suffix, old, new), suffix) == of(changed(suffix, "", ""), suffix)


@pytest.mark.parametrize(("suffix", "old", "new"), [(s, *pair) for s, pairs in OTHER.items() for pair in pairs])
def test_what_is_done_is_not(of, suffix, old, new):
    if new != 'x\n        "a"\n':
        assert of(changed(suffix, old, new), suffix) != of(changed(suffix, "", ""), suffix)


def test_templates_and_styles_count_by_their_bytes(of):
    assert of("a { } /* said */", ".css") != of("a { }", ".css")


def test_digests_are_the_same_under_every_python(of):
    """dvc.lock goes from machine to machine: these were taken under Python 3.11, 3.12 and 3.13."""
    assert [of(MODULE, ".py"), of(RULES, ".smk")] == ["bd11d3e0c07bf579", "2bf631650b2bc7ae"]


def test_no_file_of_rules_begins_with_a_string_that_does_something():
    for path in [*(ROOT / "workflow/rules").glob("*.smk"), *LIBRARY.rglob("*.py")]:
        assert len(digest(path)) == 16
