"""The admin finds its pages here."""

from access import people_admin  # noqa: F401  registers its own
