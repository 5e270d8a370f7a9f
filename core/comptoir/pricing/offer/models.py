"""Oscar's models of this app, unchanged so far."""

from oscar.apps.offer.models import *  # noqa: F403
