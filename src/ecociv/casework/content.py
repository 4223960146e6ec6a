"""What is filled in when a case is opened or moved on, checked against the declaration. Pure: no Django."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from ecociv.casework.declaration import CaseField, CaseType, FieldKind, SubjectKind
from ecociv.core.decimals import plain
from ecociv.core.text import Text

LONGEST_LINE = 200
LONGEST_TEXT = 4000
Faults = dict[str, Text]


def reason_faults(reason: str, *, required: bool) -> Faults:
    """Faults of a reason."""
    if required and not reason.strip():
        return {"reason": Text(zh="请写明理由。", en="Give the reason.")}
    if len(reason) > LONGEST_TEXT:
        return {"reason": _too_long(Text(zh="理由", en="The reason"), len(reason), LONGEST_TEXT)}
    return {}


def title_faults(title: str) -> Faults:
    """Faults of a title."""
    if not title.strip():
        return {"title": Text(zh="请填写事项名称。", en="Give the case a title.")}
    if len(title) > LONGEST_LINE:
        return {"title": _too_long(Text(zh="事项名称", en="The title"), len(title), LONGEST_LINE)}
    return {}


def field_values(
    case_type: CaseType, asked: Iterable[str], given: Mapping[str, Any], day: date
) -> tuple[dict[str, Any], Faults]:
    """The values of the fields asked for, as they are kept (days as ISO text, numbers as plain decimals), and faults.

    Parameters
    ----------
    case_type, asked
        The declaration and the keys that are asked for.
    given
        Values by key: text, numbers or dates. Blank is not given.
    day
        The day of the step; a field that a clock runs to cannot lie before it.
    """
    asked = tuple(asked)
    kept: dict[str, Any] = {}
    faults: Faults = {
        f"fields.{key}": Text(zh="这里不填写“{key}”。", en="“{key}” is not asked for here.").fill(key=key)
        for key in given
        if key not in asked
    }
    limits = {clock.until_field for clock in case_type.clocks.values()}
    for key in asked:
        field, value = case_type.fields[key], given.get(key)
        if value is None or not str(value).strip():
            if field.required:
                faults[f"fields.{key}"] = Text(zh="请填写“{name}”。", en="Fill in “{name}”.").fill(
                    name=field.title
                )
            continue
        text, fault = _value(field, value)
        if fault is None and key in limits and date.fromisoformat(text) < day:
            fault = Text(
                zh="“{name}”是{given}，早于办理当天（{day}）。请填写当天或以后的日期。",
                en="“{name}” is {given}, before the day of this step ({day}): give that day or a later one.",
            ).fill(name=field.title, given=text, day=day.isoformat())
        if fault is not None:
            faults[f"fields.{key}"] = fault
        else:
            kept[key] = text
    return kept, faults


def _value(field: CaseField, value: Any) -> tuple[str, Text | None]:
    if field.kind is FieldKind.DATE:
        return _date(field, value)
    text = str(value).strip()
    if field.kind is FieldKind.NUMBER:
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite() and abs(number.adjusted()) <= 30:
            return plain(number), None
        return text, Text(zh="“{name}”须是数字。", en="“{name}” has to be a number.").fill(name=field.title)
    if field.kind is FieldKind.CHOICE:
        if text in field.options:
            return text, None
        known = Text(
            zh="、".join(option.zh for option in field.options.values()),
            en=", ".join(option.en for option in field.options.values()),
        )
        return text, Text(zh="“{name}”请从以下选择：{known}。", en="Choose “{name}” from: {known}.").fill(
            name=field.title, known=known
        )
    longest = LONGEST_LINE if field.kind is FieldKind.TEXT else LONGEST_TEXT
    return text, _too_long(field.title, len(text), longest) if len(text) > longest else None


def _date(field: CaseField, value: Any) -> tuple[str, Text | None]:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat(), None
    text = str(value).strip()
    try:
        return date.fromisoformat(text).isoformat(), None
    except ValueError:
        return text, Text(
            zh="“{name}”须是日期，如 2016-12-31。", en="“{name}” has to be a date, such as 2016-12-31."
        ).fill(name=field.title)


def document_faults(case_type: CaseType, asked: Iterable[str], given: Iterable[str]) -> Faults:
    """Faults of the documents by the keys that they answer."""
    asked, given = tuple(asked), tuple(given)
    faults: Faults = {
        f"documents.{key}": Text(zh="这里不收“{key}”。", en="“{key}” is not asked for here.").fill(key=key)
        for key in given
        if key and key not in asked
    }
    for key in asked:
        document = case_type.documents[key]
        if document.required and key not in given:
            faults[f"documents.{key}"] = Text(zh="请附上“{name}”。", en="Attach “{name}”.").fill(
                name=document.title
            )
    return faults


def outcome_of(case_type: CaseType, outcomes: tuple[str, ...], given: str) -> tuple[str, Faults]:
    """The outcome of a move; where only one is possible it need not be given."""
    if not outcomes:
        return "", {
            "outcome": Text(zh="这一步没有办理结果。", en="This step has no outcome.")
        } if given else {}
    if not given and len(outcomes) == 1:
        return outcomes[0], {}
    if given in outcomes:
        return given, {}
    known = Text(
        zh="、".join(case_type.outcomes[key].zh for key in outcomes),
        en=", ".join(case_type.outcomes[key].en for key in outcomes),
    )
    return "", {
        "outcome": Text(zh="请选择办理结果：{known}。", en="Choose the outcome: {known}.").fill(known=known)
    }


def party_faults(case_type: CaseType, parties: Mapping[str, tuple[str, ...]]) -> Faults:
    """Faults in the bodies named at opening."""
    faults: Faults = {}
    for key in parties:
        if key not in case_type.parts or case_type.parts[key].bodies is None:
            faults[f"parties.{key}"] = Text(
                zh="“{key}”不是由单位担任的当事方。", en="“{key}” is no part that bodies play."
            ).fill(key=key)
    for key, part in case_type.parts.items():
        named = parties.get(key, ())
        if part.bodies is None:
            continue
        if not named and not part.optional:
            faults[f"parties.{key}"] = Text(zh="请指定{part}。", en="Name the body for: {part}.").fill(
                part=part.title
            )
        if part.bodies == "one" and len(named) > 1:
            faults[f"parties.{key}"] = Text(
                zh="{part}只能是一个单位。", en="One body only for: {part}."
            ).fill(part=part.title)
    return faults


def subject_faults(case_type: CaseType, subject: str) -> Faults:
    """Whether a case of the type may be about this kind of thing."""
    kind = subject.partition(":")[0] if subject else SubjectKind.NONE.value
    if kind in case_type.subjects and (not subject or subject.partition(":")[2]):
        return {}
    known = ", ".join(each.value for each in case_type.subjects)
    return {
        "subject": Text(
            zh="“{type}”的对象须是以下之一（写作 task:112）：{known}。",
            en="“{type}” is about one of (written as task:112): {known}.",
        ).fill(type=case_type.title, known=known)
    }


def _too_long(name: Text, length: int, longest: int) -> Text:
    return Text(
        zh="“{name}”有{length}字，最多{longest}字。",
        en="“{name}” has {length} characters; at most {longest}.",
    ).fill(name=name, length=length, longest=longest)
