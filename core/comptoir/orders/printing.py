"""Draws a paper as PDF, in the language of its order. It is drawn from what was frozen: always the same."""

import unicodedata
from decimal import Decimal
from typing import Any

from django.utils import formats, translation
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from fpdf import FPDF, FontFace

from comptoir.base.money import minor_digits
from comptoir.conf import conf
from comptoir.orders.models import Paper

INK, GREY = (24, 28, 38), (96, 100, 110)
WIDTHS_MM = (86, 16, 26, 18, 30)


def paper_pdf(paper: Paper) -> bytes:
    """The paper as a file to keep or to print."""
    with translation.override(paper.content["locale"]):
        page = _Page(paper)
        page.head()
        page.parties()
        page.lines()
        page.totals()
        return bytes(page.pdf.output())


class _Page:
    """One paper while it is drawn, from the top down. Units: mm."""

    def __init__(self, paper: Paper) -> None:
        self.paper, self.said = paper, paper.content
        self.pdf = FPDF(format="A4")
        self.pdf.set_creation_date(paper.issued_at)
        self.pdf.set_margins(17, 17)
        self.pdf.set_auto_page_break(True, 20)
        self.family = _choose_font(self.pdf)
        self.pdf.set_lang(self.said["locale"])
        self.pdf.set_title(f"{self.title} {paper.number}")
        self.pdf.add_page()

    @property
    def title(self) -> str:
        titles = {"invoice": _("Invoice"), "receipt": _("Receipt"), "credit_note": _("Credit note")}
        return titles[self.paper.kind]

    def head(self) -> None:
        self._write(self.said["seller"]["name"], size=16, bold=True)
        self._write(self.said["seller"]["address"], grey=True)
        self._write(self.said["seller"]["notice"], grey=True)
        self.pdf.ln(8)
        self._write(f"{self.title} {self.paper.number}", size=18, bold=True)
        day = parse_date(self.said["issued_on"])
        self._write(_("Issued on %(day)s") % {"day": formats.date_format(day, "j F Y") if day else ""})
        self._write(_("Order %(number)s") % {"number": self.said["order"]})
        if self.said.get("of"):
            self._write(_("For %(number)s") % {"number": self.said["of"]})
        self._write(self.said.get("reason", ""))

    def parties(self) -> None:
        buyer = self.said["buyer"]
        place = f"{buyer['postcode']} {buyer['city']}".strip()
        self.pdf.ln(4)
        for text in (
            buyer["company"],
            buyer["name"],
            buyer["street"],
            buyer["street2"],
            place,
            buyer["country"],
        ):
            self._write(text)
        self.pdf.ln(4)

    def lines(self) -> None:
        if not self.said["lines"]:
            return
        self._font(9)
        heads = (_("Article"), _("Pieces"), _("Price"), _("VAT"), _("Total"))
        aligns = ("LEFT", "RIGHT", "RIGHT", "RIGHT", "RIGHT")
        style = FontFace(emphasis="BOLD", color=INK)
        with self.pdf.table(
            col_widths=WIDTHS_MM, text_align=aligns, borders_layout="HORIZONTAL_LINES", headings_style=style,
            line_height=6, width=sum(WIDTHS_MM), align="LEFT",
        ) as table:  # fmt: skip
            table.row([self._plain(head) for head in heads])
            for one in self.said["lines"]:
                table.row([self._plain(text) for text in self._cells(one)])

    def totals(self) -> None:
        self.pdf.ln(4)
        for one in self.said["taxes"]:
            facts = {"percent": _number(one["percent"]), "net": self._money(one["net"])}
            label = _("VAT %(percent)s %% on %(net)s") % facts
            self._pair(label, self._money(one["tax"]))
        self._pair(_("Total, VAT included"), self._money(self.paper.total), bold=True)

    def _cells(self, one: dict[str, Any]) -> tuple[str, ...]:
        title = f"{one['title']} ({one['sku']})" if one["sku"] else one["title"]
        percent = f"{_number(one['percent'])} %" if one["percent"] else ""
        return title, str(one["quantity"]), self._money(one["unit"]), percent, self._money(one["total"])

    def _pair(self, label: str, text: str, *, bold: bool = False) -> None:
        self._font(11 if bold else 9, bold=bold)
        self.pdf.cell(140, 6, self._plain(label), align="R")
        self.pdf.cell(36, 6, self._plain(text), align="R", new_x="LMARGIN", new_y="NEXT")

    def _write(self, text: str, *, size: int = 10, bold: bool = False, grey: bool = False) -> None:
        if text:
            self._font(size, bold=bold, grey=grey)
            self.pdf.multi_cell(0, size * 0.5, self._plain(text), new_x="LMARGIN", new_y="NEXT")

    def _font(self, size: int, *, bold: bool = False, grey: bool = False) -> None:
        self.pdf.set_font(self.family, "B" if bold else "", size)
        self.pdf.set_text_color(*(GREY if grey else INK))

    def _money(self, amount: Any) -> str:
        digits = minor_digits(self.said["currency"])
        number = formats.number_format(Decimal(amount), digits, use_l10n=True, force_grouping=True)
        return f"{number} {self.said['currency']}"

    def _plain(self, text: str) -> str:
        """Text in letters the font has: without a font of the shop's own those of western Europe."""
        return text if conf.PAPER_FONT else _western(text)


def _choose_font(pdf: FPDF) -> str:
    if not conf.PAPER_FONT:
        pdf.core_fonts_encoding = "windows-1252"
        return "Helvetica"
    pdf.add_font("Paper", "", conf.PAPER_FONT)
    pdf.add_font("Paper", "B", conf.PAPER_FONT)
    return "Paper"


def _western(text: str) -> str:
    """Each letter that Helvetica cannot write without its marks, and a question mark for what is left."""
    spaces = {0x202F: " ", 0x00A0: " ", 0x2011: "-"}
    said = text.translate(spaces)
    return "".join(
        letter
        if _writes(letter)
        else unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode() or "?"
        for letter in said
    )


def _writes(letter: str) -> bool:
    try:
        letter.encode("windows-1252")
    except UnicodeEncodeError:
        return False
    return True


def _number(text: str) -> str:
    return formats.number_format(Decimal(text), use_l10n=True) if text else ""
