"""The errors of the stand-in app: each with the steps that lead to it, so that a trace tells its cause.

What must never happen here: personal data in a message; it is the app's own short technical text.
"""

from typing import Final

from dashboard.demo.scenes import Failure, Step

FAILURES: Final[tuple[Failure, ...]] = (
    Failure(
        "E-PDF-17",
        "Reports",
        "The PDF was not made: page 41 asked for a chart without data.",
        (
            Step("Zones", "Opened the list", ("zones=6",), 1.0, (20, 50)),
            Step("Zones", "Removed a zone", ("zones=5",), 1.0, (25, 60)),
            Step("Reports", "Opened a saved report", ("template=monthly",), 1.0, (10, 40)),
            Step("Reports", "Added a chart", ("chart=footfall by zone", "zones=0"), 1.0, (20, 60)),
            Step("Reports", "Set the period", ("period",), 1.0, (15, 40)),
            Step("Reports", "Asked for a PDF", ("pages=48", "format=A4"), 1.0, (15, 40)),
        ),
        (3, 6),
        6,
    ),
    Failure(
        "E-PDF-04",
        "Reports",
        "The PDF was not made: more than 120 pages.",
        (
            Step("Reports", "Opened the list", (), 1.0, (8, 30)),
            Step("Reports", "Opened a saved report", ("template=board summary",), 1.0, (6, 30)),
            Step("Reports", "Set the period", ("period",), 1.0, (10, 40)),
            Step("Reports", "Changed the interval", ("interval=15 minutes",), 1.0, (10, 40)),
            Step("Reports", "Asked for a PDF", ("pages=164", "format=A3"), 1.0, (10, 40)),
            Step("Reports", "Asked for a PDF", ("pages=164", "format=A4"), 0.7, (25, 60)),
        ),
        (9, 16),
    ),
    Failure(
        "E-SYNC-03",
        "Data sync",
        "Sync stopped at sensor 12 of 31: the gateway sent its counts twice.",
        (
            Step("Sensors", "Opened the list", ("sensors=31", "offline=2"), 1.0, (8, 30)),
            Step("Sensors", "Restarted it", ("result=ok",), 1.0, (20, 70)),
            Step("Data sync", "Opened the log", ("rows",), 1.0, (30, 90)),
            Step("Data sync", "Started a sync", ("sensors=31",), 1.0, (8, 30)),
            Step("Data sync", "Cancelled the sync", ("sensors=12",), 1.0, (40, 120)),
            Step("Data sync", "Started a sync", ("sensors=31",), 1.0, (5, 20)),
        ),
        (25, 80),
        6,
    ),
    Failure(
        "E-SYNC-11",
        "Data sync",
        "Counts refused: the gateway's clock is one hour ahead.",
        (
            Step("Sensors", "Opened the list", ("sensors", "offline=0"), 1.0, (8, 30)),
            Step("Sensors", "Changed the time zone", ("result=saved",), 1.0, (30, 90)),
            Step("Sensors", "Checked the counts", ("interval=hour", "rows=0"), 1.0, (40, 120)),
            Step("Data sync", "Started a sync", ("sensors",), 1.0, (10, 40)),
        ),
        (20, 60),
        4,
    ),
    Failure(
        "E-XLSX-09",
        "Exports",
        "The file was not made: 1,204,112 rows do not fit in one sheet.",
        (
            Step("Exports", "Opened", (), 1.0, (8, 30)),
            Step(
                "Exports", "Chose the data", ("chart=visitor streams", "interval=15 minutes"), 1.0, (15, 50)
            ),
            Step("Exports", "Set the period", ("period",), 1.0, (10, 40)),
            Step("Exports", "Added all zones", ("zones=64",), 1.0, (5, 25)),
            Step("Exports", "Asked for a file", ("format=xlsx", "rows=1204112"), 1.0, (5, 30)),
        ),
        (31, 45),
        5,
    ),
    Failure(
        "E-CSV-02",
        "Exports",
        "The file was not made: no decimal sign for the chosen language.",
        (
            Step("Account", "Changed the language", ("result=saved",), 1.0, (20, 60)),
            Step("Exports", "Opened", (), 1.0, (8, 30)),
            Step("Exports", "Chose the data", ("chart=dwell time", "interval=day"), 1.0, (15, 50)),
            Step("Exports", "Asked for a file", ("format=csv", "rows"), 1.0, (8, 30)),
            Step("Exports", "Asked for a file", ("format=csv", "rows"), 0.8, (15, 40)),
        ),
        (2, 5),
        3,
    ),
    Failure(
        "E-PLAN-05",
        "Floor plans",
        "The plan was not saved: a zone lies outside the drawing.",
        (
            Step("Floor plans", "Opened a plan", ("floors=2",), 1.0, (8, 30)),
            Step("Floor plans", "Replaced the drawing", ("floors=2",), 1.0, (40, 150)),
            Step("Floor plans", "Moved a sensor", ("sensors=9",), 1.0, (20, 80)),
            Step("Floor plans", "Drew a zone", ("zones=7",), 1.0, (30, 120)),
            Step("Floor plans", "Saved the plan", ("zones=7", "sensors=9"), 1.0, (10, 40)),
        ),
        (2, 6),
        4,
    ),
    Failure(
        "E-ALERT-08",
        "Alerts",
        "The alert could not be tested: its zone no longer exists.",
        (
            Step("Zones", "Merged two zones", ("zones=8",), 1.0, (30, 90)),
            Step("Alerts", "Opened the list", ("rows=11",), 1.0, (8, 30)),
            Step("Alerts", "Opened an alert", ("chart=queue length", "threshold=120"), 1.0, (6, 30)),
            Step("Alerts", "Changed the threshold", ("threshold=180",), 1.0, (10, 40)),
            Step("Alerts", "Asked for a test alert", ("attempt=1",), 1.0, (6, 25)),
        ),
        (2, 5),
        3,
    ),
    Failure(
        "E-SENS-21",
        "Sensors",
        "Calibration stopped: the sensor answered with an older version.",
        (
            Step("Sensors", "Opened the list", ("sensors", "offline=1"), 1.0, (8, 30)),
            Step("Sensors", "Opened a sensor", ("battery=17",), 1.0, (6, 30)),
            Step("Sensors", "Started an update", ("attempt=1",), 1.0, (15, 50)),
            Step("Sensors", "Started a calibration", ("attempt=1",), 1.0, (20, 60)),
            Step("Sensors", "Started a calibration", ("attempt=2",), 1.0, (40, 90)),
        ),
        (12, 40),
        4,
    ),
    Failure(
        "E-DASH-14",
        "Dashboard",
        "Widget 7 did not load: two filters exclude each other.",
        (
            Step("Dashboard", "Added a widget", ("widgets=10", "chart=capture rate"), 1.0, (20, 60)),
            Step("Dashboard", "Set a filter", ("interval=day",), 1.0, (10, 40)),
            Step("Dashboard", "Set a filter", ("interval=hour",), 1.0, (8, 30)),
            Step("Dashboard", "Changed the period", ("period",), 1.0, (8, 30)),
        ),
        (1, 4),
        3,
    ),
    Failure(
        "E-AUTH-12",
        "Sign-in",
        "Single sign-on failed: the answer came after 300 seconds.",
        (
            Step("Account", "Switched to single sign-on", ("result=saved",), 1.0, (30, 90)),
            Step("Sign-in", "Signed out", (), 1.0, (15, 60)),
            Step(
                "Sign-in", "Asked for single sign-on", ("method=single sign-on", "attempt=1"), 1.0, (10, 40)
            ),
            Step(
                "Sign-in",
                "Came back from the provider",
                ("method=single sign-on", "seconds=312"),
                1.0,
                (305, 320),
            ),
        ),
        (1, 2),
        2,
    ),
    Failure(
        "E-TEAM-06",
        "Team",
        "The invitation was not made: the last seat was taken meanwhile.",
        (
            Step("Team", "Opened", ("seats=25",), 1.0, (8, 30)),
            Step("Team", "Invited a colleague", ("seats=25",), 1.0, (20, 60)),
            Step("Billing", "Asked for more seats", ("seats=25",), 1.0, (30, 90)),
            Step("Team", "Invited a colleague", ("seats=25",), 1.0, (15, 50)),
        ),
        (1, 3),
        for_admins=True,
    ),
    Failure(
        "E-BILL-02",
        "Billing",
        "The invoice was not found in the archive.",
        (
            Step("Billing", "Opened", (), 1.0, (8, 30)),
            Step("Billing", "Looked at an invoice", ("pages=2",), 1.0, (6, 30)),
            Step("Billing", "Downloaded an invoice", ("format=pdf",), 1.0, (5, 25)),
            Step("Billing", "Looked at an invoice", ("pages=2",), 1.0, (15, 50)),
            Step("Billing", "Downloaded an invoice", ("format=pdf",), 1.0, (5, 25)),
        ),
        (3, 9),
        for_admins=True,
    ),
)
