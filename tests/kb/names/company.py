"""A company whose names are ordinary words of some language, or come close to them."""

from kb.products import NameBook, Product, ProductName

N = ProductName
COMPANY = (
    Product("mixer", "Carello hand mixer", (N("Punto", "IT"), N("Golf", "DE"))),
    Product("pur", "Aerovelle purifier", (N("Air", "GB"), N("Aire", "MX"), N("エア", "JP"))),
    Product("tab", "Brightwell tablet", (N("Note", "GB"), N("Smart", "DE"))),
    Product(
        "lamp",
        "Stella floor lamp",
        (
            N("Morning Star", "GB"),
            N("Étoile", "FR"),
            N("Estrella", "ES"),
            N("Yıldız", "TR"),
            N("Звезда", "RU"),
            N("ほしあかり", "JP"),
            N("별빛나", "KR"),
        ),
    ),
    Product("fan", "Vento II", (N("Wind", "DE"),)),
    Product("robot", "Carrello courier", (N("Bring", "DE"),)),
    Product(
        "vac",
        "Brumela vacuum",
        (
            N("Nettoyo", "FR"),
            N("Wellenputz", "DE"),
            N("Brumela", "PL"),
            N("Brumela", "FI"),
            N("Brumela", "HU"),
            N("Брумела", "RU"),
            N("مكنوسة", "EG"),
        ),
    ),
    Product(
        "wash",
        "Marlune 300",
        (
            N("LavaBien 300", "ES"),
            N("Klarspül 300", "DE"),
            N("Köpükçük 300", "TR"),
            N("アワアワー300", "JP"),
            N("موجينا 300", "EG"),
        ),
    ),
    Product("kettle", "AquaFlow", (N("アクアフロー", "JP"), N("아쿠아플로우", "KR"))),
    Product("radio", "A-12"),
)
BOOK = NameBook(COMPANY)
