"""The menu of resources and the market, into which every room writes its own entries."""

from __future__ import annotations

from collections import Counter

from django.urls import reverse

from ecociv.portal.resources_menu import FOR_ENTERPRISES, RESOURCES


def test_every_entry_stands_once_and_leads_somewhere() -> None:
    addresses = [address for address, *_ in RESOURCES]
    assert [address for address, times in Counter(addresses).items() if times > 1] == []
    assert all(reverse(address) for address in addresses)


def test_entries_for_enterprises_are_of_the_menu() -> None:
    assert {address for address, *_ in RESOURCES} >= FOR_ENTERPRISES
