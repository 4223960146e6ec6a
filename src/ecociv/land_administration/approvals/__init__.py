"""Integrated approval of projects (一体化审批): one form, parallel opinions, documents asked once, one result."""
