"""The senders of the simulator: what a station, a logger or an office does on its side of each way in."""

from __future__ import annotations

import csv
import json
import os
import select
import socket
import tempfile
import time
import urllib.error
import urllib.request
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from ecociv.evidence.intake.hj212.frames import FrameReader, frame
from ecociv.evidence.intake.hj212.outlets import Outlet, load_outlets
from ecociv.evidence.intake.hj212.segment import (
    NEEDS_ANSWER,
    VERSION_2017,
    Command,
    Message,
    read_segment,
    write_segment,
)
from ecociv.evidence.intake.simulator import Channel, Played
from ecociv.evidence.intake.topics import Subscription, load_subscriptions
from ecociv.evidence.mapping import FileFormat, load_mapping
from ecociv.evidence.schema import series_id


class ChannelError(RuntimeError):
    """The receiver cannot be reached, or the zone does not declare what the channel needs."""


class _Counted:
    """Counts of a sender, and an end that is always reached."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {"sent": 0, "acknowledged": 0, "refused": 0}

    def period_ends(self) -> None:
        """Nothing to do between periods."""

    def close(self) -> None:
        """Nothing to close."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class FileChannel(_Counted):
    """A file for each period, loaded as it is dropped; at full speed one file."""

    def __init__(self, zone: str, mapping: str) -> None:
        super().__init__()
        self.zone = zone
        self.mapping = load_mapping(mapping, zone=zone).model_copy(update={"file": FileFormat()})
        self._held: list[Played] = []
        self._folder = tempfile.TemporaryDirectory(prefix="ecociv-play-")
        self.every_period = True

    def send(self, played: Played) -> None:
        """Keep the record for the file of its period."""
        self._held.append(played)
        self.counts["sent"] += 1

    def period_ends(self) -> None:
        """Drop the file of the period and load it."""
        if self.every_period:
            self._load()

    def finish(self) -> None:
        """Load what is left."""
        self._load()

    def close(self) -> None:
        """Remove the files."""
        self._folder.cleanup()

    def _load(self) -> None:
        from ecociv.evidence.actions import LoadFile

        if not self._held:
            return
        path = Path(self._folder.name) / f"rows-{self._held[0].record.row}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=self.mapping.file.delimiter)
            writer.writerow(self._held[0].header)
            writer.writerows(played.record.cells for played in self._held)
        report = LoadFile(path, self.mapping, author="ecociv intake play", zone=self.zone).execute()
        self.counts["acknowledged"] += report.rows_taken
        self.counts["refused"] += report.rows_rejected
        self._held.clear()


class MqttChannel(_Counted):
    """Publishes with quality of service 1 and waits for the broker's answer to each message."""

    window = 500

    def __init__(self, subscription: Subscription, host: str, port: int) -> None:
        super().__init__()
        self.subscription = subscription
        self._fields = {value: key for key, value in subscription.topic.fields.items()}
        self._open: list[paho.MQTTMessageInfo] = []
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self._client.max_inflight_messages_set(self.window)
        try:
            self._client.connect(host, port)
        except OSError as error:
            raise ChannelError(f"No broker answers at {host}:{port} ({error}).") from error
        self._client.loop_start()

    def send(self, played: Played) -> None:
        """Publish one record as one message."""
        topic = self.subscription.topic
        named = played.valid_to if topic.time.labels == "end" else played.valid_from
        parts = [f'"{topic.time.field}": {json.dumps(named.isoformat())}']
        if topic.key_field:
            parts.append(f'"{topic.key_field}": {json.dumps(f"{played.place}/{named:%Y%m%dT%H%M}")}')
        parts += [
            f'"{self._fields[one.property]}": {json.dumps(one.text) if _limit(one.text) else one.text or "null"}'
            for one in played.statements
            if one.property in self._fields
        ]
        payload = "{" + ", ".join(parts) + "}"
        self.publish(topic.topic_of(played.place), payload.encode())

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish; waits while too many messages have no answer of the broker."""
        self._open.append(self._client.publish(topic, payload, qos=1))
        self.counts["sent"] += 1
        if len(self._open) >= self.window:
            self._settle(self.window // 2)

    def finish(self) -> None:
        """Wait for the broker's answer to all."""
        self._settle(0)

    def close(self) -> None:
        """Leave the broker."""
        self._client.disconnect()
        self._client.loop_stop()

    def _settle(self, left: int) -> None:
        while len(self._open) > left:
            info = self._open.pop(0)
            info.wait_for_publish(60)
            if not info.is_published():
                raise ChannelError("The broker did not acknowledge a message within a minute.")
            self.counts["acknowledged"] += 1


