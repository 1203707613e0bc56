"""A forgotten passphrase, page by page and without JavaScript: asked once, practised, used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tallymark.diary import Diary
from tallymark.integrity import wordslot
from tallymark.integrity.envelope import Identity
from tallymark.integrity.keyslot import CHEAP
from tallymark.integrity.recovery_words import words_of
from tallymark.vault import keys as slots
from web.test_journey import write_entry
from web.window import PASSPHRASE, Window, window

NEW = "nine green lamps over the water"


@pytest.fixture
def undecided(vault: Path) -> Path:
    """A vault in which nothing is chosen yet; its home is that of ``vault``."""
    path = vault.with_name("undecided")
    Diary.create(path, passphrase=PASSPHRASE, cost=CHEAP).close()
    return path


@pytest.fixture
def shown(undecided: Path) -> Iterator[Window]:
    """That vault, open in a window."""
    with window(undecided) as found:
        found.unlock()
        yield found


def _words(shown: Window) -> list[str]:
    return re.findall(r"<li>([a-z]+)</li>", shown.page.text)


def _write_down(shown: Window) -> list[str]:
    """From the question to the end of the practice, as somebody does who has a pen."""
    shown.send("/keys", choice="words")
    assert shown.path == "/keys/words"
    words = _words(shown)
    assert len(words) == 24
    shown.go("/keys/words/2")
    asked = [int(n) for n in re.findall(r'name="word_(\d+)"', shown.page.text)]
    assert len(set(asked)) == 3
    shown.send(**{f"word_{n}": words[n - 1] for n in asked})
    return words


def _calm_lock(shown: Window) -> None:
    action, hidden = shown._forms()[0]
    assert (action, hidden["calm"]) == ("/lock", "yes")
    shown.page.body += b'<form action="/lock">' + "".join(
        f'<input type="hidden" name="{k}" value="{v}">' for k, v in hidden.items()
    ).encode() + b"</form>"  # fmt: skip
    shown.send()


def test_the_question_comes_on_the_way_out_and_then_it_locks(shown: Window) -> None:
    """Nothing of the diary opens meanwhile; words are practised; then the program ends."""
    ident = write_entry(shown)
    shown.go("/home")
    _calm_lock(shown)
    assert shown.path == "/keys"
    assert "what if you forget your passphrase" in shown.page.says
    for path in ("/home", f"/i/{ident}", "/see", "/add", "/keys/passphrase", "/keys/try"):
        shown.go(path)
        assert shown.path == "/keys"
        assert "gate" not in shown.page.text
    words = _write_down(shown)
    assert shown.path == "/locked"
    assert shown.book.diary is None
    with Diary.open(shown.book.path, words=" ".join(words)) as diary:
        assert diary.keys.decision.choice == "words"
        assert len(diary.entries()) == 1


def test_it_can_be_put_off_and_exit_never_asks(undecided: Path) -> None:
    """A button locks at once; so do the link and the script, which do not say that they are calm."""
    for way in ("later", "exit", "script"):
        with window(undecided) as shown:
            shown.unlock()
            if way == "later":
                write_entry(shown)
            shown.go("/home")
            if way == "later":
                _calm_lock(shown)
                assert "Lock now and ask me next time" in shown.page.says
                shown.send()
            elif way == "exit":
                shown.go("/exit")
            else:
                fields = f"fit={shown.fit()}".encode()
                assert shown.ask("POST", "/lock", fields).header("location") == "/locked"
            assert shown.book.diary is None


def test_somebody_who_wrote_nothing_is_not_asked(shown: Window) -> None:
    """There is nothing to lose yet."""
    _calm_lock(shown)
    assert shown.path == "/locked"


def test_at_the_third_opening_the_question_stands_first(undecided: Path) -> None:
    """One question, typed consent, and everything is there."""
    for _ in range(2):
        Diary.open(undecided, passphrase=PASSPHRASE).close()
    with window(undecided) as shown:
        shown.unlock()
        assert shown.path == "/keys"
        assert shown.go("/help").status == 200
        assert shown.go("/see").status == 200
        assert shown.path == "/keys"
        shown.send(choice="none")
        shown.send(consent="yes")
        assert "To choose this, type: no way back" in shown.page.says
        shown.send(consent="No way  back")
        assert "You chose to have no way back" in shown.page.says
        assert "Your notes" in shown.go("/home").says


def test_a_wrong_word_in_the_practice_changes_nothing(shown: Window) -> None:
    """It says so, and the words can be looked at again."""
    shown.go("/keys")
    shown.send(choice="words")
    words = _words(shown)
    shown.go("/keys/words/2")
    asked = [int(n) for n in re.findall(r'name="word_(\d+)"', shown.page.text)]
    shown.send(**{f"word_{n}": "zebra" for n in asked})
    assert "One of these is another word" in shown.page.says
    assert _words_again(shown) == words
    assert [way.kind for way in shown.book.diary.keys.all()] == ["passphrase"]


def _words_again(shown: Window) -> list[str]:
    shown.go("/keys/words")
    return _words(shown)


def test_words_are_not_shown_again_once_they_are_practised(shown: Window) -> None:
    """Nor made without having been chosen."""
    for path in ("/keys/words", "/keys/words/2", "/keys/helper/2"):
        shown.go(path)
        assert shown.path == "/keys"
    _write_down(shown)
    assert "open your notes from now on" in shown.page.says
    shown.go("/keys/words")
    assert shown.path == "/keys"


def test_a_forgotten_passphrase_is_replaced_by_the_words(shown: Window) -> None:
    """On the page where it is asked for; a wrong word is named; the old one is void."""
    ident = write_entry(shown)
    shown.go("/keys")
    words = _write_down(shown)
    path = shown.book.path
    shown.book.lock()
    with window(path) as later:
        later.arrive()
        assert "I forgot it" in later.page.says
        later.go("/open/words")
        wrong = " ".join(["zoo" if words[0] != "zoo" else "zone", *words[1:]])
        later.send(words=wrong, passphrase=NEW, passphrase_again=NEW)
        assert "Word 1 is not the one" in later.page.says
        later.send(words=" ".join(words), passphrase="short", passphrase_again="short")
        assert "too easy to guess" in later.page.says
        later.send(words=" ".join(words), passphrase=NEW, passphrase_again=NEW + "s")
        assert "do not match" in later.page.says
        later.send(words="\n".join(words), passphrase=NEW, passphrase_again=NEW)
        assert later.path == "/home"
        assert "gate" in later.go(f"/i/{ident}").says
        assert later.book.diary.keys.fits(NEW)
        assert not later.book.diary.keys.fits(PASSPHRASE)


def test_a_helper_gets_a_file_and_tries_it(shown: Window) -> None:
    """The file holds words for the helper's key alone; typed in, they are said to work."""
    helper = Identity.generate()
    shown.go("/keys")
    shown.send(choice="helper")
    shown.send(key="age1nobody", folder="0")
    assert "not an age recipient key" in shown.page.says
    shown.send(key=helper.recipient)
    assert "Choose a place" in shown.page.says
    shown.send(key=f" {helper.recipient} ", folder="0")
    assert shown.path == "/keys/helper/2"
    out = Path(re.search(r'class="path">([^<]+)<', shown.page.text)[1])
    shown.send()
    assert "copy was not tried yet" in shown.page.says
    spoken = " ".join(words_of(wordslot.secret_in(out.read_bytes(), helper)))
    shown.go("/keys/try")
    shown.send(words=spoken + " one")
    assert "There should be 24 words" in shown.page.says
    shown.send(words=spoken)
    assert "They open your notes" in shown.page.says
    assert helper.recipient in shown.page.text


