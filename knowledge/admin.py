"""The admin pages of knowledge: Django looks here for them."""

from knowledge import document_admin, quarantine_admin, revision_admin  # noqa: F401  they register
