"""Identifiers in any spelling come to one token; what is not one comes to none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallymark.desk import identifiers


def keys(scheme: str, value: str) -> set[str]:
    """The tokens of a stated identifier, as compared."""
    return {token.key for token in identifiers.from_stated(scheme, value)}


@pytest.mark.parametrize(
    "spelling",
    [
        "07700 900222",
        "+44 7700 900222",
        "(0)7700-900-222",
        "+44 (0)7700 900 222",
        "0044 7700 900222",
        "tel:+44-7700-900222",
        "０７７００ ９００２２２",
        " 07700900222 ",
        "7700 900222",
    ],
)
def test_a_phone_number_in_any_spelling_is_one(spelling: str) -> None:
    """Every spelling gives the number in E.164."""
    assert keys("phone", spelling) == {"phone:+447700900222"}


@pytest.mark.parametrize("value", ["999", "101", "unknown", "", "withheld", "0" * 40, "12"])
def test_what_is_no_number_gives_no_token(value: str) -> None:
    """Service numbers and words are not compared."""
    assert keys("phone", value) == set()


def test_email_keeps_dots_but_where_the_provider_ignores_them() -> None:
    """Case never matters; dots and plus signs only where the provider says so."""
    assert keys("email", "Sam.K@Example.ORG") == {"email:sam.k@example.org"}
    assert not keys("email", "sam.k@example.org") & keys("email", "samk@example.org")
    one, two = keys("email", "Sam.K+x@gmail.com"), keys("email", "samk@googlemail.com")
    assert one & two == {"mailbox:samk@gmail.com"}
    assert keys("email", "a.b@outlook.com") & keys("email", "ab@outlook.com") == set()
    assert keys("email", "ab+1@outlook.com") & keys("email", "ab@outlook.com")


@pytest.mark.parametrize(
    "spelling",
    [
        "@sam.k_99",
        "Sam.K_99",
        "https://www.instagram.com/sam.k_99/?hl=en",
        "ig: sam.k_99",
        "insta @Sam.K_99",
    ],
)
def test_a_handle_in_any_spelling_is_one(spelling: str) -> None:
    """A web address, an @ and capitals make no difference."""
    assert keys("handle", spelling) == {"handle:sam.k_99"}


def test_short_handles_and_names_with_spaces_are_not_compared() -> None:
    """Two or three letters, or a name in words, would link strangers."""
    assert keys("handle", "@sam") == set()
    assert keys("handle", "Sam from work") == set()


def test_the_platform_of_a_handle_is_kept_beside_it() -> None:
    """The platform is told, not compared."""
    (token,) = identifiers.from_stated("handle", "https://t.me/sam_k_99")
    assert (token.value, token.platform) == ("sam_k_99", "telegram")


def test_plates_with_and_without_space_and_lookalikes() -> None:
    """AB12 CDE is ab12cde; O and 0 meet in a second, weaker token."""
    assert "plate:AB12CDE" in keys("plate", "AB12 CDE") & keys("plate", "ab12cde")
    one, two = keys("plate", "AB1O CDE"), keys("plate", "AB10 CDE")
    assert one & two == {"plate as read:AB10CDE"}


@pytest.mark.parametrize(
    ("part", "plate", "fits"),
    [
        ("AB12", "AB12CDE", True),
        ("2CDE", "AB12CDE", True),
        ("AB?2CD", "AB12CDE", True),
        ("AB12CD?", "AB12CDE", True),
        ("AB13", "AB12CDE", False),
        ("B12C", "AB12CDE", False),
    ],
)
def test_a_plate_read_in_part_fits_from_either_end(part: str, plate: str, *, fits: bool) -> None:
    """An unread character is anything; a part is the beginning or the end."""
    assert identifiers.plate_fits(part, plate) is fits


def test_text_is_read_by_narrow_patterns() -> None:
    """Numbers, addresses, @names and plates are seen; dates, prices and references are not."""
    text = (
        "He rang from 07700 900222 on 12/05/2026 at 21:10, ref 20260512 1234567, paid 12.50. "
        "Mail from Sam.K@example.org, @sam.k_99 commented. Car AB12 CDE, postcode AB12 3CD. "
        "I called 0808 2000 247 and 101."
    )
    found = {token.key for token in identifiers.from_text(text)}
    assert found == {
        "phone:+447700900222",
        "email:sam.k@example.org",
        "handle:sam.k_99",
        "plate:AB12CDE",
        "plate as read:AB12CDE",
    }


def test_an_unsaved_sender_is_a_number_and_a_saved_one_is_not() -> None:
    """A label such as ``+44 7700 900222`` is a token; a name with digits is none."""
    (token,) = identifiers.label_tokens("\u202a+44 7700 900222\u202c")
    assert token.key == "phone:+447700900222"
    assert identifiers.label_tokens("Neil 2 07700") == []


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["phone", "email", "handle", "platform_id", "plate", "other"]), st.text())
def test_any_stated_text_is_read_without_an_error(scheme: str, value: str) -> None:
    """Whatever a stranger's record says, reading it ends in tokens or none."""
    for token in identifiers.from_stated(scheme, value):
        assert token.value
        assert token.spelling == value


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_looked_through_without_an_error(text: str) -> None:
    """No text stops the search for identifiers."""
    for token in identifiers.from_text(text) + identifiers.label_tokens(text):
        assert token.kind in {
            "phone",
            "email",
            "mailbox",
            "handle",
            "plate",
            "plate as read",
            "partial plate",
        }


@settings(max_examples=100, deadline=None)
@given(
    st.integers(7_400_000_000, 7_599_999_999), st.sampled_from(["0", "+44", "0044", "+44 (0)", "(0)"]),
    st.lists(st.sampled_from(["", " ", "-", "."]), min_size=10, max_size=10),
)  # fmt: skip
def test_every_spelling_of_a_mobile_number_meets(
    number: int, prefix: str, marks: list[str]
) -> None:
    """Any prefix and any marks between the digits give the same token."""
    spelling = prefix + "".join(
        digit + mark for digit, mark in zip(str(number), marks, strict=True)
    )
    assert keys("phone", spelling) == {f"phone:+44{number}"}
