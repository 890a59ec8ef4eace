from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy as _


class BuilderConfig(AppConfig):
    name = "builder"
    verbose_name = _("Builder")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from builder import embedding_notice, sync_state
        from builder.behind import note_edit
        from builder.blame import keep_as_they_were, notice
        from builder.decisions import keep
        from builder.document_state import tell
        from builder.editor_pages import head
        from builder.nudge import nudge, nudge_ahead, nudge_backlog
        from builder.signals import burst_begun, burst_written, vectors_lack, vectors_written
        from knowledge.models import Quarantine
        from knowledge.signals import knowledge_changed, opening_page, telling_state
        from routing.signals import blamed, noticing, policy_changed, resumed, telling_sync

        # Before the worker is told: the look that it takes then is later than the note.
        knowledge_changed.connect(note_edit, dispatch_uid="builder.behind")
        knowledge_changed.connect(nudge, dispatch_uid="builder.nudge")
        resumed.connect(nudge, dispatch_uid="builder.nudge")
        policy_changed.connect(nudge, dispatch_uid="builder.nudge")
        blamed.connect(keep_as_they_were, dispatch_uid="builder.blame")
        blamed.connect(nudge, dispatch_uid="builder.nudge")
        for changed in (post_save, post_delete):  # what a probe refused may pass now
            changed.connect(nudge, sender="builder.Probe", dispatch_uid="builder.nudge")
        for decided in ("routing.Hold", "routing.PolicyChange", "routing.Decision",
                        "knowledge.Quarantine"):  # fmt: skip
            post_save.connect(keep, sender=decided, dispatch_uid="builder.decisions")
        resumed.connect(keep, dispatch_uid="builder.decisions")
        knowledge_changed.connect(keep, sender=Quarantine, dispatch_uid="builder.decisions")
        vectors_lack.connect(nudge_backlog, dispatch_uid="builder.nudge")
        vectors_written.connect(nudge, dispatch_uid="builder.nudge")
        burst_begun.connect(nudge_ahead, dispatch_uid="builder.nudge")
        burst_written.connect(nudge, dispatch_uid="builder.nudge")
        noticing.connect(notice, dispatch_uid="builder.blame")
        noticing.connect(embedding_notice.notice, dispatch_uid="builder.embedding_notice")
        telling_sync.connect(sync_state.tell, dispatch_uid="builder.sync_state")
        telling_state.connect(tell, dispatch_uid="builder.document_state")
        opening_page.connect(head, dispatch_uid="builder.editor_pages")
