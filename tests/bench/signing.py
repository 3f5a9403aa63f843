"""What DKIM signatures cost: mails a second and CPU a mail without one, with Ed25519 and with RSA."""
import contextlib
import json
import os
import pathlib
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import ours

KINDS = (None, "ed25519", "rsa")
CONNECTIONS = 4
WORDS = "wild goose carries the letter over mountain river snow home spring autumn friend shop tea paper silk".split()


def run(arguments):
    """Measures in turns, so that nobody always has the quieter moment; gives the status for the shell."""
    if not arguments.as_built:
        ours.build("hongyan-cli")
    home = pathlib.Path(tempfile.mkdtemp(prefix="hongyan-bench-"))
    try:
        count = arguments.count or 4_000
        base = _prepare(home, count)
        runs = {kind: [] for kind in KINDS}
        for number in range(arguments.rounds + 1):
            for kind in KINDS[:: -1 if number % 2 else 1]:
                found = _one(home, base, kind, count)
                # The first round is only for what has to be in memory.
                if number:
                    runs[kind].append(found)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    result = {kind or "none": _medians(found) for kind, found in runs.items()}
    for kind, found in result.items():
        print(f"{kind:8} {found['rate']:.0f} mails/s, {found['cpu_us']:.0f} us of CPU a mail", file=sys.stderr)
    print(json.dumps({"dkim": result}))
    return 0 if all(found["exact"] for found in result.values()) else "Something was lost: see above."


def _medians(runs):
    middle = {key: statistics.median(run[key] for run in runs) for key in ("rate", "cpu_us")}
    return middle | {"exact": all(run["exact"] for run in runs)}


def _prepare(home, count):
    """A folder with contacts and a letter of about 10 kB."""
    base = home / "base"
    base.mkdir()
    with open(home / "people.csv", "w", encoding="utf-8") as out:
        out.write("email,name\n")
        out.writelines(f"p{number}@people.example,Li {number}\n" for number in range(count))
    dice = random.Random(7)
    paragraphs = (" ".join(dice.choices(WORDS, k=60)) for _ in range(13))
    (home / "letter.md").write_text("Dear {{ name }},\n\n" + "\n\n".join(paragraphs) + "\n", encoding="utf-8")
    ours.ctl(base, "contacts", "import", home / "people.csv", "--list", "All")
    ours.ctl(base, "template", "add", home / "letter.md", "--name", "Letter", "--subject", "News for {{ name }}")
    return base


def _one(home, base, kind, count):
    folder = home / "run"
    shutil.copytree(base, folder)
    with _sink() as port:
        ours.ctl(folder, "account", "add", "--name", "Sink", "--host", "127.0.0.1", "--port", port, "--tls", "none",
                 "--max-connections", CONNECTIONS, "--from", "News <news@shop.example>")
        if kind:
            ours.ctl(folder, "account", "set", "Sink", "--dkim-generate", kind)
        ours.ctl(folder, "campaign", "create", "--name", "All", "--list", "All", "--template", "Letter", "--account", "Sink")
        began = time.monotonic()
        sender = subprocess.Popen([ours.HONGYANCTL, "--data", folder, "--json", "campaign", "start", "All", "--wait"],
                                  stdout=subprocess.DEVNULL, env=ours.environment())
        _, status, used = os.wait4(sender.pid, 0)
        sender.returncode = os.waitstatus_to_exitcode(status)
        took = time.monotonic() - began
    sent = ours.ctl(folder, "campaign", "report", "All")["counts"]["sent"]
    shutil.rmtree(folder)
    cpu_us = (used.ru_utime + used.ru_stime) / count * 1e6
    return {"rate": count / took, "cpu_us": cpu_us, "exact": sent == count}


@contextlib.contextmanager
def _sink():
    """Postfix's sink, which takes everything and keeps nothing; gives its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = shutil.which("smtp-sink", path=os.environ["PATH"] + ":/usr/sbin")
    # It does not run as root.
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    sink = subprocess.Popen([program, *user, f"127.0.0.1:{port}", "100"])
    try:
        while True:
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
                break
            if sink.poll() is not None:
                raise RuntimeError("smtp-sink does not start")
            time.sleep(0.05)
        yield port
    finally:
        sink.terminate()
        sink.wait()
