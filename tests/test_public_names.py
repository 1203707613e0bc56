"""The public face and the error tree are promises."""

from __future__ import annotations

import inspect

import tallymark
from tallymark import errors


def test_public_names_are_these_and_all_of_them_load() -> None:
    """What ``from tallymark import …`` offers does not change by accident."""
    assert tallymark.__all__ == [
        "DeskError", "Diary", "EnvelopeError", "EvidenceError", "Exhibit", "Incident",
        "IntegrityError", "Moment", "PackError", "RecordError", "TallymarkError", "VaultError",
        "VerificationError", "verify",
    ]  # fmt: skip
    assert all(getattr(tallymark, name) is not None for name in tallymark.__all__)


def _all_errors() -> list[type[errors.TallymarkError]]:
    return [
        item
        for _, item in inspect.getmembers(errors, inspect.isclass)
        if issubclass(item, errors.TallymarkError)
    ]


def test_every_error_has_its_own_exit_code_and_a_next_step() -> None:
    """Two errors never share a code, none is 0, and each says what to do now."""
    codes = [error.exit_code for error in _all_errors() if error is not errors.VerificationError]
    assert len(codes) == len(set(codes))
    assert all(0 < error.exit_code < 126 for error in _all_errors())
    assert all(
        error.next_step.endswith((".", "list", "check", "new", "attach", "--shape"))
        for error in _all_errors()
    )
    assert all(str(error()) for error in _all_errors())


def test_the_tree_in_the_docstring_names_every_error() -> None:
    """The drawing at the top of the file is the tree."""
    drawn = errors.__doc__ or ""
    assert [e.__name__ for e in _all_errors() if e.__name__ not in drawn] == []
