"""Nobody is sent elsewhere: neither by Flask-Admin's `url` parameter nor by what follows signing in."""

import re
from urllib.parse import urlsplit

from flask import Flask
from flask_security import hash_password

from models import Staff
from tests.world import World, token_of

ELSEWHERE = (
    "https:evil.example", "https://host\\@evil.example", "https://evil.example", "//evil.example", "///evil.example",
    "\\\\evil.example", "/\\evil.example", "http:evil.example", "javascript:alert(1)", "https:/evil.example",
    "/%09/evil.example", "\t//evil.example", "https://127.0.0.1@evil.example", "//evil.example/%2e%2e", "ftp://evil.example",
    "data:text/html,evil", "https://evil.example\\.127.0.0.1", "/%5cevil.example", "http://evil.example:80",
    "////evil.example",
    "https:\\\\evil.example", "%2f%2fevil.example", "/\t/evil.example",
)  # fmt: skip
FORMS = ("/admin/preferences/theme", "/admin/preferences/language", "/admin/find")


def leads_home(location: str) -> bool:
    """Whether a browser that reads backslashes as slashes and drops tabs stays on this site."""
    plain = re.sub(r"[\t\r\n]", "", location).replace("\\", "/")
    return not plain.startswith("//") and not urlsplit(plain).netloc and not urlsplit(plain).scheme


def test_the_url_parameter_leads_nowhere_when_a_page_or_form_carries_it(world: World):
    client = world.sign_in("support")
    token = {"X-CSRFToken": token_of(client)}

    for vector in ELSEWHERE:
        form = {"url": vector, "back": vector, "next": vector, "theme": "dark", "language": "nl", "q": "x"}
        answers = [client.post(place, data=form, headers=token) for place in FORMS]
        answers.append(client.get("/admin/tickets/", query_string={"url": vector, "tab": "free"}))
        places = [answer.headers.get("Location", "/") for answer in answers]

        assert all(map(leads_home, places)), vector
        assert "evil" not in "".join(places)


def test_signing_in_leads_to_this_site_when_the_next_page_is_elsewhere(world: World, app: Flask):
    with app.app_context():
        world.set(Staff, world.staff["support"], password=hash_password("a long enough password"))

    for vector in ELSEWHERE[:6]:
        client = app.test_client()
        page = client.get("/login", query_string={"next": vector})
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
        form = {"email": "support@demo.example", "password": "a long enough password", "next": vector}
        answer = client.post(
            "/login", query_string={"next": vector}, data={**form, "csrf_token": found and found.group(1)}
        )

        assert leads_home(answer.headers.get("Location", "/")), vector


def test_the_check_itself_notices_when_a_location_leads_away():
    assert not any(map(leads_home, ("https://evil.example", "//evil.example", "/\\evil.example", "https:evil.example")))
    assert leads_home("/admin/")
