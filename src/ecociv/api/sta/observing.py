"""Taking in observations, and correcting them."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from ecociv.api import limits
from ecociv.api.intake import Unreadable, content_key, interval_of
from ecociv.api.observations import Seen, one
from ecociv.api.problems import Problem
from ecociv.api.sta.entities import World
from ecociv.api.sta.members import member, object_of, reference_of, result_of, text_of, wrong
from ecociv.evidence.actions import CorrectionRefused, CorrectObservation, ReceiveReadings
from ecociv.evidence.models import Series
from ecociv.evidence.readings import Censored, Reading


class Observing:
    """What a request says about observations."""

    def __init__(self, world: World) -> None:
        self.world, self.caller = world, world.caller

    def receive(self, items: list[tuple[Series, dict[str, Any]]]) -> list[Seen]:
        """Put observations into the inbox, all of them or none, and give them back as they are read."""
        if len(items) > limits.READINGS_AT_ONCE:
            raise Problem(
                413,
                "PayloadTooLarge",
                "一次最多{most}条观测。",
                "At most {most} observations at once.",
                most=limits.READINGS_AT_ONCE,
            )
        limits.require_room()
        readings = []
        for series, data in items:
            problem = self.caller.refusal(series)
            if problem is not None:
                raise problem
            readings.append(self._reading(series, data))
        receipt = ReceiveReadings(readings, "sensorthings", self.caller.user).execute()
        for refusal in receipt.refused:
            raise Problem(422, "UnprocessableEntity", "{zh}", "{en}", zh=refusal.text.zh, en=refusal.text.en)
        found = []
        for (series, _), reading in zip(items, readings, strict=True):
            seen = one(series.pk, reading.valid_from, reading.valid_to, None)
            assert seen is not None
            found.append(seen)
        return found

    def _reading(self, series: Series, data: dict[str, Any]) -> Reading:
        parameters = member(data, "parameters", dict, {})
        feature = data.get("FeatureOfInterest")
        if feature is not None and reference_of(feature) != series.place.pk:
            raise wrong(
                "FeatureOfInterest",
                "观测对象就是序列所在的地点，可以不写。",
                "What is observed is the place of the series; leave FeatureOfInterest out.",
            )
        try:
            begin, end = interval_of(data.get("phenomenonTime"), series.averaging)
            value = result_of(data, parameters)
        except Unreadable as error:
            raise Problem(400, "BadRequest", "{zh}", "{en}", zh=error.text.zh, en=error.text.en) from None
        key = parameters.get("key")
        if key is not None and (not isinstance(key, str) or not 1 <= len(key) <= 160 or "\x00" in key):
            raise wrong("parameters/key", "key应为1至160个字符。", "key has 1 to 160 characters.")
        return Reading(
            series=series.key,
            valid_from=begin,
            valid_to=end,
            value=value,
            key=key or content_key(series.key, begin, end, value),
            supplier=text_of(parameters, "supplier", 150, ""),
            note=text_of(parameters, "note", 400, ""),
        )

    def correct(self, seen: Seen, body: Any) -> Seen:
        """Record another result for the period of an observation: the next revision, with its reason."""
        data = object_of(body, "Observations")
        series = self.world.series(seen.series_id)
        problem = self.caller.refusal(series)
        if problem is not None:
            raise problem
        parameters = member(data, "parameters", dict, {})
        reason = text_of(parameters, "reason", 400, "")
        if not reason.strip():
            raise wrong(
                "parameters/reason",
                "更正须写明原因（parameters.reason）。",
                "A correction needs its reason (parameters.reason).",
            )
        newest = one(seen.series_id, seen.valid_from, seen.valid_to, None)
        if seen.waiting or (newest is not None and newest.waiting):
            raise Problem(
                409,
                "Conflict",
                "该观测正在入库，请稍后再更正。",
                "This observation is on its way into the table; correct it in a moment.",
                headers={"Retry-After": str(limits.RETRY_AFTER)},
            )
        if newest is not None and newest.revision != seen.revision:
            raise Problem(
                409,
                "Conflict",
                "该观测已有更新的版本{revision}，请更正最新版本。",
                "Revision {revision} has replaced this observation; correct the newest one.",
                revision=newest.revision,
            )
        try:
            value = result_of(data, parameters)
            if isinstance(value, Censored):
                raise Unreadable(
                    "censored", "更正应为数值或缺测种类。", "A correction is a number or a kind of absence."
                )
            CorrectObservation(
                series.key, seen.valid_from, value, self.caller.user, reason, zone=settings.ECOCIV_ZONE
            ).execute()
        except Unreadable as error:
            raise Problem(400, "BadRequest", "{zh}", "{en}", zh=error.text.zh, en=error.text.en) from None
        except CorrectionRefused as error:
            raise Problem(422, "UnprocessableEntity", "更正未被接受：{e}", "{e}", e=str(error)) from None
        corrected = one(seen.series_id, seen.valid_from, seen.valid_to, None)
        assert corrected is not None
        return corrected
