"""Settings of the web shop."""

from comptoir.conf import Setting, Settings

SETTINGS = (
    Setting("COMPTOIR_WEB_THEMES", list, [], "Folders with themes in them, one folder a theme."),
    Setting("COMPTOIR_WEB_THEME", str, "default", "The theme of channels that name none."),
    Setting(
        "COMPTOIR_WEB_PAGE_S",
        int,
        5,
        "How long a server process may send a page that is the same for everybody again without drawing it.",
        "s",
    ),
)

conf = Settings(SETTINGS, prefix="COMPTOIR_WEB_")
