from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from django.utils.translation import pgettext_lazy


class AccessConfig(AppConfig):
    name = "access"
    verbose_name = pgettext_lazy("name of an app", "Access")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from access import admitted

        post_save.connect(admitted.user_changed, sender="auth.User", dispatch_uid="access.saved")
        post_delete.connect(admitted.tell, sender="auth.User", dispatch_uid="access.deleted")
        for changed in (post_save, post_delete):
            changed.connect(admitted.tell, sender="access.Token", dispatch_uid="access.token")
