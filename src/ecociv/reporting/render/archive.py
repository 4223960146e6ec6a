"""Office files that are the same, byte for byte, when their content is the same."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

_MODIFIED = re.compile(rb"(<\w+:(created|modified)\b[^>]*>)[^<]*(</\w+:\2>)")


def fixed_archive(data: bytes, moment: dt.datetime) -> bytes:
    """Write an Office file again with the document's own date in place of the clock's.

    Both libraries stamp the time of writing into the archive, and openpyxl into the properties too.

    Parameters
    ----------
    data : bytes
        A .docx or .xlsx file.
    moment : datetime
        With its time zone; becomes the date of every part (to two seconds, as ZIP keeps it) and of the properties.
    """
    stamp = moment.astimezone(dt.UTC)
    written = stamp.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + written + rb"\g<3>", content)
            entry = zipfile.ZipInfo(name, stamp.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, content)
    return target.getvalue()
