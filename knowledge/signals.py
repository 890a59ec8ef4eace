"""What others may hear from the knowledge package."""

from django.dispatch import Signal

knowledge_changed = Signal()
"""A document was saved or deleted, or the folder changed: a hint to reconcile.

`paths`: the documents or files that are known to have changed; None when it may be any. Sent after
the transaction has committed. The folder's own reconcile does not send it: whoever runs that goes
on with a fresh snapshot anyway.
"""

telling_state = Signal()
"""Is what these documents hold what is served?

`documents`: with their live revisions; `user`: who asks. A receiver answers a dict of primary key →
`telling.DocumentState`, in a few queries however many they are.
"""

opening_page = Signal()
"""What others have to say at the head of the editor's pages: a receiver is given the `request` and
answers with HTML that is safe."""
