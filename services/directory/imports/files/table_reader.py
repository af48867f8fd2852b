"""A table out of a file that somebody sent: CSV as Excel and others write it, or XLSX. Everything in it is hostile.

What can't be a table, or would be too much, is `NotRead` with a code (`import.<code>` in words); nothing is guessed
from half a file. Formulas are refused: what they show depends on who opens them.

This is a program, too: `apart.py` starts it for each file that is sent. So it imports nothing of ours."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

BIGGEST = 20 * 1024 * 1024  # bytes of a file
UNPACKED = 100 * 1024 * 1024  # bytes of all that an XLSX holds
PARTS = 500  # files in an XLSX
MOST_LINES = 50_000
MOST_COLUMNS = 60
LONGEST_CELL = 10_000  # characters
MOST_CELLS = 1_200_000  # that hold something: 50,000 lines of 20 columns, and some
MOST_TEXT = 32 * 2**20  # characters of all cells: a workbook of 80 kB may say one text of 10 kB in each of them
LONGEST_FIELD = 131_072  # characters of what stands between two separators, whatever the process lets csv read
LONGEST_NAME = 255  # characters of a sheet's; a spreadsheet takes 31
PIECE = 2**20  # bytes of an unfolded part that are looked at at once
EMPTY_RUN = 1000  # empty lines of a sheet after which it is taken to be over
SEPARATORS = (";", "\t", ",", "|")
MOST_MEMORY = 512 * 2**20  # bytes of the process that reads: 50,000 lines of 20 columns take three quarters of it
MOST_SECONDS = 60  # of a processor; those lines take a quarter of it


class NotRead(Exception):
    """Why there is no table in the file. `code` is said as the word `import.<code>`."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code, self.values = code, values


@dataclass(frozen=True)
class Line:
    """A line, by the number that a spreadsheet gives it. `broken`: why it is not read (a code), else ''."""

    number: int
    cells: Sequence[str]
    broken: str = ""


@dataclass(frozen=True)
class Table:
    """`file`: SHA-256 (hex) of its bytes; `sheet`: of an XLSX; `sheets`: all of them; `warnings`: codes."""

    file: str
    kind: str
    header: Sequence[str]
    lines: Sequence[Line]
    sheet: str | None = None
    sheets: Sequence[str] = ()
    warnings: Sequence[str] = ()


class Sum:
    """What all cells of a table hold together. Raises NotRead where that is too much, before it is held twice: by who
    reads and by who asked."""

    def __init__(self) -> None:
        self._cells = self._text = 0

    def add(self, cells: Sequence[str]) -> None:
        self._cells += sum(map(bool, cells))
        self._text += sum(map(len, cells))
        if self._cells > MOST_CELLS or self._text > MOST_TEXT:
            raise NotRead("too-much")


def read_table(data: bytes, sheet: str | None = None) -> Table:
    """The table in a file. `sheet`: the name of the sheet wanted, of an XLSX; else the first that holds a table."""
    if not data.strip(b"\0 \r\n\t"):
        raise NotRead("empty")
    if len(data) > BIGGEST:
        raise NotRead("too-big", most=BIGGEST // 2**20)
    if data.startswith(b"PK\x03\x04"):
        return _xlsx(data, sheet)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise NotRead("old-excel")
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"PK")) or _is_markup(data):
        raise NotRead("not-a-table")
    return _csv(data)


def _is_markup(data: bytes) -> bool:
    return bool(re.match(rb"(\xef\xbb\xbf)?\s*<(!doctype|html|\?xml|table|script)", data[:200], re.IGNORECASE))


def _csv(data: bytes) -> Table:
    text, warnings = _decoded(data)
    if "\0" in text:
        raise NotRead("not-a-table")
    ends = text.endswith(("\n", "\r"))
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[tuple[int, list[str]]] = []
    before, all_of_it = 0, Sum()
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((before + 1, row))
                all_of_it.add(row)
            if any(len(cell) > LONGEST_FIELD for cell in row):
                raise NotRead("cell-too-long", line=before + 1, most=LONGEST_CELL)
            before = reader.line_num
            _not_too_much(len(rows), len(row))
    except csv.Error as error:
        if "field larger" in str(error):
            raise NotRead("cell-too-long", line=before + 1, most=LONGEST_CELL) from None
        raise NotRead("cut" if "end of data" in str(error) else "quotes", line=before + 1) from None
    if not rows:
        raise NotRead("empty")
    header = _header(rows[0][1])
    if not ends and len(rows) > 1:
        if len(rows[-1][1]) < len(rows[0][1]):
            raise NotRead("cut", line=rows[-1][0])
        warnings.append("no-last-line-end")
    lines = [_line(number, cells, len(header)) for number, cells in rows[1:]]
    return Table(sha256(data).hexdigest(), "csv", header, lines, warnings=warnings)


