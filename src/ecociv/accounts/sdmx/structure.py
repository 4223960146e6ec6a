"""The structure message in SDMX-ML 3.0: code lists, concepts, data structure and dataflow of a zone's accounts. Pure: no Django.

Written here and not by a library: names stand in Chinese and English, and the libraries at hand write a single language.
The tests validate the message by the schemas that SDMX publishes, and read it with another program.
"""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ET
from collections.abc import Iterable

from ecociv.accounts.sdmx.codes import CodeList, Scope, code_lists
from ecociv.accounts.sdmx.shape import DATAFLOW, Component, Shape, shape
from ecociv.core.text import Text

_SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0"
_PREFIXES = {"mes": f"{_SCHEMAS}/message", "str": f"{_SCHEMAS}/structure", "com": f"{_SCHEMAS}/common"}
_URN = "urn:sdmx:org.sdmx.infomodel"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
UNVERIFIED = Text(
    zh="凭记忆录入，未与正式发布的文本核对", en="Entered from memory, not checked against the published text"
)


def structure_message(scope: Scope, *, prepared: dt.datetime) -> bytes:
    """Everything that is needed to read the data of a zone's accounts.

    Parameters
    ----------
    prepared
        When the message was made.

    Returns
    -------
    bytes
        UTF-8. Lists of SDMX itself are partial: those that it publishes take their place.
    """
    declared = shape()
    lists = code_lists(declared, scope)
    root = ET.Element(_tag("mes:Structure"))
    header = _add(root, "mes:Header")
    _add(header, "mes:ID", text=f"{declared.dataflow}-{scope.zone}-{prepared:%Y%m%dT%H%M%S}")
    _add(header, "mes:Test", text="false")
    _add(header, "mes:Prepared", text=prepared.replace(microsecond=0).isoformat())
    _named(_add(header, "mes:Sender", id=scope.zone), scope.name)
    structures = _add(root, "mes:Structures")
    _code_lists(_add(structures, "str:Codelists"), declared, lists)
    _concepts(_add(structures, "str:ConceptSchemes"), declared)
    _data_structure(_add(structures, "str:DataStructures"), declared, lists)
    flow = _maintained(_add(structures, "str:Dataflows"), "str:Dataflow", declared, declared.dataflow)
    _named(flow, declared.title)
    _add(
        flow, "str:Structure",
        text=f"{_URN}.datastructure.DataStructure={declared.agency}:{declared.data_structure}({declared.version})",
    )  # fmt: skip
    for prefix, address in _PREFIXES.items():
        ET.register_namespace(prefix, address)
    ET.indent(root)
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made + b"\n"


def _code_lists(under: ET.Element, declared: Shape, lists: Iterable[CodeList]) -> None:
    for one in lists:
        made = _add(
            under, "str:Codelist", id=one.key, agencyID=one.agency, version=one.version,
            isPartial="true" if one.partial else "false",
        )  # fmt: skip
        if one.partial and not declared.verified:
            _unverified(made)
        _named(made, one.name)
        for code in one.codes:
            item = _named(_add(made, "str:Code", id=code.key), code.name)
            if code.parent:
                _add(item, "str:Parent", text=code.parent)


def _concepts(under: ET.Element, declared: Shape) -> None:
    scheme = _maintained(under, "str:ConceptScheme", declared, declared.concepts)
    _named(scheme, declared.title)
    for one in declared.components:
        _named(_add(scheme, "str:Concept", id=one.key), one.name)


def _data_structure(under: ET.Element, declared: Shape, lists: Iterable[CodeList]) -> None:
    urns = {one.key: one.urn for one in lists}
    made = _maintained(under, "str:DataStructure", declared, declared.data_structure)
    if not declared.verified:
        _unverified(made)
    _named(made, declared.title)
    components = _add(made, "str:DataStructureComponents")
    dimensions = _add(components, "str:DimensionList", id="DimensionDescriptor")
    for place, one in enumerate(declared.of_role("dimension"), start=1):
        _represented(_add(dimensions, "str:Dimension", id=one.key, position=str(place)), declared, one, urns)
    (time,) = declared.of_role("time")
    _represented(_add(dimensions, "str:TimeDimension", id=time.key), declared, time, urns)
    (value,) = declared.of_role("measure")
    attributes = _add(components, "str:AttributeList", id="AttributeDescriptor")
    for one in declared.of_role("attribute"):
        usage = "mandatory" if one.required else "optional"
        attribute = _represented(
            _add(attributes, "str:Attribute", id=one.key, usage=usage), declared, one, urns
        )
        relation = _add(attribute, "str:AttributeRelationship")
        if one.of == (DATAFLOW,):
            _add(relation, "str:Dataflow")
        elif one.of:
            for key in one.of:
                _add(relation, "str:Dimension", text=key)
        else:
            _add(relation, "str:Observation")
    measures = _add(components, "str:MeasureList", id="MeasureDescriptor")
    _represented(_add(measures, "str:Measure", id=value.key, usage="optional"), declared, value, urns)


def _represented(element: ET.Element, declared: Shape, one: Component, urns: dict[str, str]) -> ET.Element:
    scheme = f"{declared.agency}:{declared.concepts}({declared.version})"
    _add(element, "str:ConceptIdentity", text=f"{_URN}.conceptscheme.Concept={scheme}.{one.key}")
    represented = _add(element, "str:LocalRepresentation")
    if one.codes:
        _add(represented, "str:Enumeration", text=urns[one.codes])
    else:
        _add(represented, "str:TextFormat", textType=one.text)
    return element


def _maintained(under: ET.Element, tag: str, declared: Shape, key: str) -> ET.Element:
    return _add(under, tag, id=key, agencyID=declared.agency, version=declared.version)


def _unverified(element: ET.Element) -> None:
    note = _add(_add(element, "com:Annotations"), "com:Annotation")
    _add(note, "com:AnnotationType", text="VERIFIED_FALSE")
    for language in ("zh", "en"):
        _add(note, "com:AnnotationText", text=UNVERIFIED.in_language(language)).set(_LANG, language)


def _named(element: ET.Element, name: Text) -> ET.Element:
    for language in ("zh", "en"):
        _add(element, "com:Name", text=name.in_language(language)).set(_LANG, language)
    return element


def _tag(name: str) -> str:
    prefix, local = name.split(":")
    return f"{{{_PREFIXES[prefix]}}}{local}"


def _add(under: ET.Element, name: str, *, text: str = "", **attributes: str) -> ET.Element:
    element = ET.SubElement(under, _tag(name), attributes)
    if text:
        element.text = text
    return element
