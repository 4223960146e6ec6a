"""kill -9 in mid-stream, several times: every acknowledged message is in the inbox, once."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ecociv.evidence.intake.channels import MqttChannel
from ecociv.evidence.intake.hj212.outlets import load_outlets
from ecociv.evidence.intake.logger_channel import Hj212Channel
from ecociv.evidence.intake.topics import load_subscriptions
from ecociv.evidence.models import InboxReading
from evidence.intake_support import PASSWORD, ROOT, SEWAGE, broker, command, forget_session, message, until

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = 3


def kill(process: subprocess.Popen[str]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait(20)


def ready(process: subprocess.Popen[str], word: str) -> None:
    """Wait for the line that says that the program has begun."""
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith(word):
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return
    pytest.fail(f"the intake ended with {process.wait()}")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_hj212_killed_in_mid_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The logger keeps what is not answered and sends it again: at the end each of its messages is there once."""
    monkeypatch.setenv("ECOCIV_HJ212_OUTFALL_PW", PASSWORD)
    count, port = 3_000, free_port()
    words = ("intake", "hj212", "--port", str(port), "--batch", "50", "--wait", "5")
    process = command(*words, folder=tmp_path)
    ready(process, "Listening")
    outlets = {SEWAGE: load_outlets("jingdezhen")[SEWAGE]}
    channel = Hj212Channel(outlets, outlets[SEWAGE].outlets.mapping, "127.0.0.1", port)  # type: ignore[arg-type]
    failure: list[BaseException] = []

    def sender() -> None:
        try:
            for number in range(count):
                moment = datetime(2020, 1, 1) + timedelta(minutes=10 * number)  # noqa: DTZ001 - the device's clock
                area = f"DataTime={moment:%Y%m%d%H%M%S};w01018-Avg={number % 900},w01018-Flag=N"
                channel.transmit(message(area, cn="2051", number=number))
            channel.finish()
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failure.append(error)

    thread = threading.Thread(target=sender)
    thread.start()
    for turn in range(1, KILLS + 1):
        assert until(lambda: channel.counts["acknowledged"] > count * turn // (KILLS + 2)), failure  # noqa: B023
        acknowledged = channel.counts["acknowledged"]
        kill(process)
        assert InboxReading.objects.count() >= acknowledged
        process = command(*words, folder=tmp_path)
        ready(process, "Listening")
    thread.join(60)
    kill(process)
    assert not failure
    assert channel.counts["acknowledged"] == count
    assert channel.counts["sent-again"] > 0
    values = list(InboxReading.objects.order_by("valid_from").values_list("value", flat=True))
    assert values == [number % 900 for number in range(count)]


def test_mqtt_killed_in_mid_stream(tmp_path: Path) -> None:
    """The broker sends again what was not acknowledged: at the end each message is there once.

    What waits in the broker stays below the thousand that Mosquitto keeps for one client unless it is told otherwise.
    """
    host, port = broker()
    name, count = f"ecociv-test-{uuid.uuid4().hex[:12]}", 2_000
    zones = tmp_path / "zones"
    zones.mkdir()
    (zones / "jingdezhen").mkdir()
    original = ROOT / "src" / "ecociv" / "zones" / "jingdezhen"
    for item in original.iterdir():
        if item.name != "intake":
            (zones / "jingdezhen" / item.name).symlink_to(item)
    (zones / "jingdezhen" / "intake").mkdir()
    text = (original / "intake" / "mqtt-air-stations.yaml").read_text(encoding="utf-8")
    (zones / "jingdezhen" / "intake" / "mqtt-air-stations.yaml").write_text(
        text.replace("ecociv/jingdezhen/air/{place}", f"{name}/{{place}}"), encoding="utf-8"
    )
    words = (
        "intake",
        "mqtt",
        "--host",
        host,
        "--port",
        str(port),
        "--client",
        name,
        "--batch",
        "50",
        "--wait",
        "5",
    )
    os.environ["ECOCIV_ZONES"] = str(zones)
    try:
        process = command(*words, folder=tmp_path)
        ready(process, "Subscribed")
        (subscription,) = load_subscriptions("jingdezhen")
        with MqttChannel(subscription, host, port) as channel:
            kills = 0
            for number in range(count):
                moment = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=number)
                content = {"id": f"n{number}", "time": moment.isoformat(), "pm2_5": 1 + number % 500}
                channel.publish(f"{name}/taida", json.dumps(content).encode())
                if number % 100 == 99:
                    # The sender is kept at most some hundreds ahead of the intake.
                    assert until(lambda: InboxReading.objects.count() > number - 400)  # noqa: B023
                if number % 500 == 450 and kills < KILLS:
                    kills += 1
                    kill(process)
                    process = command(*words, folder=tmp_path)
            channel.finish()
            assert kills == KILLS
        assert until(lambda: InboxReading.objects.count() >= count), InboxReading.objects.count()
        time.sleep(0.3)
        kill(process)
    finally:
        del os.environ["ECOCIV_ZONES"]
        forget_session(host, port, name)
    values = list(InboxReading.objects.order_by("valid_from").values_list("value", flat=True))
    assert values == [1 + number % 500 for number in range(count)]
