"""What routing tells those above it, without knowing who listens."""

from django.dispatch import Signal

# A hold was lifted: whoever builds may activate again. Sent once the transaction is committed.
resumed = Signal()

# The publishing policy was changed. Sent once the transaction is committed.
policy_changed = Signal()

# Documents are to blame for a rollback: `documents` (path → (revision, sha256), or None where there
# was none), `actor`, `reason`. Sent inside the rollback's transaction, so that nothing is built or
# published between the two; a receiver that raises RoutingError takes the rollback back.
blamed = Signal()

# What others have to say on the operator's pages: a receiver answers a list of `strip.Notice`.
noticing = Signal()

# Whether all that was saved is served, for a `user`: the one receiver answers a `strip.SyncState`,
# or None when that can't be told.
telling_sync = Signal()
