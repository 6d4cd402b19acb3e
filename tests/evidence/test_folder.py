"""The evidence folder: verified by a third party with its own instruction, tampering found, nothing of a person inside."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dashboard.services import keys, outbox
from dashboard.services.evidence import folder, instruction, signing
from dashboard.services.evidence.contents import PersonalDataInside, refuse_personal
from tests.canaries import walks
from tests.erasure import persons

LINES = re.compile(r"```sh\n(.*?)```", re.DOTALL)
SECRET = "k" * 20 + "0123456789abcdefghij"
"""The secret of the tests' applications."""
TOLD = re.compile(r"fingerprint of the public key: ([0-9a-f]{64})")


@pytest.fixture(autouse=True)
def no_stray_files(tmp_path, monkeypatch):
    monkeypatch.setattr(outbox, "FOLDER", tmp_path / "outbox")
    yield
    keys.use(SECRET)


def written(world, where: Path):
    """Run the command; return its result."""
    return world.app.test_cli_runner().invoke(args=["evidence", str(where)])


def verified(where: Path, fingerprint: str) -> subprocess.CompletedProcess[str]:
    """Do what the page in the folder says, as it says it."""
    lines = LINES.findall((where / "VERIFY.md").read_text())[0]
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "FINGERPRINT": fingerprint}
    return subprocess.run(["sh", "-c", lines], cwd=where, env=environment, capture_output=True, text=True, check=False)


def made(where: Path) -> str:
    """Write a small folder without a database; return the fingerprint to verify it with."""
    keys.use(SECRET)
    files = {"about.json": "{}\n", "promises.csv": "P1\n"}
    folder.write(where, {**files, "VERIFY.md": instruction.page(set(files))})
    return signing.fingerprint()


def test_folder_verifies_when_a_third_party_does_what_its_page_says(world, tmp_path):
    result = written(world, tmp_path / "out")

    fingerprint = TOLD.search(result.output)[1]
    check = verified(tmp_path / "out", fingerprint)
    assert result.exit_code == 0, result.output
    assert check.returncode == 0, check.stderr
    assert "complete and unchanged" in check.stdout
    told = {name for name, _what in instruction.FILES} | {
        "VERIFY.md",
        "public-key.pem",
        "MANIFEST.sha256",
        "MANIFEST.sig",
    }
    assert {path.name for path in (tmp_path / "out").iterdir()} == told


def resigned(where: Path) -> None:
    """Do as a forger would: change a file, and sign everything anew with another key."""
    text = (where / "promises.csv").read_bytes()
    (where / "promises.csv").write_bytes(text + b"P2\n")
    keys.use("another secret key, of nobody here, long")
    contents = {
        p.name: p.read_text() for p in where.iterdir() if not p.name.startswith("MANIFEST") and p.suffix != ".pem"
    }
    for path in where.iterdir():
        path.unlink()
    folder.write(where, contents)


def _below(where: Path) -> Path:
    (where / "sub").mkdir()
    return where / "sub" / "MANIFEST.sha256"


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


def _forget(where: Path) -> None:
    (where / "about.json").unlink()
    lines = (where / "MANIFEST.sha256").read_text().splitlines(keepends=True)
    (where / "MANIFEST.sha256").write_text("".join(line for line in lines if "about.json" not in line))


TAMPERED = {
    "a file is changed": lambda where: (where / "promises.csv").write_text("P1,holds\n"),
    "a file is added": lambda where: (where / "more.csv").write_text("x\n"),
    "a hidden file is added": lambda where: (where / ".more").write_text("x\n"),
    "a file is added in a folder": lambda where: _below(where).write_text("x\n"),
    "a link is added": lambda where: (where / "link").symlink_to("/etc/hostname"),
    "a file is removed": lambda where: (where / "about.json").unlink(),
    "the list is changed": lambda where: _append(where / "MANIFEST.sha256", "0" * 64 + "  about.json\n"),
    "the list and a file are removed": _forget,
    "the signature is another": lambda where: (where / "MANIFEST.sig").write_bytes(
        Ed25519PrivateKey.generate().sign((where / "MANIFEST.sha256").read_bytes())
    ),
    "the signature is gone": lambda where: (where / "MANIFEST.sig").unlink(),
    "everything is signed anew with another key": resigned,
}


@pytest.mark.parametrize("how", TAMPERED)
def test_tampering_is_found_when(how: str, tmp_path):
    fingerprint = made(tmp_path / "out")
    before = verified(tmp_path / "out", fingerprint)

    TAMPERED[how](tmp_path / "out")

    after = verified(tmp_path / "out", fingerprint)
    assert before.returncode == 0, before.stderr
    assert after.returncode != 0
    assert "complete and unchanged" not in after.stdout


def test_folder_is_refused_when_something_is_in_it(world, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")

    result = written(world, tmp_path / "out")

    assert result.exit_code == 1
    assert "not empty" in result.output
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_taken_when_it_is_there_already(tmp_path):
    (tmp_path / "out").mkdir()

    fingerprint = made(tmp_path / "out")

    assert verified(tmp_path / "out", fingerprint).returncode == 0


@pytest.mark.parametrize("point", ["1", "3", "evidence.manifest"])
def test_nothing_that_verifies_is_left_when_it_is_killed(point: str, tmp_path):
    files = {"about.json": "{}", "promises.csv": "P1", "VERIFY.md": "how"}
    code = (
        "from pathlib import Path; from dashboard.services import keys; from dashboard.services.evidence import folder; "
        f"keys.use({SECRET!r}); folder.write(Path({str(tmp_path / 'out')!r}), {files!r})"
    )
    environment = {"PATH": "/usr/bin:/bin", "FAULT_POINT": point}

    killed = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=False)

    left = list(tmp_path.iterdir())
    assert killed.returncode == -9
    assert not (tmp_path / "out").exists()
    assert [path for path in left if (path / "MANIFEST.sig").exists()] == []


def test_nothing_of_a_person_is_inside_when_the_world_is_full_of_people(world, tmp_path):
    anna = persons.anna(world)
    persons.neighbour(world)
    persons.ask(world, anna.email)
    world.contact_request()
    run = walks.erased(world, tmp_path)

    result = written(world, tmp_path / "out")

    text = "\n".join(path.read_bytes().decode(errors="replace") for path in (tmp_path / "out").iterdir())
    staff = [f"{name}@demo.example" for name in world.staff]
    assert result.exit_code == 0, result.output
    assert [
        value
        for value in (*anna.values, "CNRY", "anna", *staff, *world.staff.values(), run.id)
        if value.casefold() in text.casefold()
    ] == []
    assert '"left": 0' in text
    assert '"genuine": true' in text


def test_nothing_is_written_when_an_address_stands_in_a_file():
    with pytest.raises(PersonalDataInside, match=r"promises\.csv"):
        refuse_personal(
            {"about.json": "privacy@company.example", "promises.csv": "x anna@x.example"},
            allowed="privacy@company.example",
        )

    refuse_personal({"about.json": "Privacy@company.example"}, allowed="privacy@company.example")


def test_another_secret_is_another_key_when_the_folder_is_signed(tmp_path):
    fingerprint = made(tmp_path / "one")

    keys.use("another secret key, of nobody here, long")
    other = signing.fingerprint()

    assert other != fingerprint
    assert verified(tmp_path / "one", other).returncode != 0
