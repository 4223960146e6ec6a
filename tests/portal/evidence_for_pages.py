"""Small evidence that tests of the evidence pages write for themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.test import Client

from ecociv.evidence.actions import LoadFile
from ecociv.people.models import User
from ecociv.people.roles import Role

HEADER = "city,date,hour,station,aqi,level,primary,pm2_5,pm10,co,no2,o3_1h,o3_8h,so2"


def english(role: Role | None = None, organisation: str = "", name: str = "") -> Client:
    """A reader of English pages, logged in where a role is given."""
    client = Client(headers={"accept-language": "en"})
    if role is not None:
        user = User.objects.create_user(
            name or f"{role.value}-{organisation}",
            password="x",
            role=role.value,
            zone="jingdezhen",
            organisation=organisation,
        )
        client.force_login(user)
    return client


def load(folder: Path, mapping: str, header: str, lines: list[str], **how: Any) -> Any:
    """Load some lines through a mapping of the zone."""
    path = folder / how.pop("name", "file.csv")
    path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return LoadFile(path, mapping, author="test", **how).execute()


def day_of_air(
    day: str, station: str = "兽医站", pm2_5: float = 40, hours: range = range(1, 25)
) -> list[str]:
    """Every hour of a day with the same readings; the feed names an hour by its end."""
    last = f"{int(day) + 1}"
    return [
        f"景德镇,{day if hour < 24 else last},{hour % 24},{station},60,良,—,{pm2_5},60,0.7,34,30,45,5"
        for hour in hours
    ]
