"""Photographs as evidence: what may come in, and when and where a camera says it was taken. Pure: no Django.

A file from a stranger is opened with care: only three formats, a limit on bytes and on pixels before anything is
decoded, and any failure of the decoder is a refusal in words. What the camera wrote (Exif) is a hint, not proof: it is
shown, and where it disagrees with the tour or the place, it says so.
"""

from __future__ import annotations

import datetime as dt
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image
from pyproj import Geod

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.supervision.sentences import reason

LARGEST_BYTES = 20 * 1024**2
LARGEST_PIXELS = 60_000_000
"""Above any telephone's sensor in use; decoded, three bytes a pixel, it is 180 MB."""

FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
FAR_METRES = 2000
"""Farther from the stated place than this, a photograph is marked: a telephone's fix is good to tens of metres."""

_EARTH = Geod(ellps="GRS80")  # the ellipsoid of CGCS2000; the difference to the telephone's WGS 84 is below a millimetre


class PhotographRefused(ValueError):
    """The file is no photograph that can be taken; ``text`` says why in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        self.text = Text(zh=zh, en=en)
        super().__init__(en)


@dataclass(frozen=True, slots=True)
class Photograph:
    """What a file says of itself. ``taken_at`` is the camera's own clock, without a time zone; none where absent."""

    media_type: str
    width: int
    height: int
    taken_at: dt.datetime | None
    longitude: float | None
    latitude: float | None


def read_photograph(path: Path) -> Photograph:
    """Check a file and read its date and place.

    Raises
    ------
    PhotographRefused
        When it is too large, of another format, damaged, or would unpack to more pixels than any camera has.
    """
    size = path.stat().st_size
    if size == 0:
        raise PhotographRefused("文件是空的。", "The file is empty.")
    if size > LARGEST_BYTES:
        raise PhotographRefused(
            f"照片大于{LARGEST_BYTES // 1024**2} MB，请缩小后再上传。",
            f"The photograph is larger than {LARGEST_BYTES // 1024**2} MB; make it smaller and send it again.",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=tuple(FORMATS)) as image:
                width, height = image.size
                if width * height > LARGEST_PIXELS:
                    raise _too_many_pixels(width, height)
                image.verify()
            with Image.open(path, formats=tuple(FORMATS)) as image:
                image.load()
                return Photograph(FORMATS[str(image.format)], width, height, *_told_by_camera(image))
    except PhotographRefused:
        raise
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(0, 0) from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, MemoryError, OverflowError) as error:
        raise PhotographRefused(
            "文件不是完好的JPEG、PNG或WebP照片。", "The file is no sound JPEG, PNG or WebP photograph."
        ) from error


def doubts_about(
    photograph: Photograph,
    *,
    first_day: dt.date,
    last_day: dt.date,
    longitude: float | None = None,
    latitude: float | None = None,
) -> tuple[Reason, ...]:
    """Where the camera's date and place disagree with the tour's days and the stated place, or are absent."""
    found = []
    if photograph.taken_at is None:
        found.append(
            reason("photo-without-date", "照片没有拍摄时间。", "The photograph does not say when it was taken.")
        )
    elif not first_day <= photograph.taken_at.date() <= last_day:
        found.append(
            reason(
                "photo-other-date",
                "照片拍摄于{day}，不在督查期间{first}至{last}之内。",
                "The camera says {day}, which is outside the tour ({first} to {last}).",
                day=photograph.taken_at.date(),
                first=first_day,
                last=last_day,
            )
        )
    if photograph.longitude is None or photograph.latitude is None:
        found.append(
            reason("photo-without-place", "照片没有定位。", "The photograph does not say where it was taken.")
        )
    elif longitude is not None and latitude is not None:
        away = _EARTH.inv(longitude, latitude, photograph.longitude, photograph.latitude)[2]
        if away > FAR_METRES:
            found.append(
                reason(
                    "photo-other-place",
                    "照片定位距所填地点约{km}公里。",
                    "The camera was about {km} km away from the stated place.",
                    km=f"{away / 1000:.1f}",
                )
            )
    return tuple(found)


def _told_by_camera(image: Image.Image) -> tuple[dt.datetime | None, float | None, float | None]:
    try:
        exif = image.getexif()
        details: Any = exif.get_ifd(ExifTags.IFD.Exif)
        position: Any = exif.get_ifd(ExifTags.IFD.GPSInfo)
        written = details.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    except (OSError, SyntaxError, ValueError, KeyError, TypeError, IndexError):
        return None, None, None
    longitude = _degrees(position, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, "W", 180)
    latitude = _degrees(position, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, "S", 90)
    if longitude is None or latitude is None:
        longitude = latitude = None
    return _moment(written), longitude, latitude


def _moment(written: object) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(str(written).strip("\x00 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007  a camera's clock has no zone
    except ValueError:
        return None


def _degrees(position: Any, value: int, side: int, negative: str, most: int) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in position[value])
        found = degrees + minutes / 60 + seconds / 3600
        found = -found if str(position.get(side, "")).strip("\x00 ").upper() == negative else found
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return round(found, 6) if -most <= found <= most else None


def _too_many_pixels(width: int, height: int) -> PhotographRefused:
    shown = f"{width} × {height}" if width else ">"
    return PhotographRefused(
        f"照片像素过多（{shown}），最多{LARGEST_PIXELS // 1_000_000}百万像素。",
        f"The photograph has too many pixels ({shown}); at most {LARGEST_PIXELS // 1_000_000} million are taken.",
    )
