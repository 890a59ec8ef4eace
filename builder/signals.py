"""What the builder tells those who run its tasks."""

from django.dispatch import Signal

# A version was built that lacks vectors: they are to be embedded beside the builds.
vectors_lack = Signal()

# A vectors part was written beside the builds: the next build may take it up.
vectors_written = Signal()
