"""Why something cannot be booked, moved or cancelled."""

from django.utils.translation import gettext_lazy as _

from comptoir.base.errors import ComptoirError


class StartNotFree(ComptoirError):
    """A visit cannot begin then: somebody was quicker, or it is not among the starts that are offered.

    ``alternatives`` are the three starts nearest to it, in UTC.
    """

    code = "start_not_free"
    status = 409
    sentence = _("This time is not free. Please choose another.")
    public_facts = ("alternatives",)


class SeriesNotFree(ComptoirError):
    """One of the starts of a recurring visit that was wanted whole is not free."""

    code = "series_not_free"
    status = 409
    sentence = _("Some of these times are not free any more. Please choose again.")


class VisitTooLong(ComptoirError):
    """The services of one visit last longer than a day."""

    code = "visit_too_long"
    status = 422
    sentence = _("A visit takes a day at most. Please book in two parts.")


class PartySize(ComptoirError):
    """A service is not for so many people: fewer, or more, than it says."""

    code = "party_size"
    status = 422
    sentence = _("This is for {least} to {most} people.")
    public_facts = ("least", "most")


class HoldGone(ComptoirError):
    """What should be confirmed or held longer is not held any more."""

    code = "booking_hold_gone"
    status = 409
    sentence = _("This time is not held for you any more. Please choose one again.")


class TooManyHolds(ComptoirError):
    """Somebody keeps more times held than a customer needs."""

    code = "too_many_holds"
    status = 409
    sentence = _("Please confirm or give back the times you hold before holding more.")


class TooLate(ComptoirError):
    """The policy of a booking does not let customers change it any more."""

    code = "too_late"
    status = 409
    sentence = _("This booking can no longer be changed here. Please call the shop.")


class TooEarly(ComptoirError):
    """A visit is marked as come or not come before that can be known; ``since`` is from when on it can be."""

    code = "mark_too_early"
    status = 409
    sentence = _("This can be written down from {when} on.")
    public_facts = ("since",)


class FeeChanged(ComptoirError):
    """Cancelling costs something else than the customer was told: a limit of the policy went by meanwhile."""

    code = "booking_fee_changed"
    status = 409
    sentence = _("The fee has changed meanwhile. Please look at it again.")
    public_facts = ("fee",)


class BookingMoved(ComptoirError):
    """A booking is not as the caller saw it: its sequence number is another."""

    code = "booking_moved"
    status = 412
    sentence = _("This booking has been changed meanwhile. Please look at it again.")


class SessionFull(ComptoirError):
    """A class has fewer places left than were asked for, or does not take place; ``session`` is its id."""

    code = "session_full"
    status = 409
    sentence = _("Places left: {left}.")
    public_facts = ("left", "session")


class PlacesTaken(ComptoirError):
    """A class is to have fewer places than are taken."""

    code = "places_taken"
    status = 409
    sentence = _("{taken} places are taken already: it cannot have fewer.")
    public_facts = ("taken",)


class RoomTooSmall(ComptoirError):
    """A class is to have more places than its room is for."""

    code = "room_too_small"
    status = 409
    sentence = _("{room} is for {seats} people. Choose a larger room, or fewer places.")
    public_facts = ("room", "seats")


class TeamNotFree(ComptoirError):
    """Who is to give a class, or its room, is not free at its time (or the one it is to move to), or cannot do it.

    ``alternatives`` are the three starts nearest to it at which they are, in UTC.
    """

    code = "team_not_free"
    status = 409
    sentence = _("Whoever or whatever you chose is not free at the time of this class.")
    public_facts = ("alternatives",)


class StartOver(ComptoirError):
    """A class is to be moved to a time that is over."""

    code = "start_over"
    status = 422
    sentence = _("This time is over. Please choose a later one.")


class ClassBegun(ComptoirError):
    """A class that has begun is to be moved."""

    code = "class_begun"
    status = 409
    sentence = _("This class has begun. It cannot be moved any more.")


class ClassItself(ComptoirError):
    """Staff move or cancel what takes the time of who gives a class as if it were an appointment."""

    code = "class_itself"
    status = 409
    sentence = _("This is a class with its places. Change or cancel the class itself.")


class SeatsStay(ComptoirError):
    """A place in a class is moved to another date of the class, not to any time."""

    code = "seats_stay"
    status = 409
    sentence = _("A place in a class is moved to another date of the class. Please choose one.")


class NothingOffered(ComptoirError):
    """Somebody on the waiting list takes an offer that has ended, or never was."""

    code = "nothing_offered"
    status = 409
    sentence = _("There is no offer for you at the moment; we tell you as soon as there is one.")


class MarkStays(ComptoirError):
    """Somebody was written down as not come, and the order of the visit was settled with that: money is on its way."""

    code = "mark_stays"
    status = 409
    sentence = _("The order has been settled with this mark, so it stays. Book a new appointment instead.")


class AppointmentsOpen(ComptoirError):
    """Somebody wants to be forgotten who has an appointment still to come."""

    code = "appointments_open"
    status = 409
    sentence = _("You have an appointment to come. You can erase your account when it is over or cancelled.")


class NotPossible(ComptoirError):
    """A booking in this state cannot be changed like that."""

    code = "booking_state"
    status = 409
    sentence = _("This booking is {state}.")
    public_facts = ("state",)
