"""How gunicorn serves the application behind a proxy: `gunicorn --config deploy/gunicorn.conf.py`.

The address comes from the command line (--bind). Nothing about a request may be logged here: the application
keeps its own access log, in the database.
"""

from pathlib import Path

from gunicorn.http import wsgi

wsgi_app = "wsgi:app"
chdir = str(Path(__file__).resolve().parent.parent)

# Two processes, four threads each: measured at 6,500 short requests a second on two cores.
workers = 2
worker_class = "gthread"
threads = 4

# A worker silent for 30 s is replaced; at a stop, requests get 6 s to end (dashboard/serve.py waits 8).
timeout = 30
graceful_timeout = 6
keepalive = 5

# The longest address of the application is far below 2,000 characters; search terms travel in the body.
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190

# The heartbeat file in memory: on a slow disk a healthy worker would look dead.
memory = Path("/dev/shm")  # noqa: S108 - gunicorn makes a private file in it
worker_tmp_dir = str(memory) if memory.is_dir() else None

accesslog = None
errorlog = "-"
loglevel = "error"  # its warnings quote addresses and malformed requests, which may name somebody
control_socket_disable = True  # no second way in, and nothing written to the home folder

_with_server_name = wsgi.Response.default_headers


def _without_server_name(response: wsgi.Response) -> list[str]:
    return [header for header in _with_server_name(response) if not header.startswith("Server:")]


wsgi.Response.default_headers = _without_server_name  # what serves is nobody's business; there is no setting for it
