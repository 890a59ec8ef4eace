from django.apps import AppConfig


class RagsiteConfig(AppConfig):
    name = "ragsite"
    default_auto_field = "django.db.models.BigAutoField"
