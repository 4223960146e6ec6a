"""``ecociv intake``: readings that come as messages."""

from __future__ import annotations

import asyncio
import signal
import threading
from pathlib import Path

import click

from ecociv.cli.console import (
    EXIT_CODES,
    Exit,
    fail,
    format_option,
    language_option,
    progress,
    say,
    say_json,
    with_django,
)

_batch = click.option(
    "--batch", default=500, show_default=True, type=click.IntRange(1, 10_000), help="Messages a commit."
)
_wait = click.option(
    "--wait",
    default=20,
    show_default=True,
    type=click.IntRange(0, 10_000),
    help="Milliseconds that a message waits for company.",
)
_depth = click.option(
    "--depth",
    default=2000,
    show_default=True,
    type=click.IntRange(1, 60_000),
    help="Messages that may wait for their commit; senders are slowed when it is reached.",
)
_zone = click.option("--zone", default="jingdezhen", show_default=True)


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Readings that come as messages: MQTT, HJ 212, and a simulator."""


@group.command("mqtt")
@_zone
@click.option("--host", default="127.0.0.1", show_default=True, envvar="ECOCIV_MQTT_HOST")
@click.option(
    "--port", default=1883, show_default=True, type=click.IntRange(1, 65_535), envvar="ECOCIV_MQTT_PORT"
)
@click.option(
    "--client", default="ecociv-intake", show_default=True, help="Name of the session in the broker."
)
@click.option(
    "--user", default="", envvar="ECOCIV_MQTT_USER", help="The password is read from ECOCIV_MQTT_PASSWORD."
)
@click.option("--tls", is_flag=True, help="Encrypt, and check the broker's certificate.")
@_batch
@_wait
@_depth
@with_django
def mqtt(
    zone: str, host: str, port: int, client: str, user: str, tls: bool, batch: int, wait: int, depth: int
) -> None:
    """Receive the zone's declared topics until stopped; a message is acknowledged after its commit."""
    import os

    from ecociv.evidence.intake.mqtt import Broker, MqttIntake
    from ecociv.evidence.intake.topics import load_subscriptions

    subscriptions = load_subscriptions(zone)
    if not subscriptions:
        fail(f"Zone {zone} declares no topic (intake/mqtt-*.yaml).")
    for subscription in subscriptions:
        subscription.register(zone)
    password = os.environ.get("ECOCIV_MQTT_PASSWORD", "")
    intake = MqttIntake(
        subscriptions,
        Broker(host, port, client, user, password, tls),
        batch=batch,
        wait=wait / 1000,
        depth=depth,
    )
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    intake.start()
    topics = ", ".join(one.topic.subscription for one in subscriptions)
    told = ready = False
    while not stopped.wait(0.2):
        if not ready and intake.subscribed.is_set():
            ready = True
            click.echo(f"Subscribed at {host}:{port}: {topics}", err=True)
        if intake.refusals and not told:
            told = True
            click.echo(f"The broker refuses: {next(iter(intake.refusals))}. Trying again.", err=True)
    intake.stop()
    say(_summary(intake.batcher.counts))


@group.command("hj212")
@_zone
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=9212, show_default=True, type=click.IntRange(0, 65_535))
@_batch
@_wait
@_depth
@with_django
def hj212(zone: str, host: str, port: int, batch: int, wait: int, depth: int) -> None:
    """Listen for data loggers that speak HJ 212-2017 until stopped; data is answered (9014) after its commit."""
    from ecociv.evidence.intake.hj212.outlets import load_outlets, register
    from ecociv.evidence.intake.hj212.server import Hj212Server

    outlets = load_outlets(zone)
    if not outlets:
        fail(f"Zone {zone} declares no device (intake/hj212-*.yaml).")
    register(zone, outlets)

    async def serve() -> str:
        server = Hj212Server(outlets, batch=batch, wait=wait / 1000, depth=depth)
        at = await server.start(host, port)
        click.echo(f"Listening on {host}:{at} for {len(outlets)} devices", err=True)
        stopped = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        await stopped.wait()
        await server.stop()
        return _summary(server.batcher.counts)

    say(asyncio.run(serve()))


@group.command("play")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", required=True, help="Key of the declared mapping that reads FILE.")
@click.option(
    "--through", type=click.Choice(["file", "rest", "mqtt", "sensorthings", "hj212"]), required=True
)
@click.option("--speed", default="max", show_default=True, help="Periods of the file a second, or max.")
@_zone
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65_535), help="Default: that of the channel.")
@click.option("--token", default="", envvar="ECOCIV_TOKEN", help="Bearer token for rest and sensorthings.")
@click.option("--limit", type=click.IntRange(1), help="Stop after so many records of the file.")
@format_option("text", "json")
@with_django
def play(
    file: Path,
    mapping: str,
    through: str,
    speed: str,
    zone: str,
    host: str,
    port: int | None,
    token: str,
    limit: int | None,
    form: str,
) -> None:
    """Play FILE record by record through a channel, as its stations would have sent it.

    ``--speed 60`` plays an hourly file one day in 24/60 s (60 periods a second); ``max`` as fast as the receiver takes it.
    """
    from ecociv.evidence.intake.channels import open_channel
    from ecociv.evidence.intake.counted import ChannelError
    from ecociv.evidence.intake.simulator import play as play_file
    from ecociv.evidence.reading import FileRefused

    try:
        pace = None if speed == "max" else float(speed)
        if pace is not None and not 0 < pace < 1e6:
            raise ValueError
    except ValueError:
        fail(f"--speed is a number above 0, or max; not {speed!r}.", Exit.USAGE)
    try:
        with (
            open_channel(through, zone=zone, mapping=mapping, host=host, port=port, token=token) as channel,
            progress(f"Playing {file.name}") as show,
        ):
            played = play_file(file, mapping, channel, zone=zone, speed=pace, limit=limit, tell=show)
    except FileRefused as refusal:
        fail(refusal.text.en)
    except ChannelError as error:
        fail(str(error), Exit.MISSING)
    if form == "json":
        say_json(played.to_json())
    else:
        say(played.as_text())
    if played.records_rejected or played.refused:
        raise SystemExit(int(Exit.FOUND))


@group.command("rejects")
@click.option("--channel", type=click.Choice(["mqtt", "hj212"]))
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@format_option("text", "json")
@language_option
@with_django
def rejects(channel: str | None, limit: int, form: str, language: str) -> None:
    """Messages that could not be used, the newest first, with the reason."""
    from ecociv.evidence.models import RejectedMessage

    found = RejectedMessage.objects.all()
    if channel:
        found = found.filter(channel=channel)
    rows = list(
        found[:limit].values("received_at", "channel", "source", "code", "detail", "count", "content")
    )
    if form == "json":
        say_json(rows)
        return
    for row in rows:
        say(
            f"{row['received_at']:%Y-%m-%d %H:%M:%S}  {row['channel']:<6} {row['source']}  {row['code']} x{row['count']}"
            f"  {row['detail']}"
        )
    if not rows:
        say({"zh": "没有被退回的报文。", "en": "No message was rejected."}[language])


@group.command("password")
@click.password_option(help="Asked for when it is not given.")
def password(password: str) -> None:
    """Digest of a device's password, to stand in its declaration."""
    from ecociv.evidence.intake.passwords import digest_of_password

    say(digest_of_password(password))


def _summary(counts: object) -> str:
    from dataclasses import asdict

    return "  ".join(f"{name}={value}" for name, value in asdict(counts).items())  # type: ignore[call-overload]
