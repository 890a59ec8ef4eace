from django.urls import path

from chat import views

urlpatterns = [
    path("", views.ask, name="chat"),
    path("ask", views.ask, name="ask"),
    path("source/<path:document>", views.source, name="source"),
]
