"""Messages a second that MQTT and HJ 212 take without loss, by size of the batch; and what happens at overload.

    python benchmarks/intake.py [--messages 10000] [--postgresql postgresql://postgres@127.0.0.1:5432/postgres]

Sender, broker, intake and database run on this machine and share its cores. The intake is the command as it is used,
in a process of its own. A message carries four values, as one of a waste water outfall or an air station does. The
clock runs from the first message sent to the last one committed (HJ 212: answered). Each line checks that the inbox
holds every value once. MQTT runs with a Mosquitto of its own that keeps an unbounded queue
(``max_queued_messages 0``); without the program ``mosquitto`` these lines are left out, saying so.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

SEWAGE, PASSWORD = "36020000000000000000B001", "123456"
BATCHES = (1, 10, 100, 500, 2000)
VALUES = 4
OVERLOAD = 20_000
"""Messages of the overload by MQTT, many times what the intake and the broker's default queue hold."""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def hj212_messages(count: int) -> list[Any]:
    from ecociv.evidence.intake.hj212.segment import Message

    found = []
    for number in range(count):
        moment = datetime(2010, 1, 1, tzinfo=UTC) + timedelta(hours=number)
        value = number % 900
        area = (
            f"DataTime={moment:%Y%m%d%H%M%S};w01018-Avg={value},w01018-Min={value},w01018-Max={value + 1},w01018-Flag=N;"
            f"w21003-Avg={value / 100},w21003-Flag=N"
        )
        found.append(Message(f"20200101{number:09d}", "32", "2061", PASSWORD, SEWAGE, 5, area))
    return found


def mqtt_payloads(count: int) -> list[bytes]:
    found = []
    for number in range(count):
        moment = datetime(2010, 1, 1, tzinfo=UTC) + timedelta(hours=number)
        value = 1 + number % 500
        found.append(
            json.dumps(
                {
                    "id": f"n{number}",
                    "time": moment.isoformat(),
                    "pm2_5": value,
                    "pm10": value,
                    "no2": value,
                    "so2": value,
                }
            ).encode()
        )
    return found


def emptied() -> Any:
    """The inbox without its rows."""
    from django.db import connection

    from ecociv.evidence.models import InboxReading

    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {InboxReading._meta.db_table}")
    return InboxReading


@contextmanager
def intake(*words: str, said: str) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own, from when it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from ecociv.cli.main import main; main()", "intake", *words],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert process.stderr is not None
    try:
        if not any(line.startswith(said) for line in process.stderr):
            raise SystemExit(f"the intake ended with {process.wait()}")
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield process
    finally:
        process.terminate()
        process.wait(60)


def run_hj212(messages: list[Any], batch: int) -> tuple[float, int]:
    """(seconds, values in the inbox)."""
    from ecociv.evidence.intake.hj212.outlets import load_outlets
    from ecociv.evidence.intake.logger_channel import Hj212Channel

    inbox, port = emptied(), free_port()
    outlets = {SEWAGE: load_outlets("jingdezhen")[SEWAGE]}
    channel = Hj212Channel(outlets, None, "127.0.0.1", port)  # type: ignore[arg-type]
    channel.window = max(500, 2 * batch)
    with intake("hj212", "--port", str(port), "--batch", str(batch), "--depth", "5000", said="Listening"):
        begun = time.perf_counter()
        for message in messages:
            channel.transmit(message)
        channel.finish()
        seconds = time.perf_counter() - begun
        channel.close()
    assert channel.counts["acknowledged"] == len(messages)
    return seconds, inbox.objects.count()


