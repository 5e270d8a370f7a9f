"""Oscar's models of this app, unchanged so far."""

from oscar.apps.voucher.models import *  # noqa: F403
