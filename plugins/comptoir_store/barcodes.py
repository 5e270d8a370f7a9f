"""Barcodes as a string of modules: ``1`` is a bar, ``0`` a space, each one module wide.

Written here rather than taken from a library: documents must be the same bytes whatever is installed, and a label
needs two symbols only (README.md). Sources: GS1 General Specifications, section 5.2 (EAN-13, EAN-8, UPC-A);
ISO/IEC 15417 (Code 128, set B).
"""

# ruff: noqa: SIM905  (tables of digits read better without a hundred quotes)

from dataclasses import dataclass

#: Number set A of the ten digits; set C is its complement, set B is set C read backwards.
SET_A = "0001101 0011001 0010011 0111101 0100011 0110001 0101111 0111011 0110111 0001011".split()
SET_C = [digit.translate(str.maketrans("01", "10")) for digit in SET_A]
SET_B = [digit[::-1] for digit in SET_C]
#: Which sets the left half of an EAN-13 uses: this is how its first digit is written.
FIRST_DIGIT = "AAAAAA AABABB AABBAB AABBBA ABAABB ABBAAB ABBBAA ABABAB ABABBA ABBABA".split()
GUARD, CENTRE = "101", "01010"

#: Widths of the three bars and three spaces of the 106 characters of Code 128; 104 starts set B.
CODE_128 = """
    212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231
    113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211
    212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131
    113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111
    314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211
    241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141
    214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 211214
    211232
""".split()
START_B, STOP = 104, "2331112"
#: A longer SKU makes a barcode wider than a label.
LONGEST_SKU = 24


@dataclass(frozen=True)
class Barcode:
    """A symbol to print: its kind (``ean13``, ``ean8``, ``code128``), its modules, what stands below it."""

    kind: str
    modules: str
    text: str

    def as_json(self) -> dict[str, str]:
        return {"kind": self.kind, "modules": self.modules, "text": self.text}


def barcode(*, gtin: str | None, sku: str) -> Barcode | None:
    """What a till can scan: the GTIN, else the SKU; ``None`` if neither fits on a label."""
    return gtin_barcode(gtin or "") or sku_barcode(sku)


def gtin_barcode(gtin: str) -> Barcode | None:
    """The symbol of a GTIN; ``None`` for the number of a carton (14 digits), which no till scans."""
    number = gtin[1:] if len(gtin) == 14 and gtin[0] == "0" else gtin
    if len(number) == 8:
        return Barcode("ean8", ean8_modules(number), f"{number[:4]} {number[4:]}")
    if len(number) in (12, 13):
        number = number.zfill(13)
        return Barcode("ean13", ean13_modules(number), f"{number[0]} {number[1:7]} {number[7:]}")
    return None


def sku_barcode(sku: str) -> Barcode | None:
    """The symbol of a SKU, for goods without a GTIN; ``None`` if it is too long or not plain ASCII."""
    if not 0 < len(sku) <= LONGEST_SKU or not (sku.isascii() and sku.isprintable()):
        return None
    return Barcode("code128", code128_modules(sku), sku)


def ean13_modules(number: str) -> str:
    """The 95 modules of 13 digits."""
    sets = {"A": SET_A, "B": SET_B}
    pairs = zip(FIRST_DIGIT[int(number[0])], number[1:7], strict=True)
    left = "".join(sets[which][int(digit)] for which, digit in pairs)
    return GUARD + left + CENTRE + "".join(SET_C[int(digit)] for digit in number[7:]) + GUARD


def ean8_modules(number: str) -> str:
    """The 67 modules of 8 digits."""
    left, right = (
        [row[int(digit)] for digit in half] for row, half in ((SET_A, number[:4]), (SET_C, number[4:]))
    )
    return GUARD + "".join(left) + CENTRE + "".join(right) + GUARD


def code128_modules(text: str) -> str:
    """The modules of printable ASCII, with the check character."""
    values = [ord(letter) - 32 for letter in text]
    check = (START_B + sum(place * value for place, value in enumerate(values, start=1))) % 103
    widths = "".join(CODE_128[value] for value in (START_B, *values, check)) + STOP
    return "".join("10"[place % 2] * int(width) for place, width in enumerate(widths))
