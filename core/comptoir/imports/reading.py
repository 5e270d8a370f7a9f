"""Opens a catalogue file and reads it row by row, whatever its size and however broken.

Never more than one row is in memory. A row that cannot be read is given with its problem and its first cells,
so that the product it belongs to is known; reading goes on at the next line.
"""

import codecs
import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from .cells import CURRENCY
from .formats import FORMATS
from .rows import ImportedPrice, ImportedProduct, Row, RowProblem, row_problem

MAX_ROW_BYTES = 4 * 1024 * 1024
MAX_CELL_CHARACTERS = 1024 * 1024
MAX_ROW_COMMAS = 200_000  # four million empty cells fit in the bytes of a row, but not in a little memory
CHUNK_BYTES = 64 * 1024
PREFIX_BYTES = 4 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# The csv module refuses cells over 128 KiB unless told otherwise, for the whole process; we only raise that.
csv.field_size_limit(max(csv.field_size_limit(), MAX_CELL_CHARACTERS))

Progress = Callable[[int], None]


def read_catalogue(
    path: Path | str,
    *,
    format: str,
    currency: str = "EUR",
    encoding: str = "utf-8",
    progress: Progress | None = None,
) -> Iterator[ImportedProduct | ImportedPrice | RowProblem]:
    """Read a catalogue file into products, and say what is wrong with the rows that are not products.

    A product is given whole or not at all; all its problems are given instead. ``currency`` is that of
    prices whose file does not name one. ``progress`` is called with the bytes read so far.
    Errors: ``KeyError`` for an unknown format, ``ValueError`` for a currency that is not three capitals,
    ``OSError`` at the first row if the file cannot be opened.
    """
    if not CURRENCY.fullmatch(currency):
        raise ValueError(f"{currency!r} is not a currency code of three capital letters.")
    return FORMATS[format].read(open_rows(path, encoding=encoding, progress=progress), currency)


def open_rows(
    path: Path | str, *, encoding: str = "utf-8", progress: Progress | None = None
) -> Iterator[Row]:
    """Give the rows of a CSV file with the line each one starts on; blank lines are left out.

    Units: lines from 1, a quoted line break counts; ``progress`` in bytes.
    """
    if not _is_readable_encoding(encoding):
        yield Row(1, [], (row_problem(line=1, field="", code="unknown_encoding", value=encoding),))
        return
    with open(path, "rb") as file:
        lines = _Lines(file, encoding)
        while (row := _next_row(lines)) is not None:
            if progress:
                progress(lines.offset)
            if row.cells or row.problems:
                yield row


class _RowTooLong(Exception):
    pass


class _Lines:
    """The lines of the file as text; ``csv.reader`` takes as many as one row needs, within limits."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self._encoding = codecs.lookup(encoding).name.removesuffix("-sig")
        self.line = 0
        self.offset = 0
        self.start_row()

    def start_row(self) -> None:
        """Forget the row before: its size, its beginning, its bad bytes."""
        self.first_line = self.line + 1
        self.row_bytes = 0
        self.row_commas = 0
        self.prefix = b""
        self.second_line_offset = 0
        self.encoding_problem: RowProblem | None = None
        self.has_ended = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._file.readline(MAX_ROW_BYTES + 1)
        if not line:
            self.has_ended = True
            raise StopIteration
        start, self.offset = self.offset, self.offset + len(line)
        self.line += 1
        self.row_bytes += len(line)
        self.row_commas += line.count(b",")
        if self.line == self.first_line:
            self.prefix = line[:PREFIX_BYTES]
            if self.row_bytes > MAX_ROW_BYTES:
                self._skip_rest_of(line)
            self.second_line_offset = self.offset
        if self.row_bytes > MAX_ROW_BYTES or self.row_commas > MAX_ROW_COMMAS:
            raise _RowTooLong
        return self._text(line, start)

    def resume_after_first_line(self) -> None:
        """Go back to the second line of the row: a lost quote must not swallow the rest of the file."""
        self._file.seek(self.second_line_offset)
        self.offset = self.second_line_offset
        self.line = self.first_line

    def _skip_rest_of(self, line: bytes) -> None:
        while line and not line.endswith(b"\n"):
            line = self._file.readline(CHUNK_BYTES)
            self.offset += len(line)

    def _text(self, line: bytes, start: int) -> str:
        if start == 0 and self._encoding == "utf-8" and line.startswith(BYTE_ORDER_MARK):
            line, start = line[len(BYTE_ORDER_MARK) :], len(BYTE_ORDER_MARK)
        try:
            return line.decode(self._encoding)
        except UnicodeDecodeError as error:
            self.encoding_problem = self.encoding_problem or row_problem(
                line=self.line,
                field="",
                code="encoding",
                value=f"0x{line[error.start]:02X}",
                byte=start + error.start,
                encoding=self._encoding,
            )
            # The rest of the row is still needed, to know which product it belongs to.
            return line.decode(self._encoding, errors="surrogateescape")


def _next_row(lines: _Lines) -> Row | None:
    lines.start_row()
    try:
        cells = next(csv.reader(lines, strict=True), None)
    except _RowTooLong:
        return _unreadable_row(lines, "line_too_long")
    except csv.Error as error:
        if str(error).startswith("field larger than"):
            return _unreadable_row(lines, "line_too_long")
        return _unreadable_row(lines, "unclosed_quote" if lines.has_ended else "malformed_row")
    if cells is None:
        return None
    if any(len(cell) > MAX_CELL_CHARACTERS for cell in cells):
        return _unreadable_row(lines, "line_too_long")
    problems = (lines.encoding_problem,) if lines.encoding_problem else ()
    return Row(lines.first_line, cells, problems)


def _unreadable_row(lines: _Lines, code: str) -> Row:
    problem = row_problem(
        line=lines.first_line, field="", code=code, limit=MAX_ROW_BYTES, cell_limit=MAX_CELL_CHARACTERS
    )
    lines.resume_after_first_line()
    return Row(lines.first_line, _first_cells(lines.prefix), (problem,))


def _first_cells(prefix: bytes) -> list[str]:
    """Give the cells that stand whole at the beginning of a row that cannot be read to its end."""
    try:
        cells = next(csv.reader([prefix.split(b"\n")[0].decode("utf-8", errors="surrogateescape")]), [])
    except csv.Error:
        return []
    return cells[:-1]


def _is_readable_encoding(encoding: str) -> bool:
    """Only encodings that keep the line feed one byte, so that lines are found before they are decoded."""
    try:
        return b"a,\n".decode(encoding) == "a,\n" and "a,\n".encode(encoding)[-3:] == b"a,\n"
    except (LookupError, ValueError):
        return False
