"""Each line of the advice has something a person can find, and a test that would miss it."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from shared_samples import SHARED
from tallymark.cli.main import _commands

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "guide" / "advice.md"


def _rows() -> dict[str, list[str]]:
    """The table by line number: advice, here today, held by, still to come."""
    found = {}
    for line in PAGE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"A\d+", cells[0]):
            found[cells[0]] = cells[1:]
    return found


@cache
def _tests(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))


def test_the_table_has_every_line_of_the_advice() -> None:
    """A1 to A26, in order, each with five cells."""
    rows = _rows()
    assert list(rows) == [f"A{n}" for n in range(1, 27)]
    assert all(len(cells) == 4 for cells in rows.values())


@pytest.mark.parametrize(("line", "cells"), _rows().items(), ids=list(_rows()))
def test_each_line_has_a_feature_and_a_test_that_exist(line: str, cells: list[str]) -> None:
    """Links lead to files, commands are real, and each named test is there."""
    del line
    advice, here, held, _ = cells
    assert advice
    assert here
    for target in re.findall(r"\]\(([^)#]+)", here):
        assert (PAGE.parent / target).is_file(), target
    for command in re.findall(r"`tallymark ([a-z-]+)", here):
        assert command in _commands(), command
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", held)
    assert named
    assert len(named) == held.count("::")
    for path, name in named:
        assert name in _tests(ROOT / path), f"{path}::{name}"


def test_the_lines_are_those_of_the_reference() -> None:
    """As many lines as the reference has, where it lies beside the checkout."""
    reference = SHARED / "reference" / "advice.md"
    if not reference.is_file():
        pytest.skip("the reference of the advice is not on this machine")
    there = re.findall(r"^\| (A\d+) \|", reference.read_text("utf-8"), re.MULTILINE)
    assert there == list(_rows())