def test_the_passphrase_is_changed_by_somebody_who_knows_it(opened: Window) -> None:
    """The one of now is asked for, so that a passer-by cannot lock the owner out."""
    opened.go("/keys/passphrase")
    opened.send(now="a guess", passphrase=NEW, passphrase_again=NEW)
    assert "not the passphrase of now" in opened.page.says
    opened.send(
        now=PASSPHRASE, passphrase="123456789012345678", passphrase_again="123456789012345678"
    )
    assert "too easy to guess" in opened.page.says
    opened.send(now=PASSPHRASE, passphrase=NEW, passphrase_again="another")
    assert "do not match" in opened.page.says
    opened.send(now=PASSPHRASE, passphrase=NEW, passphrase_again=NEW)
    assert "The new passphrase opens your notes" in opened.page.says
    assert opened.book.diary.keys.fits(NEW)


def test_a_way_in_is_taken_away_but_not_the_last(shown: Window) -> None:
    """After a page that says what it means."""
    shown.go("/keys")
    words = _write_down(shown)
    assert "Take it away" in shown.page.says
    shown.go("/keys/remove/2")
    shown.send()
    assert "opens nothing any more" in shown.page.says
    assert "no way back yet" in shown.page.says
    shown.go("/keys/remove/1")
    shown.send()
    assert "last passphrase" in shown.page.says
    shown.go("/keys/remove/9")
    assert shown.path == "/keys"
    with pytest.raises(Exception, match="words"):
        slots.open_master(slots.read(shown.book.path), slots.Secret("words", " ".join(words)))
