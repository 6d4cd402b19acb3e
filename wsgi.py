"""The application, for a web server."""

from dashboard.app import create_app

app = create_app()
