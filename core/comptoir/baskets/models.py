"""Oscar's models of this app, unchanged so far."""

from oscar.apps.basket.models import *  # noqa: F403
