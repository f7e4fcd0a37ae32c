"""What a member of a set suffers alone: its port cut, on real connections; its disk full, on a real file system."""

import asyncio
import errno
from pathlib import Path

import pytest

from deploy.local.gate import Gate
from deploy.local.ports import free, is_open
from deploy.local.room import BLOCK, Room

pytestmark = pytest.mark.integration

PATIENCE_S = 30


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while found := await reader.read(1024):
        writer.write(found)
    writer.close()


async def test_a_cut_ends_what_passes_and_lets_nobody_in_until_it_is_open_again() -> None:
    port, beyond = free(2)
    gate = Gate(port, beyond)
    async with asyncio.timeout(PATIENCE_S), await asyncio.start_server(echo, "127.0.0.1", beyond):
        await gate.open()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"one\n")
        assert await reader.readline() == b"one\n"
        await gate.cut()
        with pytest.raises(ConnectionResetError):
            await reader.readexactly(1)
        writer.close()
        assert not await is_open(port)
        assert await is_open(beyond)
        await gate.open()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"two\n")
        assert await reader.readline() == b"two\n"
        writer.close()
        await gate.cut()


async def test_whoever_comes_while_the_server_is_down_is_sent_away() -> None:
    port, beyond = free(2)
    gate = Gate(port, beyond)
    await gate.open()
    async with asyncio.timeout(PATIENCE_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        writer.close()
        await gate.cut()


def refusal(file: Path) -> OSError | None:
    """What a write of a whole block to a new file ends with; the file is gone afterwards."""
    try:
        file.write_bytes(BLOCK)
    except OSError as exc:
        return exc
    finally:
        file.unlink(missing_ok=True)
    return None


async def test_a_room_that_is_filled_has_no_room_until_it_is_freed(tmp_path: Path) -> None:
    """Where none can be mounted that is said, and the folder is there all the same."""
    room = Room(tmp_path / "small", 4)
    if not await room.take():
        assert room.folder.is_dir()
        return
    try:
        filling = asyncio.create_task(room.filled(PATIENCE_S))
        more = room.folder / "more"
        async with asyncio.timeout(PATIENCE_S):
            while not (refused := refusal(more)):
                await asyncio.sleep(0.01)
        assert refused.errno == errno.ENOSPC
        filling.cancel()
        await asyncio.wait([filling])
        assert refusal(more) is None
    finally:
        await room.leave()
    assert list(room.folder.iterdir()) == []
