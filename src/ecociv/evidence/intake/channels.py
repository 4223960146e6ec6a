"""The senders of the simulator: what a station, a logger or an office does on its side of each way in."""

from __future__ import annotations

import csv
import json
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from ecociv.evidence.intake.counted import ChannelError, Counted
from ecociv.evidence.intake.hj212.outlets import load_outlets
from ecociv.evidence.intake.logger_channel import Hj212Channel
from ecociv.evidence.intake.simulator import Channel, Played
from ecociv.evidence.intake.topics import Subscription, load_subscriptions
from ecociv.evidence.mapping import FileFormat, load_mapping
from ecociv.evidence.schema import series_id


class FileChannel(Counted):
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


class MqttChannel(Counted):
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


class HttpChannel(Counted):
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
