"""Oscar's models of this app, unchanged so far."""

from oscar.apps.communication.models import *  # noqa: F403
