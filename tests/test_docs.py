"""What we offer is explained: commands, formats, views; and what is explained exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tallymark import plugins
from tallymark.cli.main import _commands

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "docs" / "guide"


def _all_guide() -> str:
    return "\n".join(path.read_text("utf-8") for path in GUIDE.rglob("*.md"))


@pytest.mark.parametrize("name", sorted(_commands()))
def test_every_command_has_help_and_stands_in_the_guide(name: str) -> None:
    """A command that nobody explains does not exist for the person."""
    command = _commands()[name]
    assert command.help
    assert f"tallymark {name}" in _all_guide()


@pytest.mark.parametrize("name", plugins.names("tallymark.importers"))
def test_every_format_has_a_page_and_a_sample(name: str) -> None:
    """A format we claim to read is explained to people and shown on a sample of our own."""
    assert (GUIDE / "formats" / f"{name}.md").is_file()
    assert list((ROOT / "tests" / "samples" / name).iterdir())


def test_links_between_pages_lead_somewhere() -> None:
    """Every relative link in the documents points at a file that is there."""
    broken = []
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
        local = [target for target in targets if "://" not in target]
        broken += [f"{page.name}: {t}" for t in local if not (page.parent / t).exists()]
    assert broken == []


def test_decisions_fit_on_a_page() -> None:
    """A decision is one page, so that it is read."""
    pages = list((ROOT / "docs" / "decisions").glob("*.md"))
    assert len(pages) >= 8
    assert all(len(page.read_text("utf-8").splitlines()) <= 60 for page in pages)


def test_the_lock_names_no_index() -> None:
    """The lock has versions and digests, and no address of where they came from."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert "--hash=sha256:" in lock
    assert not re.search(r"https?://|file:|--index-url|--extra-index|--find-links", lock)
