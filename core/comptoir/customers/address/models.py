"""Oscar's models of this app, unchanged so far."""

from oscar.apps.address.models import *  # noqa: F403
