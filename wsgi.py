"""The application, for a web server and for the command line."""

import os

from dashboard.app import create_app, refuse_if_behind

app = create_app()
if os.environ.get("FLASK_RUN_FROM_CLI") != "true":  # the command line must be able to migrate
    refuse_if_behind(app)
