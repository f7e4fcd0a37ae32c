"""One sealed file of a backup, written piece by piece: of a large one only a piece is in memory."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest, sha256
from pathlib import Path
from typing import BinaryIO, cast

from deploy.backup.box import Box, Pieces
from deploy.backup.manifest import File, TopicFile
from schemas.errors import StopWorker


class Writing:
    """`size` in bytes and `digest` are those of what was written, all of it once the file is closed."""

    def __init__(self, box: Box, output: BinaryIO) -> None:
        self.pieces = Pieces(box)
        self.size = 0
        self._digest = sha256()
        self._output = output

    def add(self, document: bytes) -> None:
        """One more document."""
        self._put(self.pieces.add(document))

    def end(self) -> None:
        """The last piece, and all of it on the disk."""
        self._put(self.pieces.last())
        _on_disk(self._output)

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()

    def _put(self, piece: bytes) -> None:
        self._digest.update(piece)
        self.size += self._output.write(piece)


@contextmanager
def writing(path: Path, box: Box) -> Iterator[Writing]:
    """A new file for nobody but its owner; whole when this ends without an error. Raises OSError."""
    with _private(path) as output:
        taker = Writing(box, output)
        yield taker
        taker.end()


def put(path: Path, content: bytes) -> None:
    """A new file of this content, on the disk. Raises OSError."""
    with _private(path) as output:
        output.write(content)
        _on_disk(output)


def opened(folder: Path, file: File | TopicFile, box: Box) -> Iterator[bytes]:
    """The pieces of it, opened one by one. Raises StopWorker where one does not open."""
    with (folder / file.name).open("rb") as content:
        yield from box.opened(content)


def is_it(folder: Path, file: File | TopicFile) -> None:
    """Raises StopWorker where it is not the very file that the manifest tells of."""
    path = folder / file.name
    try:
        with path.open("rb") as content:
            found = file_digest(content, "sha256").hexdigest()
    except OSError as exc:
        raise StopWorker(f"{path}: {exc.strerror}") from exc
    if found != file.sha256:
        raise StopWorker(f"{path}: not the file that its manifest tells of: use another backup")


def _private(path: Path) -> BinaryIO:
    return cast(BinaryIO, os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"))


def _on_disk(output: BinaryIO) -> None:
    output.flush()
    os.fsync(output.fileno())
