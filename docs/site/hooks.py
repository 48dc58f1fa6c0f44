"""What MkDocs asks of us: the site's pages have the paths of the repository's files, so that links work in both."""

from pathlib import Path

import commands
import library
import parameters
from linked import linked, plain_folders
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
ASSETS = ["docs/site/iframe-worker.js", "docs/site/style.css"]
# beside docs/ and the cards of what ships, and all that these link to
ALSO = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", *ASSETS]


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add the library's pages, one a room, to the navigation."""
    (reference,) = (part["Reference"] for part in config.nav or [] if isinstance(part, dict) and "Reference" in part)
    reference.append({"Library": list(library.pages())})
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The theme's files, the repository's pages and what they link to, and the pages that are written from the code."""
    start = [*map(Path, ALSO), *_found("docs/*.md"), *_found("resources/**/README.md")]
    of_theme = [file for file in files if file.src_dir != config.docs_dir]
    copied = [
        File(path.as_posix(), str(ROOT), config.site_dir, config.use_directory_urls) for path in linked(ROOT, start)
    ]
    written = {"docs/reference/commands.md": commands.page(), "docs/reference/parameters.md": parameters.page()}
    texts = written | library.pages() | {"docs/reference/python.md": library.front()}
    return Files([*of_theme, *copied, *(File.generated(config, path, content=text) for path, text in texts.items())])


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """A link to a folder, which a repository's page shows and a site does not, as its text."""
    return plain_folders(markdown, (ROOT / page.file.src_uri).parent)


def _found(pattern: str) -> list[Path]:
    return [path.relative_to(ROOT) for path in sorted(ROOT.glob(pattern))]
