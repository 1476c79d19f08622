from bench.words import ordinary


def test_a_word_is_ordinary_unless_a_capital_is_far_likelier():
    likely = {"golf": -12.0, "Golf": -12.1, "roma": -13.1, "Roma": -11.3, "note": -12.0, "Note": -11.9}
    assert ordinary({**likely, "Étoile": -14.0, "étage": -13.0, "x": -5.0, "3d": -9.0}) == [
        "etage",
        "golf",
        "note",
    ]
