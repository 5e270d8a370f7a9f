"""Where the doors of the account are: those of django-allauth, and its phone numbers, which it only has for signing up."""

from allauth.account import views
from allauth.urls import urlpatterns as theirs
from django.urls import path

urlpatterns = [
    *theirs,
    path("phone/change/", views.change_phone, name="account_change_phone"),
    path("phone/verify/", views.verify_phone, name="account_verify_phone"),
]
