"""What the builder tells those who run its tasks."""

from django.dispatch import Signal

# A version was built that lacks vectors: they are to be embedded beside the builds.
vectors_lack = Signal()

# So many documents changed that they are to be written ahead of their build.
burst_begun = Signal()

# They were: the next build takes them up.
burst_written = Signal()

# A vectors part was written beside the builds: the next build may take it up.
vectors_written = Signal()