def _decoded(data: bytes) -> tuple[str, list[str]]:
    """The text: UTF-16 and UTF-8 by their marks, else UTF-8, else as Excel writes in western Europe (Windows-1252)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16"), []
        except UnicodeDecodeError:
            raise NotRead("cut", line=data.count(b"\n") // 2 + 1) from None
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        if error.end >= len(data) and "unexpected end" in error.reason and any(b > 127 for b in data[: error.start]):
            raise NotRead("cut", line=data.count(b"\n") + 1) from None
        if data.startswith(b"\xef\xbb\xbf"):
            raise NotRead("not-a-table") from None
    return data.decode("cp1252", errors="replace"), ["latin-1"]


def _separator(text: str) -> str:
    """What parts the cells of the first line that is not empty, outside quotes."""
    first = next((line for line in text[:100_000].splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"?', "", first)
    return max(SEPARATORS, key=lambda mark: (bare.count(mark), -SEPARATORS.index(mark)))


def _xlsx(data: bytes, sheet: str | None) -> Table:
    from openpyxl import load_workbook  # half a second, for those who import

    _not_a_bomb(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    except MemoryError:
        raise
    except Exception:  # whatever openpyxl trips over in a broken or hostile file, it is no workbook
        raise NotRead("not-a-workbook") from None
    try:
        names = [str(one.title) for one in book.worksheets]
        if len(names) > PARTS or any(len(name) > LONGEST_NAME for name in names):
            raise NotRead("not-a-workbook")
        if sheet is not None and sheet not in names:
            raise NotRead("no-such-sheet", sheet=sheet[:60], sheets=", ".join(names)[:300])
        best: list[tuple[int, list[str]]] = []
        found = sheet or ""
        for one in book.worksheets:
            if sheet in (None, one.title):
                try:
                    rows = list(_rows(one))
                except (NotRead, MemoryError):
                    raise
                except Exception:
                    raise NotRead("not-a-workbook") from None
                if rows and (not best or (len(best) < 2 <= len(rows))):
                    best, found = rows, one.title
    finally:
        book.close()
    if not best:
        raise NotRead("empty")
    header = _header(best[0][1])
    lines = [_line(number, cells, len(header)) for number, cells in best[1:]]
    return Table(sha256(data).hexdigest(), "xlsx", header, lines, found, names)


def _not_a_bomb(data: bytes) -> None:
    """What is in the archive, before anything of it is unpacked. zipfile never unpacks more than the sizes told
    here."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
                raise NotRead("bomb", most=UNPACKED // 2**20)
            if any(part.flag_bits & 1 for part in parts):
                raise NotRead("encrypted")
            names = {part.filename for part in parts}
            if any(name.lower().endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
                raise NotRead("macros")
            if "xl/workbook.xml" not in names:
                raise NotRead("not-a-workbook")
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels")):
                    _look_through(archive, part)
    except NotRead:
        raise
    except Exception:  # zipfile's own errors, zlib's, and those of offsets that lead nowhere
        raise NotRead("cut-workbook") from None


def _look_through(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Raises NotRead for a part that declares something, such as entities that unfold without end: wherever in it,
    after however long a comment, in any encoding that a parser knows. And for one of more texts or cells than a table
    has: a parser would take minutes over them, if it is not ended for its memory before."""
    before, texts, cells = b"", 0, 0
    with archive.open(part) as file:
        while some := file.read(PIECE):
            plain = before + some.replace(b"\0", b"")
            if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
                raise NotRead("not-a-workbook")
            texts, cells = texts + plain.count(b"<si>"), cells + plain.count(b"<c ") + plain.count(b"<c/")
            if texts > MOST_CELLS or cells > MOST_LINES * MOST_COLUMNS:
                raise NotRead("too-much")
            before = plain[-16:]


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """The lines of a sheet that hold something, as text."""
    sheet.reset_dimensions()  # what the file says of its own size is not to be believed
    empty = count = 0
    all_of_it = Sum()
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), 1):
        cells = [_text(cell, number) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if not any(cells):
            empty += 1
            if empty > EMPTY_RUN:
                return
            continue
        empty, count = 0, count + 1
        _not_too_much(count, len(cells))
        all_of_it.add(cells)
        yield number, cells


def _text(cell: Any, line: int) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f" or type(value).__name__ in ("ArrayFormula", "DataTableFormula"):
        raise NotRead("formula", cell=f"{cell.column_letter}{line}")
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))  # a SIRET typed as a number
    return str(value).replace("_x000D_", "").strip()


def _header(cells: Sequence[str]) -> list[str]:
    header = [re.sub(r"\s+", " ", cell).strip()[:100] for cell in cells]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise NotRead("no-header")
    return header


def _line(number: int, cells: Sequence[str], width: int) -> Line:
    bare = [cell.strip() for cell in cells]
    while len(bare) > width and not bare[-1]:
        bare.pop()
    if len(bare) > width:
        return Line(number, bare[:width], "too-many-cells")
    if any(len(cell) > LONGEST_CELL for cell in bare):
        return Line(number, [cell[:100] for cell in bare], "cell-too-long")
    if any(cell.startswith("=") for cell in bare):
        return Line(number, bare, "formula-in-line")
    return Line(number, [*bare, *[""] * (width - len(bare))])


def _not_too_much(lines: int, columns: int) -> None:
    if lines > MOST_LINES + 1:
        raise NotRead("too-many-lines", most=MOST_LINES)
    if columns > MOST_COLUMNS:
        raise NotRead("too-many-columns", most=MOST_COLUMNS)


def main() -> None:
    """Reads from standard input a line of JSON, `{"sheet"}`, and then the file; writes `{"refused", "values"}`, or the
    table's head, and then its lines, each a line of JSON: number, why it is broken, cells."""
    with contextlib.suppress(ValueError, OSError):  # a system that knows no such limits
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as first:
        first.write("1000")  # where a container has no room for both, it is this one that goes
    sys.stdout = io.TextIOWrapper(sys.stdout.buffer, "utf-8", "backslashreplace", "\n")
    try:
        asked = json.loads(sys.stdin.buffer.readline())
        table = read_table(sys.stdin.buffer.read(), asked["sheet"])
    except NotRead as why:
        print(json.dumps({"refused": why.code, "values": why.values}))
        return
    except MemoryError:
        print(json.dumps({"refused": "too-much", "values": {}}))
        return
    print(json.dumps({name: value for name, value in vars(table).items() if name != "lines"}))
    for line in table.lines:
        print(json.dumps([line.number, line.broken, line.cells], ensure_ascii=False))


if __name__ == "__main__":
    main()
