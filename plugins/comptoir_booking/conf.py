from comptoir.conf import Setting, Settings

SETTINGS = (
    Setting(
        "COMPTOIR_BOOKING_HOLDS_MAX",
        int,
        4,
        "How many visits one basket, or one visitor, may hold at the same time.",
    ),
    Setting(
        "COMPTOIR_BOOKING_REMINDER_HOURS",
        int,
        24,
        "How many hours before a visit its customer is reminded, between 8 and 20 o'clock of the shop; 0: never.",
    ),
    Setting("COMPTOIR_BOOKING_FOLLOW_UP", bool, True, "Whether customers are thanked the day after."),
    Setting(
        "COMPTOIR_BOOKING_OFFER_MINUTES",
        int,
        60,
        "How long a time that became free is kept for who is offered it from the waiting list.",
        "min",
    ),
    Setting(
        "COMPTOIR_BOOKING_GOOGLE_FOLDER",
        str,
        "",
        "Folder into which the worker writes, once a day, the feed files of Google's “Appointments Redirect”; empty: never.",
    ),
)
conf = Settings(SETTINGS, prefix="COMPTOIR_BOOKING_")
