"""Typed targets as words in a workbook cell, exact in both directions.

========================================  =============================================
cell                                      target
========================================  =============================================
8.45                                      read by the indicator's direction
≥ 1895    ≤ 8.45    1 ~ 2                 at least, at most, between
保持 65.73    保持 65.73 ± 0.5            hold (with tolerance)
为零    为零 ± 0.1                        zero
primary=7.2; secondary=58.3               composition
分项: walking ≥ 17; transit ≥ 30          vector
2014-2020年累计 ≥ 15                      cumulative
较2012年变化 -20%                         relative to the base year
同类水平: province-advanced-level         relative to peers
由上级下达(province): 省下达的控制目标    delegated
定性: 中文 // English                     qualitative
-    (empty)                              not set in the plan (dash, blank)
========================================  =============================================

What the plan itself writes (省下达的控制目标, 达到省内先进水平, 控制在8.45以内 ...) is read by `core.targets.read_cell`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ecociv.core.targets import CellNotUnderstood, Direction, known_forms, read_cell
from ecociv.core.text import Text
from ecociv.plan.exchange.characters import fold_sentence
from ecociv.plan.exchange.workbook_cells import CellError, number_text, plain_number

_N = r"[+-]?\d{1,18}(?:\.\d{1,18})?"
_SIGNS = {"at_least": "≥", "at_most": "≤"}
_KINDS = {sign: kind for kind, sign in _SIGNS.items()}
_LONGEST = 2_000
_PART = r"[\w.\-]+"


def encode_target(mapping: Mapping[str, Any], direction: str | None, parts: Sequence[str] = ()) -> str | None:
    """The words for a target, or None where they would not be read back as the same target.

    >>> encode_target({"at_most": 8.45}, "decrease"), encode_target({"at_most": 8.45}, None)
    ('8.45', '≤ 8.45')
    >>> encode_target({"delegated": {"to": "province", "cell": "省下达的控制目标"}}, "decrease")
    '省下达的控制目标'
    """
    for words in _candidates(mapping, parts):
        try:
            if decode_target(words, direction, parts) == mapping:
                return words
        except CellError:
            continue
    return None


def _candidates(mapping: Mapping[str, Any], parts: Sequence[str]) -> list[str]:
    """Possible words, the shortest first."""
    if len(mapping) != 1:
        return []
    ((kind, body),) = mapping.items()
    try:
        if kind == "composition" and list(body) == list(parts):
            return [":".join(number_text(share) for share in body.values()), *_words_of(kind, body)]
        return _words_of(kind, body)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
        return []


def _words_of(kind: str, body: Any) -> list[str]:
    match kind:
        case "at_least" | "at_most":
            return [number_text(body), f"{_SIGNS[kind]} {number_text(body)}"]
        case "between":
            return [f"{number_text(body[0])} ~ {number_text(body[1])}"]
        case "hold":
            if isinstance(body, Mapping):
                return [f"保持 {number_text(body['value'])} ± {number_text(body['tolerance'])}"]
            return [f"保持 {number_text(body)}"]
        case "zero":
            return ["为零" if body is True else f"为零 ± {number_text(body['tolerance'])}"]
        case "composition":
            return ["; ".join(f"{part}={number_text(share)}" for part, share in body.items())]
        case "vector":
            inner = {part: _words_of(*next(iter(target.items())))[-1] for part, target in body.items()}
            return ["分项: " + "; ".join(f"{part} {words}" for part, words in inner.items())]
        case "cumulative":
            ((own, value),) = ((key, value) for key, value in body.items() if key not in ("from", "to"))
            return [f"{body['from']}-{body['to']}年累计 {_words_of(own, value)[-1]}"]
        case "relative_to_base":
            change = number_text(body["change_percent"])
            return [f"较{body['base']}年变化 {change}%"]
        case "relative_to_peers":
            named = {
                "province-advanced-level": "达到省内先进水平",
                "province-average-level": "达到省内平均水平",
            }
            return [*([named[body["rule"]]] if body["rule"] in named else []), f"同类水平: {body['rule']}"]
        case "delegated":
            return [body["cell"], f"由上级下达({body['to']}): {body['cell']}"]
        case "qualitative":
            return [f"定性: {body['acceptance']['zh']} // {body['acceptance']['en']}"]
        case "unset":
            return ["-" if body == "dash" else ""]
    return []


def decode_target(words: str, direction: str | None, parts: Sequence[str] = ()) -> dict[str, Any]:
    """The target that a cell's words mean, as a mapping of the zone package.

    Parameters
    ----------
    words : str
        One of the forms above, or one that the plan itself uses.
    direction : str or None
        The declared direction; without it a bare number is not understood.
    parts : sequence of str
        Names of the parts of a composition, for cells such as ``7.2:58.3:34.5``.

    Raises
    ------
    CellError
        With the words and the known forms.
    """
    if len(words) > _LONGEST:
        raise _not_understood(words[:40] + "…", "it is too long")
    own = _own_form(words)
    if own is not None:
        return own
    if direction is None and re.fullmatch(rf"{_N}%?", fold_sentence(words)):
        raise _not_understood(words, "a bare number says neither at least nor at most")
    try:
        target = read_cell(words, Direction(direction or "keep"), list(parts) if parts else None)
    except CellNotUnderstood as error:
        raise _not_understood(words, error.why) from error
    return {kind: _plain(body) for kind, body in target.to_mapping().items()}


def _own_form(words: str) -> dict[str, Any] | None:
    folded = fold_sentence(words).replace("≧", "≥").replace("≦", "≤").replace(">=", "≥").replace("<=", "≤")
    if not folded:
        return {"unset": "blank"}
    if folded == "-":
        return {"unset": "dash"}
    simple = _simple(folded)
    if simple is not None:
        return simple
    if found := re.fullmatch(r"(\d{4})-(\d{4})年累计(.+)", folded):
        inner = _simple(found[3])
        if inner is not None and "hold" not in inner and "zero" not in inner:
            return {"cumulative": {**inner, "from": int(found[1]), "to": int(found[2])}}
    if found := re.fullmatch(rf"较(\d{{4}})年变化({_N})%", folded):
        return {"relative_to_base": {"change_percent": _number(found[2]), "base": int(found[1])}}
    if found := re.fullmatch(rf"同类水平:({_PART})", folded):
        return {"relative_to_peers": {"rule": found[1]}}
    if re.fullmatch(rf"{_PART}={_N}(?:;{_PART}={_N})*", folded):
        shares = dict(part.split("=") for part in folded.split(";"))
        return {"composition": {part: _number(share) for part, share in shares.items()}}
    if folded.startswith("分项:"):
        return _vector(folded[3:])
    # Words of the plan are kept as they stand, so these are read from the unfolded text.
    if found := re.fullmatch(
        rf"由上级下达[(\uff08]({_PART})[)\uff09]\s*[:\uff1a]\s*(\S.*)", words.strip(), re.S
    ):
        return {"delegated": {"to": found[1], "cell": found[2]}}
    if found := re.fullmatch(r"定性\s*[:\uff1a]\s*(\S.*?)\s*//\s*(\S.*)", words.strip(), re.S):
        return {"qualitative": {"acceptance": {"zh": found[1], "en": found[2]}}}
    return None


def _simple(folded: str) -> dict[str, Any] | None:
    if found := re.fullmatch(rf"([≥≤])({_N})", folded):
        return {_KINDS[found[1]]: _number(found[2])}
    if found := re.fullmatch(rf"({_N})~({_N})", folded):
        return {"between": [_number(found[1]), _number(found[2])]}
    if found := re.fullmatch(rf"保持({_N})(?:±({_N}))?", folded):
        value = _number(found[1])
        return {"hold": {"value": value, "tolerance": _number(found[2])} if found[2] else value}
    if found := re.fullmatch(rf"为零(?:±({_N}))?", folded):
        return {"zero": {"tolerance": _number(found[1])} if found[1] else True}
    return None


def _vector(folded: str) -> dict[str, Any] | None:
    parts: dict[str, Any] = {}
    for piece in folded.split(";"):
        found = re.fullmatch(rf"({_PART}?)([≥≤保为\d+-].*)", piece)
        inner = _simple(found[2]) if found else None
        if found is None or inner is None or found[1] in parts:
            return None
        parts[found[1]] = inner
    return {"vector": parts}


def _number(text: str) -> int | float:
    return plain_number(Decimal(text))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return plain_number(value) if isinstance(value, Decimal) else value


def _not_understood(words: str, why: str) -> CellError:
    forms = [form for form, _ in known_forms()]
    return CellError(
        "target-not-understood",
        Text(zh=f"目标“{words}”读不懂", en=f"The target {words!r} is not understood: {why}"),
        Text(
            zh=f"可用写法:≥ 30、≤ 30、1 ~ 2、保持 30、为零、{'、'.join(forms)}",
            en=f"Ways to write it: ≥ 30, ≤ 30, 1 ~ 2, 保持 30, 为零, {', '.join(forms)}",
        ),
    )
