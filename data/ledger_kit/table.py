"""The known table: 300 invoices of companies that do not exist."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
NUMBER = 300
TODAY = date(2025, 1, 15)
# How many are faulty in which way, and how many are scans.
FAULTS = {"no-total": 6, "wrong-sum": 6, "no-date": 4, "copy": 8, "damaged": 4}
SCANS = 20


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sends invoices."""

    name: str
    address: tuple[str, ...]
    language: str
    currencies: tuple[str, ...]
    rate: int
    prefix: str
    goods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice. `fault` is empty, or a key of `FAULTS`; `original` is the file that a copy repeats."""

    file: str
    number: str
    seller: Seller
    buyer: tuple[str, str]
    issued: date
    due: date
    currency: str
    lines: tuple[tuple[str, int, Decimal], ...]
    layout: int
    fault: str = ""
    scan: bool = False
    original: str = ""

    @property
    def net(self) -> Decimal:
        """The sum of the lines."""
        return sum((count * price for _, count, price in self.lines), Decimal(0)).quantize(CENT)

    @property
    def tax(self) -> Decimal:
        """Of the net amount."""
        return (self.net * self.seller.rate / 100).quantize(CENT, ROUND_HALF_UP)

    @property
    def total(self) -> Decimal:
        """As it is printed: wrong where that is the fault."""
        return self.net + self.tax + (Decimal("37.50") if self.fault == "wrong-sum" else 0)


SELLERS = (
    Seller(
        "Calloway Fittings Ltd",
        ("14 Tanner Row", "Leeds LS2 4QT"),
        "en",
        ("GBP",),
        20,
        "CF",
        ("Brass elbow 22 mm", "Compression coupler", "Pipe clip, box of 100", "Isolating valve"),
    ),
    Seller(
        "Brackenridge Supply Inc.",
        ("880 Foundry Street", "Dayton, OH 45402"),
        "en",
        ("USD", "EUR"),
        8,
        "BRK-",
        ("Packing tape, case", "Stretch film roll", "Pallet label", "Corner protector"),
    ),
    Seller(
        "Osprey Hill Consulting LLC",
        ("2 Larkspur Plaza", "Austin, TX 78701"),
        "en",
        ("USD",),
        8,
        "OHC-2024-",
        ("Process review, day", "Workshop", "Travel expenses", "Written report"),
    ),
    Seller(
        "Tamsin & Rowe Printing Ltd",
        ("7 Harbour Lane", "Bristol BS1 6XN"),
        "en",
        ("GBP", "EUR"),
        20,
        "TR",
        ("Brochure A4, 500 pieces", "Business cards", "Poster A1", "Proofing"),
    ),
    Seller(
        "Hollerbach Technik GmbH",
        ("Ziegelweg 12", "70565 Stuttgart"),
        "de",
        ("EUR",),
        19,
        "RE-",
        ("Wartung Pumpe", "Dichtungssatz", "Anfahrt", "Steuermodul"),
    ),
    Seller(
        "Lindenau Papier KG",
        ("Am Speicher 3", "04177 Leipzig"),
        "de",
        ("EUR",),
        19,
        "LP",
        ("Kopierpapier A4", "Kartonage", "Etiketten", "Versandtaschen"),
    ),
    Seller(
        "Atelier Vaucroix SARL",
        ("8 rue des Tilleuls", "69003 Lyon"),
        "fr",
        ("EUR",),
        20,
        "AV-",
        ("Conception graphique", "Maquette", "Impression", "Retouche photo"),
    ),
    Seller(
        "Transports Delmarre SAS",
        ("Zone du Port 21", "59140 Dunkerque"),
        "fr",
        ("EUR", "USD"),
        20,
        "TD",
        ("Transport routier", "Manutention", "Stockage, semaine", "Assurance fret"),
    ),
    Seller(
        "云岭包装有限公司",
        ("昆明市盘龙区青松路18号",),
        "zh",
        ("CNY",),
        13,
        "YL",
        ("瓦楞纸箱", "气泡膜", "封箱胶带", "木托盘"),
    ),
    Seller(
        "海川精密仪器有限公司",
        ("宁波市江北区临港路6号",),
        "zh",
        ("CNY", "USD"),
        13,
        "HC",
        ("压力传感器", "校准服务", "连接线", "控制面板"),
    ),
)
BUYERS = {
    "en": (
        ("Pemberton Labs Ltd", "31 Kiln Street, York YO1 7HB"),
        ("Quillfeather Inc.", "5 Depot Road, Salem, OR 97301"),
    ),
    "de": (
        ("Ostheim Werke AG", "Industriestr. 40, 97645 Ostheim"),
        ("Pemberton Labs Ltd", "31 Kiln Street, York YO1 7HB"),
    ),
    "fr": (("Maison Corvel SA", "3 quai Nord, 44000 Nantes"), ("Pemberton Labs Ltd", "31 Kiln Street, York YO1 7HB")),
    "zh": (("明湖贸易有限公司", "杭州市西湖区学院路9号"), ("澄江电子有限公司", "苏州市工业园区星港街2号")),
}


def make_table(seed: int = 20240) -> list[Bill]:
    """All invoices, in the order of their files' names; the same for the same seed."""
    chance = random.Random(seed)
    plain = NUMBER - FAULTS["copy"]
    bills = [_bill(chance, place) for place in range(plain)]
    places = chance.sample(range(plain), sum(FAULTS.values()) + SCANS)
    for fault in ("no-total", "wrong-sum", "no-date", "damaged"):
        for _ in range(FAULTS[fault]):
            place = places.pop()
            bills[place] = replace(bills[place], fault=fault)
    for _ in range(SCANS):
        place = places.pop()
        bills[place] = replace(bills[place], scan=True)
    for _ in range(FAULTS["copy"]):
        first = bills[places.pop()]
        file = first.file.replace(".pdf", "-again.pdf")
        layout = (first.layout + 1) % 3
        bills.append(replace(first, file=file, fault="copy", layout=layout, original=first.file))
    return sorted(bills, key=lambda bill: bill.file)


def _bill(chance: random.Random, place: int) -> Bill:
    seller = SELLERS[place % len(SELLERS)]
    issued = date(2023, 1, 2) + timedelta(days=chance.randrange(725))
    number = f"{seller.prefix}{1000 + place}"
    lines = tuple(
        (goods, chance.randint(1, 12), Decimal(chance.randint(850, 48_000)) / 100)
        for goods in chance.sample(seller.goods, chance.randint(1, 3))
    )
    return Bill(
        file=f"{place:03d}-{number}.pdf",
        number=number,
        seller=seller,
        buyer=chance.choice(BUYERS[seller.language]),
        issued=issued,
        due=issued + timedelta(days=chance.choice((14, 30, 45))),
        currency=chance.choice(seller.currencies),
        lines=lines,
        layout=chance.randrange(3),
    )
