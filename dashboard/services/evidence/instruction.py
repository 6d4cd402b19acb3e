"""VERIFY.md: one page by which anybody verifies the folder, with openssl and sha256sum alone. A test runs its lines."""

from .folder import MANIFEST, PUBLIC_KEY, SIGNATURE

FILES = (
    ("about.json", "who made this folder, when, from what; and what could not be put in, with the reason"),
    ("promises.csv", "every promise of the published policy: state, figure, control, owner"),
    ("promises.json", "the same with the sentence, the check and its query, 30 days of history and the latest results"),
    ("policy.txt", "the published text the promises rest on"),
    ("processing-activities.md", "the record of processing activities (GDPR, article 30)"),
    ("access-matrix.csv", "who may do what: every address, method and role"),
    ("roles.md", "the grants behind it, in sentences"),
    ("processors.json", "who else holds data, on what ground, and whether removals arrive there"),
    ("retention.json", "how long what is kept, the oldest row of each rule and how many are overdue"),
    ("access-log.json", "the newest seal of the access log, for a later verification"),
    ("canaries.json", "the invented people who went in by every way this year, and what became of them"),
)
"""Every file of the folder beside this instruction and what proves it, with what it is."""
OPTIONAL: tuple[tuple[str, str], ...] = ()
COMMANDS = f"""test "$(openssl pkey -pubin -in {PUBLIC_KEY} -outform DER | sha256sum | cut -c1-64)" = "$FINGERPRINT" &&
openssl pkeyutl -verify -pubin -inkey {PUBLIC_KEY} -rawin -in {MANIFEST} -sigfile {SIGNATURE} &&
sha256sum --check --strict --quiet {MANIFEST} &&
test "$(cut -c67- {MANIFEST} | LC_ALL=C sort)" = \\
  "$(find . ! -type d ! -path ./{MANIFEST} ! -path ./{SIGNATURE} | cut -c3- | LC_ALL=C sort)" &&
echo "Signed by that key, complete and unchanged."
"""
"""Each line goes on only if it holds; the last says that all did."""
PAGE = """# How to verify this folder

You need a shell with `openssl` (3.0 or later) and `sha256sum`; nothing of ours, and no secret. It takes a minute.

1. Get the fingerprint of the company's public key **from somewhere else than this folder**: the command that made the
   folder prints it, and the company shows it on its pages *Promises* and *Evidence*. Then, in a shell in this folder:

   `FINGERPRINT=` followed by the 64 characters you were given

2. Run these lines, as they stand. Only if the last sentence appears, everything holds.

```sh
{commands}```

| line | what is wrong when it is the last to speak, or none speaks |
| --- | --- |
| `openssl pkey` | the public key in this folder is not the one you were told of |
| `openssl pkeyutl` | the list of files was not signed with it, or was changed since |
| `sha256sum` | a file is missing, or is not what was signed |
| `find` | a file was added that nobody signed |

## What is in it

| file | what it is |
| --- | --- |
{files}

*holds*: the check looked for what must not be, and found none. *broken* and *not_measurable* say why. A promise
*by_construction* names the test that holds it; one *out_of_reach* of software says who answers for it. No file holds
anything of a person: figures count rows, and whatever else stands here is fixed in the code or a moment.
"""


def page(present: set[str]) -> str:
    """Return the instruction for a folder with these files."""
    rows = (f"| `{name}` | {told} |" for name, told in (*FILES, *OPTIONAL) if name in present)
    return PAGE.format(commands=COMMANDS, files="\n".join(rows))
