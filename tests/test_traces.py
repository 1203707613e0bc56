"""A marker searched over everything tallymark may have touched: nothing outside the pack."""

from __future__ import annotations

from pathlib import Path

from chain import Home, whatsapp

MARKER = "quince-harbour-7731"


def _hits(root: Path, *, leaving_out: tuple[Path, ...]) -> list[str]:
    plain, wide = MARKER.encode(), MARKER.encode("utf-16-le")
    found = []
    for path in root.rglob("*"):
        if path.is_file() and not any(out == path or out in path.parents for out in leaving_out):
            data = path.read_bytes()
            if plain in data or wide in data:
                found.append(str(path.relative_to(root)))
    return found


def test_the_marker_is_only_where_the_person_put_it(tmp_path: Path) -> None:
    """After add, attach, import, find, look and pack: no copy in vault, home or temp folder."""
    home = Home(tmp_path)
    source = tmp_path / "from-phone"
    source.mkdir()
    (source / f"WhatsApp Chat with {MARKER}.txt").write_text(whatsapp(600, marker=MARKER))
    (source / f"{MARKER}.txt").write_text(MARKER * 50)
    home.make()
    assert home.add(f"he said {MARKER}").code == 0
    assert home.run("attach", str(source / f"{MARKER}.txt")).code == 0
    assert home.run("import", str(source / f"WhatsApp Chat with {MARKER}.txt")).code == 0
    assert home.run("find", MARKER).code == 0
    assert home.run("look", "timeline").code == 0
    assert home.run("pack", str(tmp_path / "given")).code == 0
    outside = (source, tmp_path / "given", tmp_path / "given.zip")
    assert _hits(tmp_path, leaving_out=outside) == []
    assert [p for p in tmp_path.rglob(f"*{MARKER}*") if not set(outside) & {p, *p.parents}] == []
