from comptoir.conf import Setting, Settings

SETTINGS = (
    Setting(
        "COMPTOIR_BOOKING_HOLDS_MAX",
        int,
        4,
        "How many visits one basket, or one visitor, may hold at the same time.",
    ),
)
conf = Settings(SETTINGS, prefix="COMPTOIR_BOOKING_")