@contextmanager
def mosquitto(folder: Path) -> Iterator[int]:
    """A broker of this run's own, with an unbounded queue."""
    port = free_port()
    settings = folder / "mosquitto.conf"
    settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n")
    program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    process = subprocess.Popen([program, "-c", str(settings)], stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def run_mqtt(payloads: list[bytes], batch: int, port: int) -> tuple[float, int, float]:
    """(seconds to the last commit, values in the inbox, seconds until the broker had all)."""
    from ecociv.evidence.intake.channels import MqttChannel
    from ecociv.evidence.intake.topics import load_subscriptions

    inbox = emptied()
    (subscription,) = load_subscriptions("jingdezhen")
    topic = subscription.topic.topic_of("jingdezhen-taida")
    words = ("mqtt", "--port", str(port), "--client", f"bench-{batch}-{time.time_ns()}")
    with intake(*words, "--batch", str(batch), "--depth", "5000", said="Subscribed"):
        with MqttChannel(subscription, "127.0.0.1", port) as channel:
            channel.window = 2000
            begun = time.perf_counter()
            for payload in payloads:
                channel.publish(topic, payload)
            channel.finish()
            sent = time.perf_counter() - begun
        last = f"mqtt:air-stations-mqtt/n{len(payloads) - 1}/so2"
        while not inbox.objects.filter(key=last).exists() or inbox.objects.count() < VALUES * len(payloads):
            if time.perf_counter() - begun > 300:
                break
            time.sleep(0.05)
        seconds = time.perf_counter() - begun
    return seconds, inbox.objects.count(), sent


def overload(count: int) -> dict[str, Any]:
    """HJ 212 in this process, with a database that takes 2 ms for each message: queue, sender, memory, loss."""
    import asyncio

    from ecociv.evidence.actions.receive import ReceiveReadings
    from ecociv.evidence.intake.hj212.frames import FrameReader, frame
    from ecociv.evidence.intake.hj212.outlets import load_outlets
    from ecociv.evidence.intake.hj212.segment import write_segment
    from ecociv.evidence.intake.hj212.server import Hj212Server

    inbox, original = emptied(), ReceiveReadings.execute

    def slow(self: Any) -> Any:
        time.sleep(0.002 * len(self.readings) / VALUES)
        return original(self)

    ReceiveReadings.execute = slow  # type: ignore[method-assign]
    loop, box, ready = asyncio.new_event_loop(), {}, threading.Event()

    async def serve() -> None:
        box["server"] = Hj212Server({SEWAGE: load_outlets("jingdezhen")[SEWAGE]}, batch=200, depth=1000)
        box["port"] = await box["server"].start("127.0.0.1", 0)
        box["stop"] = asyncio.Event()
        ready.set()
        await box["stop"].wait()
        await box["server"].stop()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait(10)
    frames = [frame(write_segment(message)) for message in hj212_messages(count)]
    link = socket.create_connection(("127.0.0.1", box["port"]))
    link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
    answered: set[str] = set()

    def listen() -> None:
        from ecociv.evidence.intake.hj212.segment import read_segment

        reader = FrameReader()
        while len(answered) < count and (piece := link.recv(65_536)):
            answered.update(read_segment(segment).qn for segment in reader.feed(piece))

    listener = threading.Thread(target=listen)
    listener.start()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    for one in frames:
        link.sendall(one)
    sent = time.perf_counter() - begun
    listener.join(600)
    done = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    link.close()
    loop.call_soon_threadsafe(box["stop"].set)
    thread.join()
    ReceiveReadings.execute = original  # type: ignore[method-assign]
    return {
        "messages": count,
        "deepest queue": box["server"].batcher.counts.deepest,
        "sender slowed to messages/s": round(count / sent),
        "taken messages/s": round(count / done),
        "answered": len(answered),
        "values stored": inbox.objects.count(),
        "growth of memory MB": round((after - before) / 1024),
    }


def mqtt_overload(count: int, folder: Path) -> dict[str, Any]:
    """MQTT in this process, with a database that takes 2 ms for each message: where the messages wait, and whether all come."""
    from ecociv.evidence.actions.receive import ReceiveReadings
    from ecociv.evidence.intake.channels import MqttChannel
    from ecociv.evidence.intake.mqtt import Broker, MqttIntake
    from ecociv.evidence.intake.topics import load_subscriptions

    inbox, original = emptied(), ReceiveReadings.execute

    def slow(self: Any) -> Any:
        time.sleep(0.002 * len(self.readings) / VALUES)
        return original(self)

    subscriptions = load_subscriptions("jingdezhen")
    topic = subscriptions[0].topic.topic_of("jingdezhen-taida")
    payloads = mqtt_payloads(count)
    with mosquitto(folder) as port:
        intake = MqttIntake(
            subscriptions,
            Broker("127.0.0.1", port, client=f"overload-{time.time_ns()}"),
            batch=200,
            depth=1000,
        )
        ReceiveReadings.execute = slow  # type: ignore[method-assign]
        try:
            intake.start()
            if not intake.subscribed.wait(20):
                raise SystemExit("the broker does not grant the subscription")
            waited: list[int] = []
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            begun = time.perf_counter()
            with MqttChannel(subscriptions[0], "127.0.0.1", port) as channel:
                channel.window = 2000
                for number, payload in enumerate(payloads):
                    channel.publish(topic, payload)
                    if number % 500 == 0:
                        waited.append(number - inbox.objects.count() // VALUES)
                channel.finish()
                sent = time.perf_counter() - begun
            waited.append(count - inbox.objects.count() // VALUES)
            while inbox.objects.count() < VALUES * count and time.perf_counter() - begun < 300:
                time.sleep(0.1)
            done = time.perf_counter() - begun
            after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        finally:
            ReceiveReadings.execute = original  # type: ignore[method-assign]
            intake.stop()
    keys = inbox.objects.values_list("key", flat=True)
    return {
        "messages": count,
        "deepest queue in the intake": intake.batcher.counts.deepest,
        "most that waited in broker and intake": max(waited),
        "sender went on at messages/s": round(count / sent),
        "taken messages/s": round(count / done),
        "values stored": len(keys),
        "different keys": len(set(keys)),
        "growth of memory MB": round((after - before) / 1024),
    }


def measure(label: str, count: int, folder: Path) -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "ecociv.server.settings"
    django.setup()
    from django.core.management import call_command

    from ecociv.evidence.intake.hj212.outlets import load_outlets, register

    call_command("migrate", verbosity=0, interactive=False)
    register("jingdezhen", load_outlets("jingdezhen"))
    hj212_messages(10)
    print(f"| {label} | channel | batch | messages/s | values/s | lost or doubled |")
    for batch in BATCHES:
        number = min(count, 500) if batch == 1 else count
        seconds, stored = run_hj212(hj212_messages(number), batch)
        print(
            f"| {label} | HJ 212 | {batch} | {number / seconds:,.0f} | {VALUES * number / seconds:,.0f} |"
            f" {VALUES * number - stored} |",
            flush=True,
        )
    if not (shutil.which("mosquitto") or Path("/usr/sbin/mosquitto").exists()):
        print("| MQTT: the program mosquitto is not on this machine |")
    else:
        with mosquitto(folder) as port:
            for batch in BATCHES:
                number = min(count, 500) if batch == 1 else count
                seconds, stored, sent = run_mqtt(mqtt_payloads(number), batch, port)
                print(
                    f"| {label} | MQTT | {batch} | {number / seconds:,.0f} | {VALUES * number / seconds:,.0f} |"
                    f" {VALUES * number - stored} | the broker had all at {number / sent:,.0f}/s |",
                    flush=True,
                )
        print(f"overload by MQTT, {label}: {json.dumps(mqtt_overload(OVERLOAD, folder))}", flush=True)
    print(f"overload by HJ 212, {label}: {json.dumps(overload(min(count, 5000)))}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument(
        "--postgresql", default="", help="address of a database to make a trial database beside"
    )
    parser.add_argument("--inner", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ecociv-bench-") as folder:
        if given.inner:
            measure(given.inner, given.messages, Path(folder))
            return
        clean = {name: value for name, value in os.environ.items() if name != "ECOCIV_DATABASE_URL"}
        clean |= {"ECOCIV_VAR": folder, "ECOCIV_HJ212_OUTFALL_PW": PASSWORD, "ECOCIV_HJ212_AIR_PW": PASSWORD}
        words = [sys.executable, __file__, "--messages", str(given.messages), "--inner"]
        subprocess.run([*words, "SQLite"], env=clean, check=True)
        if given.postgresql:
            import psycopg

            server, _, _ = given.postgresql.rpartition("/")
            name = f"ecociv_bench_{os.getpid()}"
            with psycopg.connect(given.postgresql, autocommit=True) as connection:
                connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
            try:
                environment = {**clean, "ECOCIV_DATABASE_URL": f"{server}/{name}"}
                subprocess.run([*words, "PostgreSQL"], env=environment, check=True)
            finally:
                with psycopg.connect(given.postgresql, autocommit=True) as connection:
                    connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[call-overload]


if __name__ == "__main__":
    main()
