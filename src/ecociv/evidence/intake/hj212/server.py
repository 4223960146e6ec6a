"""The server that data loggers (数采仪) connect to: HJ 212-2017 over TCP.

A data message is answered (9014) only after its readings are committed; a device that gets no answer sends it again,
and the key of each reading keeps it from counting twice. Rules of the connection:

- what is no frame is counted, put on record, and passed over; too much of it in a row closes the connection;
- a message of an unknown device, with a wrong password or a system code that is not declared, is put on record and not
  answered: the device keeps it until the declaration is mended. Five of them close the connection;
- while as many messages wait for their commit as the queue may hold, nothing more is read from any socket, so that
  TCP itself slows the senders down;
- a device that sends and does not read its answers is disconnected.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from ecociv.evidence.intake.batching import Batcher, Parcel, Reject
from ecociv.evidence.intake.hj212.frames import FrameReader, frame
from ecociv.evidence.intake.hj212.interpretation import interpret
from ecociv.evidence.intake.hj212.outlets import Outlet
from ecociv.evidence.intake.hj212.segment import (
    DATA_COMMANDS,
    VERSION_2017,
    Command,
    Message,
    SegmentRefused,
    read_area,
    read_segment,
    write_segment,
)

log = logging.getLogger(__name__)

CHANNEL = "hj212"
_ANSWERS = frozenset({Command.REQUEST_ANSWER, Command.RESULT, Command.NOTICE_ANSWER, Command.DATA_ANSWER})


@dataclass(frozen=True, slots=True)
class Limits:
    """What a connection may do before it is closed."""

    faults_in_a_row: int = 50
    garbage_in_a_row: int = 65_536
    strangers: int = 5
    idle_seconds: float = 900.0
    rest_of_frame_seconds: float = 10.0
    unread_answers: int = 65_536
    split_messages: int = 16
    held_packets: int = 32
    connections: int = 1000
    piece: int = 16_384


@dataclass(slots=True)
class _Split:
    """A split message (PNUM, PNO): its last known DataTime, the numbers seen, and packets that wait for a DataTime."""

    packets: int
    data_time: str = ""
    seen: set[int] = field(default_factory=set)
    held: dict[int, Message] = field(default_factory=dict)


@dataclass(slots=True)
class _Connection:
    peer: str
    writer: asyncio.StreamWriter
    reader: FrameReader = field(default_factory=FrameReader)
    strangers: int = 0
    splits: OrderedDict[tuple[str, str, str], _Split] = field(default_factory=OrderedDict)
    reported: Counter[str] = field(default_factory=Counter)


class Hj212Server:
    """Takes connections until it is stopped.

    Parameters
    ----------
    outlets
        Devices by MN, their series registered.
    batch, wait, depth
        Messages of one commit at most, seconds that the first waits for company, messages that may wait in all.
    """

    def __init__(
        self,
        outlets: dict[str, Outlet],
        *,
        batch: int = 500,
        wait: float = 0.02,
        depth: int = 2000,
        limits: Limits | None = None,
        now: Callable[[], datetime] = timezone.now,
    ) -> None:
        self.outlets, self.limits, self.now = outlets, limits or Limits(), now
        self.batcher = Batcher(
            CHANNEL, "ecociv intake hj212", self._stored, size=batch, wait=wait, depth=depth + 1
        )
        self.connections = 0
        self.closed_for: Counter[str] = Counter()
        self._free = asyncio.Semaphore(depth)
        self._admitted: set[tuple[str, str]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port (a free one when ``port`` is 0)."""
        self._loop = asyncio.get_running_loop()
        self.batcher.start()
        self._server = await asyncio.start_server(self._accept, host, port, limit=self.limits.piece)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Take no more, store what waits, answer it, close."""
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.get_running_loop().run_in_executor(None, self.batcher.close)
        await asyncio.sleep(0)

    # -- one connection ----------------------------------------------------------------------------------

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        address = writer.get_extra_info("peername") or ("?", 0)
        connection = _Connection(f"{address[0]}:{address[1]}", writer)
        why = "ended"
        try:
            if self.connections > self.limits.connections:
                why = "too-many-connections"
            else:
                why = await self._converse(reader, connection)
        except (ConnectionError, TimeoutError):
            why = "lost"
        except asyncio.CancelledError:
            why = "stopped"
        finally:
            self.connections -= 1
            self._tasks.discard(task)
            self.closed_for[why] += 1
            log.info("intake hj212: %s closed (%s)", connection.peer, why)
            if why != "stopped":
                await self._report_faults(connection, closing=True)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, connection: _Connection) -> str:
        limits, frames = self.limits, connection.reader
        while True:
            patience = limits.rest_of_frame_seconds if frames.waiting else limits.idle_seconds
            try:
                piece = await asyncio.wait_for(reader.read(limits.piece), patience)
            except TimeoutError:
                if not frames.waiting:
                    return "idle"
                segments = frames.give_up()
            else:
                if not piece:
                    return "ended"
                segments = frames.feed(piece)
            for segment in segments:
                await self._take(segment, connection)
            if frames.in_a_row > limits.faults_in_a_row or frames.garbage_in_a_row > limits.garbage_in_a_row:
                return "too-many-faults"
            if connection.strangers >= limits.strangers:
                return "not-admitted"
            if connection.writer.transport.get_write_buffer_size() > limits.unread_answers:
                return "answers-not-read"
            await self._report_faults(connection)

    async def _take(self, segment: bytes, connection: _Connection) -> None:
        """Read one segment and hand it on; waits while too much waits for its commit."""
        try:
            message = read_segment(segment)
        except SegmentRefused as refusal:
            connection.reader.in_a_row += 1
            await self._put(Parcel([], [_reject(connection.peer, refusal, segment)]))
            return
        outlet = self.outlets.get(message.mn)
        if fault := await self._not_admitted(message, outlet):
            connection.strangers += 1
            source = message.mn if outlet else connection.peer
            await self._put(Parcel([], [Reject(source, fault, f"MN={message.mn} ST={message.st}")]))
            return
        assert outlet is not None
        if message.cn in _ANSWERS:
            return
        if message.cn not in DATA_COMMANDS:
            detail = f"CN={message.cn} carries no readings that are taken"
            rejects = [] if message.cn == Command.CLOCK_NOTICE else [Reject(message.mn, "command", detail)]
            await self._put(Parcel([], rejects, message.mn, (connection, message)))
            return
        for part, data_time in self._parts(message, connection):
            await self._put(self._parcel(part, data_time, outlet, connection))

    async def _not_admitted(self, message: Message, outlet: Outlet | None) -> str:
        """Why a message cannot be attributed to a device, or nothing."""
        if outlet is None:
            return "device-unknown"
        if (message.mn, message.pw) not in self._admitted:
            loop = asyncio.get_running_loop()
            if not await loop.run_in_executor(None, outlet.device.password.fits, message.pw):
                return "password"
            self._admitted.add((message.mn, message.pw))
        if outlet.device.systems and message.st not in outlet.device.systems:
            return "system"
        return ""

    def _parts(self, message: Message, connection: _Connection) -> list[tuple[Message, str]]:
        """The packets that can be read now, each with the DataTime that holds at its beginning.

        A packet that names its own DataTime stands by itself and is taken at once, so that a device which waits for
        the answer to each packet is not kept waiting. One without it follows the packet before it in number.
        """
        if message.packets == 1:
            return [(message, "")]
        key = (message.mn, message.qn, message.cn)
        split = connection.splits.setdefault(key, _Split(message.packets))
        connection.splits.move_to_end(key)
        while len(connection.splits) > self.limits.split_messages:
            connection.splits.popitem(last=False)
        if len(split.held) >= self.limits.held_packets:
            return []  # not answered: the device sends it again when those before it have come
        split.held[message.packet] = message
        ready: list[tuple[Message, str]] = []
        for number in sorted(split.held):
            packet = split.held[number]
            own = "DataTime=" in packet.area
            if not own and not (split.data_time and number - 1 in split.seen):
                continue
            ready.append((packet, split.data_time))
            split.seen.add(number)
            if own:
                split.data_time = packet.area.rpartition("DataTime=")[2].split(";")[0].split(",")[0]
        for packet, _ in ready:
            split.held.pop(packet.packet, None)
        if len(split.seen) == split.packets:
            del connection.splits[key]
        return ready

    def _parcel(self, message: Message, data_time: str, outlet: Outlet, connection: _Connection) -> Parcel:
        try:
            data, _ = read_area(message.area, data_time)
        except SegmentRefused as refusal:
            rejects = [Reject(message.mn, refusal.code, str(refusal), message.area)]
            return Parcel([], rejects, message.mn, (connection, message))
        done = interpret(message, data, outlet, now=self.now())
        rejects = [Reject(message.mn, code, detail, message.area) for code, detail in done.refused]
        for factor in done.not_declared:
            if f"{message.mn}/{factor}" not in connection.reported:
                connection.reported[f"{message.mn}/{factor}"] = 1
                rejects.append(Reject(message.mn, "factor-not-declared", factor))
        return Parcel(done.readings, rejects, message.mn, (connection, message))

    # -- in and out of the queue -------------------------------------------------------------------------

    async def _put(self, parcel: Parcel) -> None:
        await self._free.acquire()
        self.batcher.put(parcel)  # never waits: the semaphore leaves room

    def _stored(self, batch: list[Parcel]) -> None:
        """Called by the worker after a commit."""
        assert self._loop is not None
        with contextlib.suppress(RuntimeError):  # the loop has ended; what is not answered comes again
            self._loop.call_soon_threadsafe(self._answer, batch)

    def _answer(self, batch: list[Parcel]) -> None:
        for parcel in batch:
            self._free.release()
            if parcel.token is None:
                continue
            connection, message = parcel.token
            if message.wants_answer and not connection.writer.is_closing():
                connection.writer.write(answer_to(message))

    async def _report_faults(self, connection: _Connection, *, closing: bool = False) -> None:
        """Put what was no frame on record: once when it first occurs, the rest when the connection ends."""
        rejects, host = [], connection.peer.rpartition(":")[0]
        for reason, count in connection.reader.faults.items():
            told = connection.reported[f"fault/{reason}"]
            if count > told and (closing or not told):
                connection.reported[f"fault/{reason}"] = count
                example = connection.reader.examples.get(reason, b"").decode("ascii", "backslashreplace")
                rejects.append(Reject(host, f"frame-{reason}", "", _without_password(example), count - told))
        if closing:
            for (mn, qn, cn), split in connection.splits.items():
                absent = sorted(set(range(1, split.packets + 1)) - split.seen)[:20]
                detail = f"QN={qn} CN={cn}: of {split.packets} packets these did not come: {absent}"
                rejects.append(Reject(mn, "split-incomplete", detail))
        if rejects:
            await self._put(Parcel([], rejects))


def answer_to(message: Message) -> bytes:
    """The frame that answers a message: 9013 to a notice, 9014 to data (6.6.3)."""
    command = Command.NOTICE_ANSWER if message.cn == Command.CLOCK_NOTICE else Command.DATA_ANSWER
    return frame(write_segment(Message(message.qn, "91", command, message.pw, message.mn, VERSION_2017, "")))


def _reject(peer: str, refusal: SegmentRefused, segment: bytes) -> Reject:
    shown = segment.decode("ascii", "backslashreplace")
    return Reject(peer.rpartition(":")[0], f"segment-{refusal.code}", str(refusal), _without_password(shown))


def _without_password(text: str) -> str:
    """The text with what follows PW= blotted out: a password is never put on record."""
    head, mark, rest = text.partition("PW=")
    return f"{head}{mark}***;{rest.partition(';')[2]}" if mark else text
