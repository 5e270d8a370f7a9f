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
    Setting(
        "COMPTOIR_WEB_OPTIONAL_COOKIES",
        list,
        [],
        "Purposes of cookies that a visitor is asked for, such as `audience`. None: nobody is asked, nothing is set.",
    ),
)

conf = Settings(SETTINGS, prefix="COMPTOIR_WEB_")
