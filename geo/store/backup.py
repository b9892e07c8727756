"""Back up a deployment to one archive, and restore it.

The archive is a zip: ``manifest.json`` with the size and SHA-256 of every member, ``data/`` and
``var/changes/`` as a store of files holds them, and the other files of KHARITA_VAR that people
made. A database is written as a store of files, so that any archive can be restored into either.
Left out: what can be made again (states, drawings, fetched figures), uploads under way, and what
is configuration (``secrets.toml``, the file of KHARITA_ROLES).
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

import orjson

from geo.core import clock
from geo.core.durable_files import atomic_file, atomic_write, write_error
from geo.core.errors import KharitaError, StoreUnavailable
from geo.store.audit_log import AuditLog
from geo.store.copy import NotEmpty, copy
from geo.store.corrections import Corrections
from geo.store.file_store import FILES, FileStore
from geo.store.journal import MAX_SET_BYTES, Journal
from geo.store.ledger import Store
from geo.store.postgis_store import PostgisStore

FORMAT = 1
MANIFEST = "manifest.json"
MAX_MEMBERS, MAX_BYTES, MAX_MANIFEST = 200_000, 32 * 2**30, 64 * 2**20
PIECE = 2**20
#: What is kept of KHARITA_VAR: a name is taken when one of these matches it whole.
KEPT = re.compile(
    r"changes/\d{10}\.jsonl|corrections\.jsonl|audit(\.\d)?\.jsonl|audit\.key|followed\.txt"
    r"|reports/I-\d{4}-\d{3,5}\.(json|orig)|snapshots/[0-9A-Z]{6,8}\.(json|png)"
)
#: Files that grow: read whole, with nobody writing.
_GROWING = re.compile(r"corrections\.jsonl|audit(\.\d)?\.jsonl")


class BadArchive(KharitaError):
    """Not a backup archive, or a damaged one; nothing was restored."""


def backup(store: Store, var: Path, target: Path, *, replace: bool = False) -> dict[str, int]:
    """Write a backup archive to ``target``; return its number of files and bytes.

    The app may run meanwhile. The archive is consistent: an accepted correction has its change
    set.

    Raises
    ------
    NotEmpty : ``target`` exists and ``replace`` is false.
    StoreUnavailable, StoreFull : the store cannot be read, or the archive cannot be written.
    """
    if target.exists() and not replace:
        raise NotEmpty("backup.exists")
    try:
        with ExitStack() as stack, atomic_file(target, 0o600) as file:
            scratch = Path(
                stack.enter_context(
                    tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-")
                )
            )
            growing, still = _found(var)
            # After the growing files: what they name is in the store by now.
            files = {**still, **_stored(store, scratch)}
            return _write(file, growing, files, type(store).__name__)
    except OSError as error:
        raise write_error(error) from error


def restore(archive: Path, store: Store, var: Path, *, replace: bool = False) -> dict[str, int]:
    """Restore a backup archive; return its number of files and bytes.

    The whole archive is read and checked before anything changes. What was there is moved into
    ``before-…`` in ``var``. Processes of the app must be stopped, and started afterwards.

    Raises
    ------
    BadArchive : see there.
    NotEmpty : there is something already and ``replace`` is false.
    StoreUnavailable, StoreFull : the store takes no restore, or there is no room.
    """
    if not isinstance(store, FileStore | PostgisStore):
        raise StoreUnavailable("error.store_read_only")
    try:
        var.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=var, prefix=".restore-") as scratch:
            counts = _unpack(archive, Path(scratch))
            _place(Path(scratch), store, var, replace)
    except OSError as error:
        raise write_error(error) from error
    return counts


# --- writing --------------------------------------------------------------------------


def _found(var: Path) -> tuple[dict[str, bytes], dict[str, Path]]:
    """Content of the files that grow, and the places of those that never change."""
    with _quiet(var):
        names = [p.relative_to(var).as_posix() for p in _walk(var)]
        kept = sorted(name for name in names if KEPT.fullmatch(name))
        growing = {
            f"var/{name}": (var / name).read_bytes() for name in kept if _GROWING.fullmatch(name)
        }
    return growing, {f"var/{name}": var / name for name in kept if not _GROWING.fullmatch(name)}


def _walk(var: Path) -> Iterator[Path]:
    for folder in (var, *(var / name for name in ("changes", "reports", "snapshots"))):
        if folder.is_dir():
            yield from (p for p in folder.iterdir() if p.is_file() and not p.is_symlink())


@contextmanager
def _quiet(var: Path) -> Iterator[None]:
    """Lock the corrections and the audit log: nobody writes them meanwhile."""
    with ExitStack() as stack:
        for kept in (Corrections(var), AuditLog(var)):
            if kept.path.exists():
                stack.enter_context(kept.locked())
        yield


def _stored(store: Store, scratch: Path) -> dict[str, Path]:
    """The store as files. A store of files is taken as it is, damaged change sets included."""
    if isinstance(store, FileStore):
        folder, journal = store.folder, store.shipped()[1]
    else:
        made = FileStore(scratch / "data", scratch)
        copy(store, made)
        folder, journal = made.folder, made.shipped()[1]
    files = {f"data/{name}": folder / name for name in FILES if (folder / name).is_file()}
    if journal:
        files |= {f"var/changes/{journal.path(n).name}": journal.path(n) for n in journal.listed()}
    return files


def _write(
    file: IO[bytes], growing: dict[str, bytes], files: dict[str, Path], kind: str
) -> dict[str, int]:
    about: dict[str, list[Any]] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as out:
        for name, content in growing.items():
            out.writestr(name, content)
            about[name] = [len(content), hashlib.sha256(content).hexdigest()]
        for name, path in files.items():
            try:
                source = path.open("rb")
            except FileNotFoundError:
                continue  # a picture that made room for a newer one
            with source, out.open(name, "w", force_zip64=True) as member:
                about[name] = _poured(source, member)
        counts = {"files": len(about), "bytes": sum(size for size, _ in about.values())}
        out.writestr(
            MANIFEST,
            orjson.dumps(
                {
                    "format": FORMAT,
                    "made": clock.now().isoformat(timespec="seconds"),
                    "store": kind,
                    **counts,
                    "members": about,
                }
            ),
        )
    return counts


def _poured(source: IO[bytes], target: IO[bytes], most: int = MAX_BYTES) -> list[Any]:
    """Copy piece by piece; size and digest.

    Raises
    ------
    BadArchive : there is more than ``most``.
    """
    size, digest = 0, hashlib.sha256()
    while piece := source.read(PIECE):
        size += len(piece)
        if size > most:
            raise BadArchive("backup.damaged")
        digest.update(piece)
        target.write(piece)
    return [size, digest.hexdigest()]


# --- reading --------------------------------------------------------------------------


def _unpack(archive: Path, scratch: Path) -> dict[str, int]:
    """Every member into ``scratch``, each of the size and digest it was written with."""
    try:
        with zipfile.ZipFile(archive) as packed:
            members = _members(packed)
            for name, (size, digest) in members.items():
                place = scratch / name
                place.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(name) as source, place.open("xb") as target:
                    if _poured(source, target, size) != [size, digest]:
                        raise BadArchive("backup.damaged")
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        KeyError,
    ) as error:
        raise BadArchive("backup.damaged") from error
    return {"files": len(members), "bytes": sum(size for size, _ in members.values())}


def _members(packed: zipfile.ZipFile) -> dict[str, tuple[int, str]]:
    """The manifest, and no member beside it; no name that leads anywhere else.

    Raises
    ------
    BadArchive : otherwise.
    """
    infos = packed.infolist()
    names = [info.filename for info in infos]
    if MANIFEST not in names:
        raise BadArchive("backup.no_archive")
    if (
        len(names) > MAX_MEMBERS
        or len(set(names)) != len(names)
        or packed.getinfo(MANIFEST).file_size > MAX_MANIFEST
    ):
        raise BadArchive("backup.damaged")
    try:
        manifest = orjson.loads(packed.read(MANIFEST))
        if manifest["format"] != FORMAT:
            raise BadArchive("backup.format", value=str(manifest["format"])[:20])
        members = {
            str(name): (int(size), str(digest))
            for name, (size, digest) in manifest["members"].items()
        }
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadArchive("backup.damaged") from error
    sizes = {info.filename: info.file_size for info in infos if info.filename != MANIFEST}
    if (
        sizes != {name: size for name, (size, _) in members.items()}
        or not all(_sound(*item) for item in sizes.items())
        or sum(sizes.values()) > MAX_BYTES
    ):
        raise BadArchive("backup.damaged")
    return members


def _sound(name: str, size: int) -> bool:
    head, _, rest = name.partition("/")
    wanted = rest in FILES if head == "data" else head == "var" and bool(KEPT.fullmatch(rest))
    return wanted and ".." not in PurePosixPath(name).parts and 0 <= size <= MAX_SET_BYTES


def _place(scratch: Path, store: FileStore | PostgisStore, var: Path, replace: bool) -> None:
    data, made = scratch / "data", scratch / "var"
    there = [p.relative_to(var).as_posix() for p in _walk(var)]
    there = [name for name in there if KEPT.fullmatch(name)]
    changed = _changed(data, store)
    if (there or any((folder / name).exists() for folder, name in changed)) and not replace:
        raise NotEmpty("backup.not_empty")
    if isinstance(store, PostgisStore):
        # First, for it may still refuse: one transaction.
        copy(FileStore(data, made), store, replace=replace)
        shutil.rmtree(made / "changes", ignore_errors=True)
    before = var / f"before-{clock.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    with Journal(var / "changes").locked():
        for name in there:
            _moved(var / name, before / name)
        for state in (var / "changes").glob("state-*.jsonl"):
            state.unlink()  # of the history that was there
        for path in sorted(p for p in made.rglob("*") if p.is_file()):
            _moved(path, var / path.relative_to(made))
    for folder, name in changed:
        if (folder / name).is_file():
            _moved(folder / name, before / "data" / name)
        if (data / name).is_file():
            atomic_write(folder / name, (data / name).read_bytes())
    if isinstance(store, FileStore):
        store.forget()


def _changed(data: Path, store: FileStore | PostgisStore) -> list[tuple[Path, str]]:
    """Folder and name of the files of a file store that the archive has otherwise."""
    if not isinstance(store, FileStore):
        return []
    return [
        (store.folder, name)
        for name in FILES
        if _content(data / name) != _content(store.folder / name)
    ]


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _moved(path: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(path, place)
