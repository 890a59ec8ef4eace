"""Users and groups in the admin: what a new person needs is said where the person is added."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

STAFF = _("Opens the admin and the control API. Without it a person can sign in to ask, no more.")
GROUPS = _(
    "Editors write documents. Operators decide which version is served, and write probes. "
    "Viewers look. Each needs the tick at “May use the admin” too."
)


class Explained:
    """The two fields that decide what a person may do, in plain words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        for name, label, words in (
            ("is_staff", _("May use the admin"), STAFF),
            ("groups", _("Groups"), GROUPS),
        ):
            if name in fields:  # a person who may only look is shown no form
                fields[name].label, fields[name].help_text = label, words


class NewPersonForm(Explained, UserCreationForm):  # type: ignore[misc]  # Unfold has no types
    """With the tick set already: most whom an administrator adds are to work here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "is_staff" in self.fields:
            self.fields["is_staff"].initial = True


class PersonForm(Explained, UserChangeForm):  # type: ignore[misc]  # Unfold has no types
    pass


admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]  # no types
    form = PersonForm
    add_form = NewPersonForm
    change_password_form = AdminPasswordChangeForm
    list_display = [
        "username",
        "first_name",
        "last_name",
        "may_use_admin",
        "in_groups",
        "is_active",
    ]
    list_fullwidth = True
    list_filter_sheet = False
    compressed_fields = False
    filter_horizontal = ["user_permissions"]
    add_fieldsets = [
        (None, {"fields": ["username", "usable_password", "password1", "password2"]}),
        (_("What this person may do"), {"fields": ["is_staff", "groups"]}),
    ]

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "groups":  # a few boxes to tick, also without JavaScript
            kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
        return _named_rights(super().formfield_for_manytomany(db_field, request, **kwargs))

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=_("may use the admin"), ordering="is_staff", boolean=True)
    def may_use_admin(self, user: User) -> bool:
        return user.is_staff

    @admin.display(description=_("groups"))
    def in_groups(self, user: User) -> str:
        names = [group.name for group in user.groups.all()]
        return ", ".join([*names, *([str(_("superuser"))] if user.is_superuser else [])])


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]  # Unfold has no types
    compressed_fields = False  # two lists of rights beside each other need the width

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        return _named_rights(super().formfield_for_manytomany(db_field, request, **kwargs))


def _named_rights(field: Any) -> Any:
    """Django keeps the names of rights in English: the reader gets them in theirs."""
    if field is not None and field.queryset.model is Permission:
        field.label_from_instance = right_in_words
    return field


def right_in_words(right: Permission) -> str:
    """As `str(right)`, in the reader's language."""
    return f"{right.content_type} | {_may(right)}"


def _may(right: Permission) -> str:
    model = right.content_type.model_class()
    what = model._meta.verbose_name if model else right.content_type.model
    act = right.codename.partition("_")[0]
    usual = {
        "add": pgettext("right", "Can add %(what)s"),
        "change": pgettext("right", "Can change %(what)s"),
        "delete": pgettext("right", "Can delete %(what)s"),
        "view": pgettext("right", "Can view %(what)s"),
    }
    if right.codename == f"{act}_{right.content_type.model}" and act in usual:
        return usual[act] % {"what": what}
    return gettext(right.name)
