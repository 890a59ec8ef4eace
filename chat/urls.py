from django.urls import path

from chat import login, views

urlpatterns = [
    path("", views.ask, name="chat"),
    path("ask", views.ask, name="ask"),
    path("login/", login.SignIn.as_view(), name="login"),
    path("login/renew/", login.renew, name="renew-pass"),
    path("logout/", login.SignOut.as_view(), name="logout"),
    path("source/<path:document>", views.source, name="source"),
]
