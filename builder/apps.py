from django.apps import AppConfig


class BuilderConfig(AppConfig):
    name = "builder"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from builder.nudge import nudge
        from knowledge.signals import knowledge_changed
        from routing.signals import policy_changed, resumed

        knowledge_changed.connect(nudge, dispatch_uid="builder.nudge")
        resumed.connect(nudge, dispatch_uid="builder.nudge")
        policy_changed.connect(nudge, dispatch_uid="builder.nudge")
