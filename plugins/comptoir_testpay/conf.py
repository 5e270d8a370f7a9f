from comptoir.conf import Setting, Settings

SETTINGS = (
    Setting("COMPTOIR_TESTPAY_ENABLED", bool, False, "Lets the test gateway run. For demos and tests only."),
    Setting("COMPTOIR_TESTPAY_LATE_S", int, 20, "How late a late answer of the test gateway is.", "s"),
    Setting(
        "COMPTOIR_TESTPAY_SERVER",
        str,
        "",
        "Where the test gateway finds the shop, if not at `COMPTOIR_BASE_URL`.",
    ),
)
conf = Settings(SETTINGS, prefix="COMPTOIR_TESTPAY_")
