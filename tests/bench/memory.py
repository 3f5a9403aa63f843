"""Memory of the process that sends while a campaign with very many recipients starts."""
import contextlib
import pathlib
import shutil
import tempfile
import threading
import time
import urllib.error

import contacts
import ours

# Between two looks at the process.
LOOK_S = 0.02
# Beyond the start: by then the first window of recipients has been read and written.
AFTER_S = 5


def measure(folder, rows):
    """Megabytes by which the process grows when a campaign with so many recipients starts.

    `anonymous` is what the program holds, `mapped` the database's file, which the system takes back when it needs to.
    """
    csv, want = contacts._data(folder, rows)
    place = tempfile.mkdtemp(prefix="hongyan-bench-")
    try:
        _prepare(place, csv)
        served = contacts.Served(place)
        try:
            result = _start(served)
        finally:
            served.stop()
    finally:
        shutil.rmtree(place, ignore_errors=True)
    result["exact"] = result["recipients"] == want["valid_unique"]
    print(f"memory: {result['recipients']} recipients in {result['start_s']} s; {result['anonymous_grows_mb']} MB more, "
          f"{result['mapped_grows_mb']} MB more of the file mapped")
    return result


def _prepare(place, csv):
    """A campaign through an account whose server is not there: it starts, and sends nothing."""
    letter = pathlib.Path(place) / "letter.md"
    letter.write_text("Hello {{ name | default('you') }}\n", encoding="utf-8")
    ours.ctl(place, "contacts", "import", csv, "--list", "All")
    ours.ctl(place, "account", "add", "--name", "Nowhere", "--host", "127.0.0.1", "--port", 1, "--tls", "none",
             "--from", "bench@example.com")
    ours.ctl(place, "template", "add", letter, "--name", "Letter", "--subject", "Hello")
    ours.ctl(place, "campaign", "create", "--name", "All", "--list", "All", "--template", "Letter", "--account", "Nowhere")


def _start(served):
    before = _memory(served)
    peak, over = dict(before), threading.Event()

    def watch():
        while not over.wait(LOOK_S):
            # Beside each other: the process may end first.
            with contextlib.suppress(OSError):
                peak.update({what: max(peak[what], now) for what, now in _memory(served).items()})

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.monotonic()
    try:
        served.call("campaign.start", id=1)
        took = time.monotonic() - began
        time.sleep(AFTER_S)
        total = served.call("campaign.progress", id=1)[0]["total"]
    except urllib.error.HTTPError as refused:
        raise RuntimeError(refused.read().decode()) from refused
    finally:
        over.set()
        watcher.join()
    return {"recipients": total, "start_s": round(took, 1), "before_mb": before,
            "anonymous_grows_mb": peak["anonymous"] - before["anonymous"], "mapped_grows_mb": peak["mapped"] - before["mapped"]}


def _memory(served):
    """Megabytes in memory: the program's own, and of mapped files."""
    lines = pathlib.Path(f"/proc/{served.process.pid}/status").read_text().splitlines()
    kb = {name: int(value.split()[0]) for name, value in (line.split(":", 1) for line in lines) if name.startswith("Rss")}
    return {"anonymous": kb["RssAnon"] // 1024, "mapped": kb["RssFile"] // 1024}
