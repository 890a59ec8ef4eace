"""What routing tells those above it, without knowing who listens."""

from django.dispatch import Signal

# A hold was lifted: whoever builds may activate again. Sent once the transaction is committed.
resumed = Signal()

# The publishing policy was changed. Sent once the transaction is committed.
policy_changed = Signal()
