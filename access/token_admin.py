"""Tokens in the admin: made here and told once, revoked here; each person has their own."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from unfold.admin import ModelAdmin

from access import tokens
from access.models import Token

LIST = "admin:access_token_changelist"


class TokenForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Who is not an administrator has no field `user`: `owner` it is then."""

    owner: User

    class Meta:
        model = Token
        fields = ["name", "expires_at", "user"]

    def clean_expires_at(self) -> Any:
        ends = self.cleaned_data["expires_at"]
        if ends is not None and ends <= timezone.now():
            raise forms.ValidationError(_("This moment has passed."))
        return ends

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        owner = given.setdefault("user", self.owner)
        taken = Token.objects.filter(user=owner, name=given.get("name"), revoked_at=None)
        if taken.exists():
            self.add_error("name", _("A token of that name is in use already."))
        return given


@admin.register(Token)
class TokenAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold has no types
    """Never changed: made, and revoked. A revoked one stays, since histories name it."""

    actions = None
    form = TokenForm
    list_display = ["name", "user", "made", "ends", "used", "state"]
    list_select_related = ["user"]
    list_fullwidth = True
    list_filter_sheet = False
    search_fields = ["name", "user__username"]
    fields = ["name", "expires_at", "user"]

    class Media:
        css = {"all": ["access/access.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Token]:
        found: QuerySet[Token] = super().get_queryset(request)
        return found if request.user.is_superuser else found.filter(user=request.user.pk)

    def get_fields(self, request: HttpRequest, obj: Token | None = None) -> list[str]:
        if obj is not None:
            return ["name", "user", "made", "ends", "used", "state"]
        return [field for field in self.fields if field != "user" or request.user.is_superuser]

    def get_readonly_fields(self, request: HttpRequest, obj: Token | None = None) -> list[str]:
        return self.get_fields(request, obj) if obj is not None else []

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(request, *args, **kwargs)
        form.owner = request.user
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"user": request.user.pk}

    def has_change_permission(self, request: HttpRequest, obj: Token | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Token | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        revoke = self.admin_site.admin_view(self.revoke_view)
        own = [path("<int:pk>/revoke/", revoke, name="access_token_revoke")]
        return [*own, *super().get_urls()]

    @sensitive_variables("text")
    def save_model(self, request: HttpRequest, obj: Token, form: Any, change: bool) -> None:
        """The form's row is a wish: the one that `tokens` made takes its place."""
        given = form.cleaned_data
        made, text = tokens.create(given["user"], given["name"], given["expires_at"])
        obj.pk, obj.user, obj.digest, obj.created_at = made.pk, made.user, "", made.created_at
        request.new_token = text  # type: ignore[attr-defined]  # for the page that follows

    def response_add(self, request: HttpRequest, obj: Token, *_: Any, **__: Any) -> HttpResponse:
        """The page that tells it, once: not a message, which would be kept in a cookie."""
        more = {"token": obj, "text": request.new_token}  # type: ignore[attr-defined]
        return self._page(request, "made", gettext("The new token"), **more)

    def revoke_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm("access.change_token"):
            raise PermissionDenied
        token = get_object_or_404(self.get_queryset(request), pk=pk)
        if request.method != "POST":
            return self._page(request, "revoke", gettext("Revoke a token"), token=token)
        if tokens.revoke(token, actor=request.user.get_username()):
            messages.success(request, gettext("%s is revoked: it opens nothing more.") % token)
        else:
            messages.warning(request, gettext("%s was revoked already.") % token)
        return HttpResponseRedirect(reverse(LIST))

    def _page(self, request: HttpRequest, name: str, title: str, **more: Any) -> HttpResponse:
        request.current_app = self.admin_site.name
        own = {"opts": self.opts, "media": self.media, "title": title}
        page = {**self.admin_site.each_context(request), **own, **more}
        return TemplateResponse(request, f"access/{name}.html", page)

    @admin.display(description=_("made"), ordering="created_at")
    def made(self, token: Token) -> str:
        return _moment(token.created_at)

    @admin.display(description=_("ends"), ordering="expires_at")
    def ends(self, token: Token) -> str:
        return _moment(token.expires_at) if token.expires_at else gettext("when it is revoked")

    @admin.display(description=_("last used"), ordering="last_used_at")
    def used(self, token: Token) -> str:
        return _moment(token.last_used_at) if token.last_used_at else gettext("never")

    @admin.display(description=_("state"))
    def state(self, token: Token) -> SafeString:
        return render_to_string("access/state.html", {"token": token, "now": timezone.now()})


def _moment(when: Any) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"
