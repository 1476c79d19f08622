from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from kb import catalogue, documents
from kb.documents import Document
from kb.errors import ImportFailed
from kb.imports.markdown import import_markdown
from kb.products import Product


def write(folder: Path, **files: str | bytes) -> None:
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def test_files_become_articles(session: Session, tmp_path: Path):
    catalogue.save(session, [Product("k1", "One")], actor="a", why="b")
    write(
        tmp_path,
        reset_md="---\nid: reset-it\ntitle: Reset it\nlanguage: no\nproducts: [k1]\n---\n"
        "# Not the title\n\nPress.\n",
        guide__clean_de_md="# Reinigen\n\nMit *klarem* Wasser spülen.\n",
        guide__clean_en_md="---\n---\n\n# Clean it #\nRinse.\n",
        plain_md="The filter is behind the small door at the bottom of the machine.\n",
    )
    report = import_markdown(session, tmp_path, trust=True)
    assert (report.added, report.rejected) == (4, [])
    assert list(documents.documents(session)) == [
        Document("guide/clean", "de", (), "Reinigen", "Mit *klarem* Wasser spülen."),
        Document("guide/clean", "en", (), "Clean it", "Rinse."),
        Document(
            "plain", "en", (), "plain", "The filter is behind the small door at the bottom of the machine."
        ),
        Document("reset-it", "no", ("k1",), "Reset it", "# Not the title\n\nPress."),
    ]
    assert import_markdown(session, tmp_path, trust=True).unchanged == 4


def test_files_that_cannot_be_used_are_named_with_the_reason(session: Session, tmp_path: Path):
    write(
        tmp_path,
        a_md="---\ntitle: never closed\n\nText.\n",
        b_md='---\ntitle: "open\nother: x\n---\nText.\n',
        c_md="---\n- just\n- a list\n---\nText.\n",
        d_md=b"",
        e_md="Un caf\u00e9".encode("cp1252"),
        f_md=b"\x00\x01binary",
        g_md="---\nlanguage: klingon\n---\nText.\n",
        h_md="# Only a heading\n",
        i_md="---\nproducts: k9\n---\nText for a product.\n",
        j_md="---\nid: z\nlanguage: en\nauthor: Ana\n---\nGood text.\n",
        k_md="---\nid: z\nlanguage: en\n---\nThe same id.\n",
    )
    report = import_markdown(session, tmp_path, trust=True)
    assert [document.id for document in documents.documents(session)] == ["z"]
    assert [f"{each}" for each in sorted(report.rejected, key=lambda each: each.file)][:9] == [
        "a.md: begins with --- but the front matter is never closed with ---",
        "b.md: has front matter that is not YAML, line 4: found unexpected end of stream",
        "c.md: has front matter that is not a list of names with values",
        "d.md: d.md is empty",
        "e.md: Line 1 is not UTF-8: byte 0xE9 at character 7;"
        " save the file as UTF-8 (it may be Windows-1252)",
        "f.md: f.md is not a text file (or UTF-16 without a mark); save it as UTF-8",
        "g.md: “language”: “klingon” is not a language; give a code such as es or pt-BR",
        "h.md: “body” is empty",
        "i.md: there is no product with the code “k9”; import the products first",
    ]
    assert f"{report.rejected[-1]}" == "k.md: repeats “z” and “en” of j.md"
    assert report.left_out == {"author": 1}


def test_a_folder_without_markdown_gets_a_sentence(session: Session, tmp_path: Path):
    write(tmp_path, notes_txt="hello")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "x.md").write_text("hidden")
    with pytest.raises(ImportFailed, match=r"holds no Markdown files \(\.md\)\.$"):
        import_markdown(session, tmp_path)
