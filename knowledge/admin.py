"""The admin pages of knowledge: Django looks here for them."""

from knowledge import (  # noqa: F401  they register
    document_admin,
    import_pages,
    quarantine_admin,
    revision_admin,
)
