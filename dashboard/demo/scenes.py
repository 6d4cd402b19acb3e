"""What people do in the app, as scenes: the ordinary ones, the first visit, and those that end in an error.

A scene is a list of steps in the words the trace shows.
What must never happen here: a word that says who someone is.
"""

from typing import Final, NamedTuple


class Step(NamedTuple):
    """One thing done: where, what, which properties, how likely, how many seconds after the one before."""

    feature: str
    action: str
    keys: tuple[str, ...] = ()
    chance: float = 1.0
    gap: tuple[int, int] = (4, 70)


class Scene(NamedTuple):
    """A short story of a session. `for_admins` ones are played by company administrators only."""

    weight: int
    steps: tuple[Step, ...]
    for_admins: bool = False


class Failure(NamedTuple):
    """A scene that ends in an error of the app, some seconds after its last step."""

    code: str
    feature: str
    message: str
    steps: tuple[Step, ...]
    seconds: tuple[int, int]
    weight: int = 2
    for_admins: bool = False


SIGN_IN: Final = Step("Sign-in", "Signed in", ("method",), gap=(0, 0))
HOME: Final = Step("Dashboard", "Opened", ("widgets",), gap=(2, 9))
SIGN_OUT: Final = Step("Sign-in", "Signed out", chance=0.3, gap=(20, 240))
MISTYPED: Final = Step("Sign-in", "Password did not match", ("attempt",), chance=0.04, gap=(0, 0))
AGAIN: Final = Step("Sign-in", "Signed in", ("method=password",), gap=(8, 25))

FIRST_VISIT: Final = (
    Step("Sign-in", "Chose a password", gap=(0, 0)),
    Step("Sign-in", "Signed in for the first time", ("method=password",), gap=(6, 30)),
    Step("Dashboard", "Opened", ("widgets=4",), gap=(2, 6)),
    Step("Dashboard", "Took the tour", ("pages=5", "seconds"), gap=(30, 200)),
)

SCENES: Final[tuple[Scene, ...]] = (
    Scene(
        30,
        (
            Step("Dashboard", "Changed the period", ("period",), 0.8),
            Step("Dashboard", "Looked at a chart", ("chart",), 0.9, (5, 120)),
            Step("Zones", "Opened the list", ("zones",), 0.4),
            Step("Zones", "Opened a zone", ("chart=footfall by hour",), 0.4, (3, 30)),
            Step("Dashboard", "Compared with last year", ("interval",), 0.3),
        ),
    ),
    Scene(
        18,
        (
            Step("Reports", "Opened the list", (), 1.0, (4, 30)),
            Step("Reports", "Opened a saved report", ("template",)),
            Step("Reports", "Set the period", ("period",)),
            Step("Reports", "Added a chart", ("chart",), 0.5, (15, 120)),
            Step("Reports", "Asked for a PDF", ("pages", "format"), 0.9, (8, 60)),
            Step("Reports", "PDF made", ("pages", "seconds"), 0.85, (2, 20)),
            Step("Reports", "Sent it by schedule", ("template", "interval=week"), 0.15),
        ),
    ),
    Scene(
        12,
        (
            Step("Exports", "Opened", (), 1.0, (5, 40)),
            Step("Exports", "Chose the data", ("chart", "interval")),
            Step("Exports", "Set the period", ("period",)),
            Step("Exports", "Asked for a file", ("file", "rows"), 1.0, (5, 40)),
            Step("Exports", "File downloaded", ("rows", "seconds"), 0.92, (3, 45)),
        ),
    ),
    Scene(
        9,
        (
            Step("Sensors", "Opened the list", ("sensors", "offline"), 1.0, (4, 30)),
            Step("Sensors", "Opened a sensor", ("battery",)),
            Step("Sensors", "Restarted it", ("result=ok",), 0.35, (10, 60)),
            Step("Sensors", "Checked the counts", ("interval=15 minutes", "rows"), 0.6, (20, 180)),
            Step("Sensors", "Opened a sensor", ("battery",), 0.4),
        ),
    ),
    Scene(
        8,
        (
            Step("Alerts", "Opened the list", ("rows",), 1.0, (3, 25)),
            Step("Alerts", "Opened an alert", ("chart=queue length", "threshold")),
            Step("Alerts", "Changed the threshold", ("threshold",), 0.4, (10, 90)),
            Step("Alerts", "Marked as seen", ("result=ok",), 0.8, (3, 40)),
        ),
    ),
    Scene(
        6,
        (
            Step("Floor plans", "Opened a plan", ("floors",), 1.0, (4, 30)),
            Step("Floor plans", "Moved a sensor", ("sensors",), 0.7, (15, 120)),
            Step("Floor plans", "Drew a zone", (), 0.6, (30, 240)),
            Step("Floor plans", "Saved the plan", ("zones", "sensors", "result=saved"), 0.9),
        ),
    ),
    Scene(
        5,
        (
            Step("Zones", "Opened the list", ("zones",), 1.0, (3, 20)),
            Step("Zones", "Merged two zones", (), 0.4, (20, 120)),
            Step("Zones", "Added a zone", (), 0.6, (20, 160)),
            Step("Dashboard", "Opened", ("widgets",), 0.6),
        ),
    ),
    Scene(
        5,
        (
            Step("Data sync", "Opened the log", ("rows",), 1.0, (4, 30)),
            Step("Data sync", "Started a sync", ("sensors",), 0.7),
            Step("Data sync", "Sync finished", ("rows", "seconds", "result=ok"), 0.9, (10, 90)),
        ),
    ),
    Scene(4, (Step("Account", "Changed message preferences", ("result=saved",), 1.0, (20, 90)),)),
    Scene(
        14,
        (
            Step("Team", "Opened", ("seats",), 1.0, (4, 30)),
            Step("Team", "Invited a colleague", (), 0.4, (20, 120)),
            Step("Team", "Changed a role", ("result=saved",), 0.3),
        ),
        for_admins=True,
    ),
    Scene(
        7,
        (
            Step("Billing", "Opened", (), 1.0, (4, 30)),
            Step("Billing", "Looked at an invoice", ("pages=2",), 0.9),
            Step("Billing", "Downloaded an invoice", ("format=pdf",), 0.6, (3, 20)),
        ),
        for_admins=True,
    ),
)
