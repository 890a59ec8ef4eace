"""The router's own paths, for Django: see `routing.public_views`."""

from django.urls import path

from routing import public_views as views

urlpatterns = [
    path("api/ask", views.Ask.as_view()),
    path("api/feedback", views.Feedback.as_view()),
    path("api/search", views.Search.as_view()),
    path("api/sources/<path:path>", views.SourceOfCitation.as_view()),
    path("api/suggestions", views.SuggestedQuestions.as_view()),
    path("health", views.HealthReport.as_view()),
    path("metrics", views.MetricsText.as_view()),
]
