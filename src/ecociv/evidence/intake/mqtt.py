"""Intake by MQTT: messages are acknowledged to the broker only after their readings are committed.

The session is persistent and the subscription has quality of service 1, so what this program had not acknowledged
when it died comes again from the broker, and the key of each reading keeps it from counting twice. The broker sends at
most ``depth`` messages that are not acknowledged (Receive Maximum of MQTT 5): that bounds the queue, and while the
database is slow the messages wait in the broker.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import paho.mqtt.client as paho
from django.utils import timezone
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from ecociv.evidence.intake.batching import Batcher, Parcel
from ecociv.evidence.intake.topics import LONGEST_PAYLOAD, Subscription, read_payload

log = logging.getLogger(__name__)

CHANNEL = "mqtt"
_WEEK = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is and who we are to it."""

    host: str = "127.0.0.1"
    port: int = 1883
    client: str = "ecociv-intake"
    user: str = ""
    password: str = ""
    tls: bool = False
    session_seconds: int = _WEEK


class MqttIntake:
    """Subscribes to the declared topics until it is stopped.

    Parameters
    ----------
    subscriptions
        Declared topics, their series registered.
    batch, wait, depth
        Messages of one commit at most, seconds that the first waits for company, messages not acknowledged at most.
    """

    def __init__(
        self,
        subscriptions: Sequence[Subscription],
        broker: Broker,
        *,
        batch: int = 500,
        wait: float = 0.02,
        depth: int = 2000,
        now: Callable[[], datetime] = timezone.now,
    ) -> None:
        self.subscriptions, self.broker, self.depth, self.now = subscriptions, broker, depth, now
        self.subscribed = threading.Event()
        """Set while the broker holds all subscriptions: what is published from then on comes here."""
        self.refusals: Counter[str] = Counter()
        self.batcher = Batcher(
            CHANNEL, "ecociv intake mqtt", self._stored, size=batch, wait=wait, depth=depth + 1
        )
        self._connection = self._granted = 0
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=broker.client, protocol=paho.MQTTv5, manual_ack=True
        )
        if broker.user:
            self._client.username_pw_set(broker.user, broker.password)
        if broker.tls:
            self._client.tls_set()
        self._client.reconnect_delay_set(min_delay=1, max_delay=60)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message

    def start(self) -> None:
        """Connect and receive, in threads; reconnects by itself, waiting longer each time up to a minute."""
        self.batcher.start()
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = self.broker.session_seconds
        properties.ReceiveMaximum = min(self.depth, 65_535)
        properties.MaximumPacketSize = LONGEST_PAYLOAD + 1024
        self._client.connect_async(
            self.broker.host,
            self.broker.port,
            keepalive=30,
            clean_start=False,
            properties=properties,
        )
        self._client.loop_start()

    def stop(self) -> None:
        """Store and acknowledge what has come, then leave; the session stays in the broker."""
        self.batcher.close()
        self._client.disconnect()
        self._client.loop_stop()

    # -- called by paho, in its thread -------------------------------------------------------------------

    def _on_connect(
        self, client: paho.Client, userdata: Any, flags: Any, reason: Any, properties: Any
    ) -> None:
        if reason.is_failure:
            self.refusals[str(reason)] += 1
            log.error("intake mqtt: the broker refuses the connection (%s)", reason)
            return
        self._connection += 1
        log.info("intake mqtt: connected, session %s", "kept" if flags.session_present else "new")
        for subscription in self.subscriptions:
            client.subscribe(subscription.topic.subscription, options=SubscribeOptions(qos=1))

    def _on_subscribe(
        self, client: paho.Client, userdata: Any, mid: int, reasons: Any, properties: Any
    ) -> None:
        for reason in reasons:
            if reason.is_failure:
                self.refusals[str(reason)] += 1
                log.error("intake mqtt: the broker refuses a subscription (%s)", reason)
                return
        self._granted += 1
        if self._granted == len(self.subscriptions):
            self.subscribed.set()

    def _on_disconnect(
        self, client: paho.Client, userdata: Any, flags: Any, reason: Any, properties: Any
    ) -> None:
        self.subscribed.clear()
        self._granted = 0
        log.warning("intake mqtt: connection lost (%s)", reason)

    def _on_message(self, client: paho.Client, userdata: Any, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = "?"
        parcel = read_payload(topic, bytes(message.payload), self.subscriptions, now=self.now())
        parcel.token = (self._connection, message.mid, message.qos)
        self.batcher.put(parcel)

    # -- called by the worker ----------------------------------------------------------------------------

    def _stored(self, batch: list[Parcel]) -> None:
        for parcel in batch:
            connection, mid, qos = parcel.token
            # A number belongs to the connection it came by; the broker sends again what it saw no answer to.
            if qos and connection == self._connection:
                self._client.ack(mid, qos)
