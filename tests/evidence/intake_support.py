"""What the tests of the intakes share: a server in a thread, a logger that speaks to it, a broker or the reason why not."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from django.db import connection
from paho.mqtt.enums import CallbackAPIVersion

from ecociv.evidence.intake.hj212.frames import FrameReader, frame
from ecociv.evidence.intake.hj212.outlets import Outlet
from ecociv.evidence.intake.hj212.segment import Message, read_segment, write_segment
from ecociv.evidence.intake.hj212.server import Hj212Server

SEWAGE, STACK = "36020000000000000000B001", "36020000000000000000B002"
PASSWORD = "123456"
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def running(outlets: dict[str, Outlet], **options: Any) -> Iterator[tuple[Hj212Server, int]]:
    """A server on a free port, in a thread of its own."""
    loop, box, ready = asyncio.new_event_loop(), {}, threading.Event()

    async def serve() -> None:
        box["server"] = Hj212Server(outlets, **options)
        box["port"] = await box["server"].start("127.0.0.1", 0)
        box["stop"] = asyncio.Event()
        ready.set()
        await box["stop"].wait()
        await box["server"].stop()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(10)
    try:
        yield box["server"], box["port"]
    finally:
        loop.call_soon_threadsafe(box["stop"].set)
        thread.join(40)
        loop.close()


def message(area: str, *, number: int = 1, cn: str = "2061", mn: str = SEWAGE, **other: Any) -> Message:
    """A message that asks for an answer; ``number`` makes its QN."""
    st = "32" if mn == SEWAGE else "31"
    fields: dict[str, Any] = {"st": st, "pw": PASSWORD, "flag": 5, **other}
    return Message(f"20200326{number:09d}", fields.pop("st"), cn, fields.pop("pw"), mn, area=area, **fields)


class Logger:
    """A data logger: sends bytes, reads answers."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.reader = FrameReader()

    def send(self, *messages: Message | bytes) -> None:
        self.socket.sendall(
            b"".join(one if isinstance(one, bytes) else frame(write_segment(one)) for one in messages)
        )

    def answers(self, count: int) -> list[Message]:
        """The next answers; fewer when the server closes the connection or says no more for ten seconds."""
        found: list[Message] = []
        while len(found) < count:
            try:
                piece = self.socket.recv(65_536)
            except (TimeoutError, ConnectionError):
                break
            if not piece:
                break
            found += [read_segment(segment) for segment in self.reader.feed(piece)]
        return found

    def is_closed(self) -> bool:
        """Whether the server closes within ten seconds."""
        try:
            while self.socket.recv(65_536):
                pass
        except TimeoutError:
            return False
        except ConnectionError:
            return True
        return True

    def close(self) -> None:
        self.socket.close()


def until(met: Callable[[], bool], seconds: float = 30.0) -> bool:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not met():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def broker() -> tuple[str, int]:
    """The broker of the tests (``ECOCIV_TEST_MQTT``, else the standard local port); skips where none answers."""
    host, _, port = os.environ.get("ECOCIV_TEST_MQTT", "127.0.0.1:1883").partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=2).close()
    except OSError as error:
        pytest.skip(f"no MQTT broker answers at {host}:{port} ({error}); name one with ECOCIV_TEST_MQTT")
    return host, int(port)


def forget_session(host: str, port: int, client: str) -> None:
    """Remove a session and what waits for it from the broker, which keeps it for a week otherwise."""
    sweeper = paho.Client(CallbackAPIVersion.VERSION2, client_id=client, protocol=paho.MQTTv5)
    sweeper.connect(host, port, clean_start=True)
    sweeper.loop_start()
    assert until(sweeper.is_connected)
    sweeper.disconnect()
    sweeper.loop_stop()


def command(*words: str, folder: Path) -> subprocess.Popen[str]:
    """Run ``ecociv`` as a process of its own on the database of this test."""
    environment = {
        **os.environ,
        "ECOCIV_VAR": str(folder),
        "ECOCIV_HJ212_OUTFALL_PW": PASSWORD,
        "PYTHONPATH": str(ROOT / "src"),
        "DJANGO_SETTINGS_MODULE": "ecociv.server.settings",
    }
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        link = folder / "db.sqlite3"
        if not link.is_symlink():
            link.symlink_to(settings["NAME"])
    else:
        login = f"{settings['USER']}:{settings['PASSWORD']}".removesuffix(":")
        address = f"{settings['HOST']}:{settings['PORT'] or 5432}"
        environment["ECOCIV_DATABASE_URL"] = f"postgresql://{login}@{address}/{settings['NAME']}"
    return subprocess.Popen(
        [sys.executable, "-c", "from ecociv.cli.main import main; main()", *words],
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
