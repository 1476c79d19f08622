import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.clean.sentences import LONGEST, split


def sentences(text: str) -> list[str]:
    return [text[s.start : s.end] for s in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pump replaced. Runs again!", ["Pump replaced.", "Runs again!"]),
        ("customer rang. pump dead. sent part", ["customer rang.", "pump dead.", "sent part"]),
        ("Spoke to Dr. Vance. All good.", ["Spoke to Dr. Vance.", "All good."]),
        ("Version 2.13.0 fails. Use 2.14.", ["Version 2.13.0 fails.", "Use 2.14."]),
        (
            "Termin am 17. April im 3. Stock. Bitte klingeln.",
            ["Termin am 17. April im 3. Stock.", "Bitte klingeln."],
        ),
        ("Gerät bzw. ca. 3 Jahre alt. Läuft.", ["Gerät bzw. ca. 3 Jahre alt.", "Läuft."]),
        (
            "部品を交換しました。正常です！また連絡します",
            ["部品を交換しました。", "正常です！", "また連絡します"],
        ),
        ("水泵已更换。客户满意？是的", ["水泵已更换。", "客户满意？", "是的"]),
        ("هل يعمل الجهاز؟ نعم، يعمل الآن.", ["هل يعمل الجهاز؟", "نعم، يعمل الآن."]),
        ("पंप बदला गया। अब ठीक है।", ["पंप बदला गया।", "अब ठीक है।"]),
        ("Sig.ra Rossi ha chiamato. Tutto ok.", ["Sig.ra Rossi ha chiamato.", "Tutto ok."]),
        ("Hablé con la Sra. Peña. ¿Y ahora? Nada.", ["Hablé con la Sra. Peña.", "¿Y ahora?", "Nada."]),
        ("Заменили насос на ул. Лесной. Работает.", ["Заменили насос на ул. Лесной.", "Работает."]),
        ("He said “it is dead.” Then left.", ["He said “it is dead.”", "Then left."]),
        ("- checked fuse\n- changed board\ndone", ["- checked fuse", "- changed board", "done"]),
        ("Wait... what?! No.", ["Wait...", "what?!", "No."]),
        ("Done!Next one", ["Done!", "Next one"]),
        ("", []),
        (" \n\t ", []),
    ],
)
def test_a_note_falls_into_its_sentences(text: str, expected: list[str]):
    assert sentences(text) == expected


def test_a_wrapped_line_goes_on():
    wrapped = (
        "The machine stops in the middle of the long programme and then\nshows the code E18. Nothing helps."
    )
    assert len(sentences(wrapped)) == 2


@given(st.text(st.sampled_from("aB3 .\n!。？-•\u0660\u05d0\u200f") | st.characters(), max_size=300))
def test_every_character_is_in_one_sentence_or_is_space(text: str):
    found = list(split(text))
    assert all(a.end <= b.start for a, b in pairwise(found))
    covered = "".join(text[s.start : s.end] for s in found)
    assert "".join(covered.split()) == "".join(text.split())
    assert all(text[s.start : s.end].strip() == text[s.start : s.end] != "" for s in found)


@pytest.mark.parametrize("piece", ["a", "a ", ".", ". ", "A. ", "\n", "1. ", "。", "a.\n", "?!"])
def test_splitting_is_linear(piece: str):
    text = piece * (200_000 // len(piece))
    began = time.process_time()
    assert all(s.end - s.start <= LONGEST for s in split(text))
    assert time.process_time() - began < 5