class Hj212Channel(_Counted):
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


class HttpChannel(_Counted):
    """A client of the REST interface, or of SensorThings 1.1."""

    attempts = 8

    def __init__(self, kind: str, host: str, port: int, token: str) -> None:
        super().__init__()
        self.kind, self.token = kind, token
        scheme = "" if "://" in host else "http://"
        self.base = f"{scheme}{host}:{port}"

    def send(self, played: Played) -> None:
        """Send one record: as one list by REST, as one Observation for each value by SensorThings."""
        times = (_iso(played.valid_from), _iso(played.valid_to))
        messages = []
        for one in played.statements:
            key = f"play/{one.series}/{played.valid_from:%Y%m%dT%H%M%S}"
            value = one.text if _limit(one.text) else float(one.text) if one.text else None
            message: dict[str, Any]
            if self.kind == "rest":
                message = {"series": one.series, "from": times[0], "to": times[1], "value": value, "key": key}
                if one.missing:
                    message["missing"] = one.missing
                messages.append(message)
                continue
            message = {"phenomenonTime": "/".join(times), "result": value, "parameters": {"key": key}}
            if one.missing:
                message["parameters"]["missing"] = one.missing
            self._post(f"/sta/v1.1/Datastreams({series_id(one.series)})/Observations", message, 1)
        if messages:
            self._post("/api/v1/readings", messages, len(messages))

    def finish(self) -> None:
        """Each request was answered when it was sent."""

    def _post(self, path: str, content: Any, count: int) -> None:
        self.counts["sent"] += count
        request = urllib.request.Request(
            self.base + path,
            json.dumps(content).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"},
        )
        for attempt in range(self.attempts):
            try:
                with urllib.request.urlopen(request, timeout=30) as response:
                    body = response.read()
            except urllib.error.HTTPError as error:
                if error.code in {429, 503}:
                    time.sleep(min(2.0**attempt / 10, 10))
                    continue
                if error.code in {401, 403}:
                    raise ChannelError(
                        f"{self.base}{path} does not admit this token ({error.code})."
                    ) from error
                self.counts["refused"] += count
                return
            except OSError as error:
                if attempt + 1 == self.attempts:
                    raise ChannelError(f"Nothing answers at {self.base} ({error}).") from error
                time.sleep(min(2.0**attempt / 10, 10))
                continue
            refused = _refused(body) if self.kind == "rest" else 0
            self.counts["acknowledged"] += count - refused
            self.counts["refused"] += refused
            return
        raise ChannelError(f"{self.base} is too busy; {count} readings were not taken.")


def _refused(body: bytes) -> int:
    try:
        refused = json.loads(body).get("refused", [])
        return len(refused) if isinstance(refused, list) else int(refused)
    except (ValueError, AttributeError, TypeError):
        return 0


def _limit(text: str) -> bool:
    return text.startswith(("<", ">"))


def _iso(moment: Any) -> str:
    return str(moment.isoformat().replace("+00:00", "Z"))


@contextmanager
def open_channel(
    through: str, *, zone: str, mapping: str, host: str, port: int | None, token: str = ""
) -> Iterator[Channel]:
    """The channel of a name: file, rest, mqtt, sensorthings or hj212.

    Raises
    ------
    ChannelError
        When the receiver does not answer, or the zone declares nothing that fits the mapping.
    """
    channel: FileChannel | MqttChannel | Hj212Channel | HttpChannel
    if through == "file":
        channel = FileChannel(zone, mapping)
    elif through == "mqtt":
        fitting = [one for one in load_subscriptions(zone) if one.topic.mapping == mapping]
        if not fitting:
            raise ChannelError(
                f"No topic is declared for mapping {mapping}; declare it in intake/mqtt-*.yaml."
            )
        channel = MqttChannel(fitting[0], host, port or 1883)
    elif through == "hj212":
        channel = Hj212Channel(load_outlets(zone), mapping, host, port or 9212)
    else:
        channel = HttpChannel(through, host, port or 8000, token)
    with channel:
        yield channel
