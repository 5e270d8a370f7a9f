"""Oscar's models of this app, unchanged so far."""

from oscar.apps.order.models import *  # noqa: F403
