"""Text extraction from PDF, DOCX, HTML, Markdown or text: nothing executed, nothing fetched.

The first bytes of a file decide what it is, never its name. Every limit is checked before the work
it bounds. Run in a process of its own by ``geo.watch.publish.extraction_jobs``, with little memory
and time.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from geo.core.errors import KharitaError
from geo.core.zip_guard import GuardedZip, UnsafeZip, ZipLimits

MAX_BYTES = 8 * 2**20
MAX_PAGES = 300
MAX_CHARS = 1_500_000
PAGE_CHARS = 3_000
ZIP_LIMITS = ZipLimits(unpacked=80 * 2**20, entries=2_000, ratio=150)
#: Fewer letters than this on a page, on average: the pages are pictures.
SCANNED_CHARS = 25
_BIDI = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u00ad]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_ACTIVE_PDF = (b"/JavaScript", b"/JS ", b"/JS(", b"/Launch", b"/OpenAction", b"/AA ")
Progress = Callable[[int, int], None]


class ReportRejected(KharitaError):
    """The file cannot become a report; the key names the reason."""

    status = 422


@dataclass(frozen=True)
class Text:
    """The extracted text; ``notes`` are keys of messages for the editor."""

    kind: str
    title: str
    date: str
    pages: tuple[str, ...]
    notes: tuple[str, ...] = field(default=())


def read(content: bytes, name: str, progress: Progress = lambda _done, _of: None) -> Text:
    """Extract the text of a file.

    Raises
    ------
    ReportRejected : it is too big, damaged, locked, a picture, or nothing we read.
    """
    if not content.strip():
        raise ReportRejected("intake.empty")
    if len(content) > MAX_BYTES:
        raise ReportRejected("intake.too_big", limit=MAX_BYTES // 2**20)
    if b"%PDF-" in content[:1024]:
        found, kind = _pdf(content, progress), "pdf"
    elif content[:4] == b"PK\x03\x04":
        found, kind = _docx(content), "docx"
    elif _is_binary(content):
        raise ReportRejected("intake.unknown_kind")
    else:
        found, kind = _written(content)
    title, date, pages, notes = found
    pages = [_tidy(p) for p in pages]
    if sum(map(len, pages)) > MAX_CHARS:
        raise ReportRejected("intake.too_long")
    if not any(c.isalpha() for p in pages for c in p):
        raise ReportRejected("intake.scanned" if kind == "pdf" else "intake.empty")
    if kind == "pdf" and sum(map(len, pages)) < SCANNED_CHARS * len(pages):
        raise ReportRejected("intake.scanned")
    ending = name.rpartition(".")[2].casefold()
    if ending and ending not in _ENDINGS[kind]:
        notes = [*notes, "intake.note_ending"]
    title = _tidy(title).replace("\n", " ").strip() or _first_line(pages)
    return Text(kind, title[:160], date, tuple(pages), tuple(dict.fromkeys(notes)))


_ENDINGS = {
    "pdf": ("pdf",),
    "docx": ("docx",),
    "html": ("html", "htm", "xhtml"),
    "text": ("md", "markdown", "txt"),
}
Found = tuple[str, str, list[str], list[str]]


def _pdf(content: bytes, progress: Progress) -> Found:
    import pypdfium2 as pdfium  # a hundred pages in half a second; pypdf took 39 s

    notes = ["intake.note_active"] if any(mark in content for mark in _ACTIVE_PDF) else []
    try:
        with pdfium.PdfDocument(content) as document:
            total = len(document)
            if total > MAX_PAGES:
                raise ReportRejected("intake.too_many_pages", n=total, limit=MAX_PAGES)
            pages = []
            for number in range(total):
                page = document[number]
                text = page.get_textpage()
                pages.append(text.get_text_range().replace("\ufffe", ""))
                text.close()
                page.close()
                progress(number + 1, total)
            about = document.get_metadata_dict()
    except pdfium.PdfiumError as error:
        locked = error.err_code == pdfium.raw.FPDF_ERR_PASSWORD
        raise ReportRejected("intake.locked" if locked else "intake.damaged") from error
    if not pages:
        raise ReportRejected("intake.damaged")
    made = re.match(r"D:(\d{4})(\d\d)(\d\d)", about.get("CreationDate", ""))
    return about.get("Title", ""), "-".join(made.groups()) if made else "", pages, notes


def _docx(content: bytes) -> Found:
    notes = []
    try:
        archive = GuardedZip(content, ZIP_LIMITS)
        if "word/document.xml" not in archive.names:
            raise ReportRejected("intake.unknown_kind")
        if any(n.endswith(("vbaProject.bin", ".exe", ".js")) for n in archive.names):
            notes.append("intake.note_active")
        head = next(archive.pieces("word/document.xml"), b"")[:4096]
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise ReportRejected("intake.damaged")
        from docx import Document

        document = Document(io.BytesIO(content))
        texts = [p.text for p in document.paragraphs]
        texts += [
            cell.text for table in document.tables for row in table.rows for cell in row.cells
        ]
        about = document.core_properties
        date = about.created.date().isoformat() if about.created else ""
        title = about.title or ""
    except ReportRejected:
        raise
    except UnsafeZip as error:
        raise ReportRejected(
            "intake.bomb" if error.reason == "bomb" else "intake.damaged"
        ) from error
    except Exception as error:  # whatever a broken file does to the parsers
        raise ReportRejected("intake.damaged") from error
    return title, date, list(_paged(texts)), notes


class _Html(HTMLParser):
    """The words a reader sees, and whether the page carried a program."""

    SILENT = frozenset(
        ("script", "style", "template", "noscript", "svg", "head", "iframe", "object")
    )
    BLOCKS = frozenset(
        ("p", "div", "li", "br", "tr", "h1", "h2", "h3", "h4", "section", "article", "td")
    )

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = [""]
        self.title = ""
        self.active = False
        self._silent = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.active |= tag in ("script", "iframe", "object", "embed") or any(
            name.startswith("on") or "javascript:" in (value or "").casefold()
            for name, value in attrs
        )
        self._in_title = tag == "title"
        if tag in self.SILENT:
            self._silent += 1
        if tag in self.BLOCKS:
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        if tag in self.SILENT and self._silent:
            self._silent -= 1
        if tag in self.BLOCKS:
            self.texts.append("")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif not self._silent:
            self.texts[-1] += data


def _written(content: bytes) -> tuple[Found, str]:
    text, notes = decoded(content)
    if re.search(r"<(!doctype html|html|body|p|div|h1|head|script)\b", text[:4000], re.IGNORECASE):
        page = _Html()
        page.feed(text)
        page.close()
        notes += ["intake.note_active"] if page.active else []
        return (
            page.title,
            "",
            list(_paged(" ".join(t.split()) for t in page.texts)),
            notes,
        ), "html"
    heading = re.search(r"^#{1,2}\s+(.+)$", text, re.MULTILINE)
    plain = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    plain = re.sub(r"^\s{0,3}(#{1,6}|>|[-*+]|\d+\.)\s+", "", plain, flags=re.MULTILINE)
    plain = re.sub(r"<[^<>]{0,400}>|[*_`]{1,3}", "", plain)
    if "<script" in text.casefold():
        notes.append("intake.note_active")
    return (
        heading.group(1) if heading else "",
        "",
        list(_paged(plain.splitlines())),
        notes,
    ), "text"


def decoded(content: bytes) -> tuple[str, list[str]]:
    """Bytes as text: by their mark, as UTF-8, or else in the encoding that gives most letters."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(encoding, "replace"), []
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError:
        arabic, latin = content.decode("cp1256", "replace"), content.decode("cp1252", "replace")
        letters = len(re.findall(r"[\u0621-\u064a]{3,}", arabic))
        return (arabic if letters > len(content) / 60 else latin), ["intake.note_encoding"]


def _is_binary(content: bytes) -> bool:
    head = content[:4096]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    return b"\x00" in head or sum(b < 9 or 13 < b < 32 for b in head) > len(head) / 50


def _paged(lines: Iterator[str] | list[str]) -> Iterator[str]:
    """Texts without pages, cut into pieces of a page's length between paragraphs."""
    held = ""
    for line in lines:
        if held and len(held) + len(line) > PAGE_CHARS:
            yield held
            held = ""
        held += line + "\n"
    if held.strip():
        yield held


def _tidy(text: str) -> str:
    """One spelling of letters, no unseen marks, single spaces; line ends inside a sentence go."""
    text = unicodedata.normalize("NFC", _CONTROL.sub(" ", _BIDI.sub("", text)))
    if re.search(r"[\ufb50-\ufdff\ufe70-\ufeff]", text):  # Arabic as shapes, not as letters
        text = unicodedata.normalize("NFKC", text)
    text = re.sub(r"(\w)-\n(\w)", r"\1\2", text)
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return "\n".join(line for line in lines if line)


def _first_line(pages: list[str]) -> str:
    return next((line for p in pages for line in p.split("\n") if len(line) > 3), "")
