"""The admin finds its pages here."""

from access import people_admin, token_admin  # noqa: F401  register their own
