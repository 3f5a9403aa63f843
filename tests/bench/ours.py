"""Hongyan for the bench: its release binary and data folders made ready for a run."""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
HONGYANCTL = TARGET / "release/hongyanctl"
APP = TARGET / "release/hongyan"


def build(*packages):
    """Builds release binaries."""
    for package in packages:
        features = ["--features", "custom-protocol,bench"] if package == "hongyan" else []
        subprocess.run(["cargo", "build", "--release", "-q", "-p", package, *features], cwd=ROOT, check=True)


def ctl(folder, *words, stdin=None):
    """Runs hongyanctl on a data folder; gives what it says."""
    done = subprocess.run([HONGYANCTL, "--data", folder, "--json", *map(str, words)], capture_output=True, text=True,
                          input=stdin, env=environment())
    if done.returncode:
        raise RuntimeError(f"hongyanctl {words[0]} {words[1]}: {done.stderr.strip()}")
    return json.loads(done.stdout) if done.stdout.strip() else None


def environment():
    """No keyring: the bench's passwords are worth nothing."""
    return dict(os.environ, HONGYAN_SECRETS="vault", HONGYAN_VAULT_PASSPHRASE="only for the bench")


def flush_us():
    """Microseconds that the disk takes to make 24 kB durable, the median: each mail of a connection waits so long."""
    times = []
    with tempfile.NamedTemporaryFile(prefix="hongyan-bench-") as file:
        for _ in range(20):
            file.seek(0)
            file.write(b"x" * 24_576)
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - began)
    return round(statistics.median(times) * 1e6)


# Hongyan makes the text part out of the HTML, which comes out longer than the peers' text of their own. Without these
# rows its mail is as long as theirs.
LEFT_OUT = ("/p/1008", "/p/1009", "/p/1010")


def template(source, folder):
    """The peers' newsletter in our merge language: a flag is a field with a word in it."""
    text = source.read_text(encoding="utf-8").replace("{% if vip %}", '{% if vip == "1" %}').replace("{{ token }}", "{{ id }}")
    text = "".join(line for line in text.splitlines(keepends=True) if not any(row in line for row in LEFT_OUT))
    path = pathlib.Path(folder) / source.name.replace(".jinja", "")
    path.write_text(text, encoding="utf-8")
    return path


def trust(folder, account):
    """Trusts the certificate that the account's server shows, for which nobody vouches."""
    try:
        ctl(folder, "account", "test", account)
    except RuntimeError as refused:
        fingerprint = json.loads(str(refused).split(": ", 1)[1])["error"]["params"]["fingerprint"]
        ctl(folder, "account", "trust", account, "--fingerprint", fingerprint)


class Campaigns:
    """Campaigns ready to start. Contacts are imported once a size; a run gets a copy of that folder."""

    def __init__(self, csv, templates, burst=1):
        self.burst = burst
        self.csv, self.templates = pathlib.Path(csv), pathlib.Path(templates)
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="hongyan-bench-"))
        self.number = 0
        # The runs inherit it.
        os.environ.update(environment())

    def close(self):
        shutil.rmtree(self.home, ignore_errors=True)

    def _base(self, count):
        base = self.home / f"base-{count}"
        if not base.exists():
            base.mkdir()
            head = self.home / f"{count}.csv"
            with open(self.csv, encoding="utf-8") as rows, open(head, "w", encoding="utf-8") as out:
                out.writelines(row for number, row in enumerate(rows) if number <= count)
            ctl(base, "contacts", "import", head, "--list", "All")
            html = template(self.templates / "newsletter.jinja.html", self.home)
            ctl(base, "template", "add", html, "--name", "News", "--subject", "News for {{ first_name }}", "--language", "en")
        return base

    def command(self, o):
        """The command that starts a fresh campaign: only this is measured."""
        self.number += 1
        folder = self.home / f"run-{self.number}"
        shutil.copytree(self._base(o["count"]), folder)
        login = ["--user", "u", "--password-stdin"] if o["tls"] else []
        ctl(folder, "account", "add", "--name", "Sink", "--host", "127.0.0.1", "--port", o["port"], "--tls",
            "starttls" if o["tls"] else "none", *login, "--max-connections", o["conns"], "--from",
            "News <news@example.test>", "--burst", self.burst, stdin="p" if o["tls"] else None)
        if o["tls"]:
            trust(folder, "Sink")
        ctl(folder, "campaign", "create", "--name", "Bench", "--list", "All", "--template", "News", "--account", "Sink")
        return [HONGYANCTL, "--data", folder, "--json", "campaign", "start", "Bench", "--wait"]
