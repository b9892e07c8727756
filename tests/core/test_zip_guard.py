"""One guard for every ZIP file from outside, with the limits of whoever opens it."""

import io
import re
import struct
import zipfile
from pathlib import Path

import pytest

from geo.core.zip_guard import GuardedZip, UnsafeZip, ZipLimits

PROJECT = Path(__file__).parents[2]
LIMITS = ZipLimits(unpacked=4 * 2**20, entries=5, entry_ratio=100, ratio=400)


def packed(files, stored=False):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as box:
        for name, content in files.items():
            box.writestr(name, content)
    return out.getvalue()


def overlapping():
    """Two entries of the directory that name the same bytes."""
    content = bytearray(packed({"a": b"x" * 1000, "b": b"y" * 1000}, stored=True))
    second = content.rindex(b"PK\x01\x02")
    struct.pack_into("<I", content, second + 42, 0)
    return bytes(content)


def encrypted():
    content = bytearray(packed({"a": b"x"}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


UNSAFE = {
    "too many entries": (lambda: packed({str(i): b"" for i in range(6)}), LIMITS, "bomb"),
    "far too many headers": (lambda: packed({"a": b"PK\x01\x02" * 30}, True), LIMITS, "bomb"),
    "too much": (
        lambda: packed({"a": bytes(range(256)) * 17_000}, stored=True),
        LIMITS,
        "bomb",
    ),
    "one entry packed too tightly": (
        lambda: packed({"a": b"0" * (2**20 + 1)}),
        ZipLimits(unpacked=4 * 2**20, entry_ratio=100),
        "bomb",
    ),
    "all entries packed too tightly": (
        lambda: packed({"a": b"0" * 2**20, "b": b"0" * 2**20}),
        ZipLimits(unpacked=4 * 2**20, ratio=400),
        "bomb",
    ),
    "entries over one another": (overlapping, LIMITS, "bomb"),
    "a path upwards": (lambda: packed({"a/../../b": b""}), LIMITS, "path"),
    "a path from the root": (lambda: packed({"/etc/passwd": b""}), LIMITS, "path"),
    "a drive": (lambda: packed({"C:\\x": b""}), LIMITS, "path"),
    "encrypted": (encrypted, LIMITS, "encrypted"),
    "no ZIP": (lambda: b"PK\x03\x04" + b"x" * 100, LIMITS, "corrupt"),
}


@pytest.mark.parametrize("case", UNSAFE)
def test_an_unsafe_file_is_not_opened(case):
    content, limits, reason = UNSAFE[case]
    with pytest.raises(UnsafeZip) as error:
        GuardedZip(content(), limits)
    assert error.value.reason == reason


def test_without_a_bound_on_ratios_tight_packing_passes():
    content = packed({"a": b"0" * (2**20 + 1)})
    assert len(GuardedZip(content, ZipLimits(unpacked=4 * 2**20)).read("a")) == 2**20 + 1


def test_an_entry_is_read_in_pieces_up_to_its_limit():
    box = GuardedZip(packed({"a": b"ab" * 50_000}, stored=True), LIMITS)
    assert box.names == {"a"}
    assert b"".join(box.pieces("a")) == box.read("a") == b"ab" * 50_000
    assert box.read("a", 100_000)
    for name, limit, reason in (("a", 99_999, "bomb"), ("b", None, "corrupt")):
        with pytest.raises(UnsafeZip) as error:
            box.read(name, limit)
        assert error.value.reason == reason


def test_a_damaged_entry_is_told_from_the_reader_s_own_error():
    content = bytearray(packed({"a": b"ab" * 500}, stored=True))
    content[content.index(b"abab") + 7] ^= 1
    with pytest.raises(UnsafeZip) as error:
        GuardedZip(bytes(content), LIMITS).read("a")
    assert error.value.reason == "corrupt"

    def consume():
        for _ in GuardedZip(packed({"a": b"ab"}), LIMITS).pieces("a"):
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        consume()


def test_zip_files_from_outside_are_opened_by_the_guard_alone():
    # A backup is a file of the operator's own, read under its own manifest.
    allowed = {"core/zip_guard.py", "store/backup.py"}
    opened = re.compile(r"ZipFile\((?!out\b|file, \"w\")")
    found = {
        path.relative_to(PROJECT / "geo").as_posix()
        for path in (PROJECT / "geo").rglob("*.py")
        if opened.search(path.read_text("utf-8"))
    }
    assert found == allowed
