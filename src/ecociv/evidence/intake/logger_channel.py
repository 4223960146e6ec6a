"""A data logger as a sender: messages by HJ 212, kept until they are answered and sent again."""

from __future__ import annotations

import os
import select
import socket
import time
from collections import OrderedDict

from ecociv.evidence.intake.counted import ChannelError, Counted
from ecociv.evidence.intake.hj212.frames import FrameReader, frame
from ecociv.evidence.intake.hj212.outlets import Outlet
from ecociv.evidence.intake.hj212.segment import (
    NEEDS_ANSWER,
    VERSION_2017,
    Command,
    Message,
    read_segment,
    write_segment,
)
from ecociv.evidence.intake.simulator import Played


class Hj212Channel(Counted):
    """A data logger: sends, keeps what is not answered, sends it again after a while or a lost connection."""

    window = 200
    patience = 5.0
    attempts = 60

    def __init__(self, outlets: dict[str, Outlet], mapping: str, host: str, port: int) -> None:
        super().__init__()
        self.address = (host, port)
        self._by_place = {
            outlet.device.place: outlet for outlet in outlets.values() if outlet.outlets.mapping == mapping
        }
        if not self._by_place:
            raise ChannelError(
                f"No device is declared for mapping {mapping}; declare it in intake/hj212-*.yaml."
            )
        self._open: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._socket: socket.socket | None = None
        self._reader = FrameReader()
        self._passwords: dict[str, str] = {}
        self.counts["sent-again"] = 0

    def send(self, played: Played) -> None:
        """Send one record as one message of hour or day data."""
        outlet = self._by_place.get(played.place)
        if outlet is None:
            raise ChannelError(f"No device is declared at {played.place}.")
        local = (played.valid_from if outlet.outlets.labels == "start" else played.valid_to).astimezone(
            outlet.clock
        )
        stamp, command = f"{local:%Y%m%d%H%M%S}", ""
        area = [f"DataTime={stamp}"]
        factors = {item.property: item for item in outlet.items.values()}
        for one in played.statements:
            item = factors.get(one.property)
            if item is None:
                continue
            command = item.command
            if one.missing:
                area.append(f"{item.factor}-{item.item}=,{item.factor}-Flag=B")
            else:
                area.append(f"{item.factor}-{item.item}={one.text},{item.factor}-Flag=N")
        device = outlet.device
        message = Message(
            f"{stamp}000",
            device.systems[0] if device.systems else "32",
            command or Command.HOUR,
            self._password(outlet),
            device.mn,
            VERSION_2017 | NEEDS_ANSWER,
            ";".join(area),
        )
        self.transmit(message)

    def transmit(self, message: Message) -> None:
        """Send a message; waits while too many have no answer."""
        data = frame(write_segment(message))
        self._open[message.mn, message.qn] = data
        self.counts["sent"] += 1
        self._write(data)
        self._hear()
        if len(self._open) >= self.window:
            self._settle(self.window // 2)

    def finish(self) -> None:
        """Wait for the answer to all."""
        self._settle(0)

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _password(self, outlet: Outlet) -> str:
        name = outlet.device.password.environment or "ECOCIV_HJ212_PASSWORD"
        found = os.environ.get(name, "")
        if not found:
            raise ChannelError(f"Set {name} to the password of device {outlet.device.mn}.")
        return found

    def _write(self, data: bytes) -> None:
        try:
            self._connected().sendall(data)
        except OSError:
            self._again()

    def _connected(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.create_connection(self.address, timeout=self.patience)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._reader = FrameReader()
        return self._socket

    def _again(self) -> None:
        """Connect anew and send all that has no answer."""
        self.close()
        for attempt in range(self.attempts):
            try:
                connection = self._connected()
                for data in list(self._open.values()):
                    connection.sendall(data)
                self.counts["sent-again"] += len(self._open)
                return
            except OSError:
                self.close()
                time.sleep(min(0.1 * (attempt + 1), 2.0))
        raise ChannelError(f"No HJ 212 server answers at {self.address[0]}:{self.address[1]}.")

    def _settle(self, left: int) -> None:
        silent = 0
        while len(self._open) > left:
            try:
                piece = self._connected().recv(65_536)
                if not piece:
                    raise ConnectionError
            except OSError:
                silent += 1
                if silent > self.attempts:
                    raise ChannelError(
                        f"{len(self._open)} messages were not answered; see `ecociv intake rejects`."
                    ) from None
                self._again()
                continue
            silent = 0
            self._note(piece)

    def _hear(self) -> None:
        """Take the answers that have come, without waiting: who never reads them is disconnected."""
        if self._socket is None or not select.select([self._socket], [], [], 0)[0]:
            return
        try:
            piece = self._socket.recv(65_536)
        except OSError:
            piece = b""
        if piece:
            self._note(piece)
        else:
            self._again()

    def _note(self, piece: bytes) -> None:
        for segment in self._reader.feed(piece):
            answer = read_segment(segment)
            if answer.cn == Command.DATA_ANSWER and self._open.pop((answer.mn, answer.qn), b""):
                self.counts["acknowledged"] += 1
