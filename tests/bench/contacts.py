"""Import of contacts, and pages of them, at full size."""
import json
import re
import shutil
import statistics
import subprocess
import tempfile
import time
import urllib.request

import ours
import peers

# What a person waits for: pages of 100 rows in every order, far down, in a list, and searches as they are typed.
SEARCHES = ["user5", "smith", "acme", "北京", "王", "zz-nobody"]


def _data(folder, rows):
    """The peers' contact file with this many rows."""
    prefix = peers.CACHE / ("imp" if rows == 1_000_000 else f"imp-{rows}")
    if not prefix.with_suffix(".json").exists():
        subprocess.run(["python3", folder / "gen/contacts.py", "import", prefix, "--rows", str(rows)], check=True)
    return prefix.parent / f"{prefix.name}.utf8.csv", json.loads(prefix.with_suffix(".json").read_text())


def measure_import(folder, rows, rounds):
    """Rows a second from the file to durable, searchable contacts; SQLite's own import into a unique table beside it."""
    csv, want = _data(folder, rows)
    found = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="hongyan-bench-") as place:
            began = time.monotonic()
            subprocess.run([folder / "import/sqlite_cli.sh", "unique", csv, "utf-8", f"{place}/peer.db"], check=True,
                           stdout=subprocess.DEVNULL)
            peer = time.monotonic() - began
            began = time.monotonic()
            ours.ctl(f"{place}/data", "contacts", "import", csv, "--list", "All")
            us = time.monotonic() - began
            count = ours.ctl(f"{place}/data", "contacts", "count")["count"]
        found.append({"rows_per_s": rows / us, "to_sqlite_unique": peer / us, "exact": count == want["valid_unique"]})
        print(f"import: {rows / us:.0f} rows/s, {peer / us:.2f} of SQLite's, exact: {count == want['valid_unique']}")
    return {"rows_per_s": statistics.median(run["rows_per_s"] for run in found),
            "to_sqlite_unique": round(statistics.median(run["to_sqlite_unique"] for run in found), 3),
            "exact": all(run["exact"] for run in found)}


class Served:
    """`hongyanctl serve` on a data folder, asked as the page asks it."""

    def __init__(self, folder):
        self.process = subprocess.Popen([ours.HONGYANCTL, "--data", folder, "serve", "--port", "0"],
                                        stdout=subprocess.PIPE, text=True, env=ours.environment())
        address = re.search(r"(http://\S+?)/?#token=(\S+)", self.process.stdout.readline())
        self.base, self.token = address[1], address[2]

    def call(self, command, **request):
        """Answer and milliseconds of a command."""
        asked = urllib.request.Request(f"{self.base}/rpc/{command}", json.dumps(request).encode(),
                                       {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
        began = time.perf_counter()
        with urllib.request.urlopen(asked) as answer:
            body = answer.read()
        return json.loads(body), (time.perf_counter() - began) * 1000

    def stop(self):
        self.process.terminate()
        self.process.wait()


def measure_queries(folder, rows):
    """Milliseconds of what the contacts screen asks, the slowest of five."""
    csv, _ = _data(folder, rows)
    place = tempfile.mkdtemp(prefix="hongyan-bench-")
    slowest = {}
    try:
        ours.ctl(place, "contacts", "import", csv, "--list", "All")
        served = Served(place)
        try:
            _ask(served, slowest)
        finally:
            served.stop()
    finally:
        shutil.rmtree(place, ignore_errors=True)
    for what, ms in slowest.items():
        print(f"query: {ms:7.1f} ms  {what}")
    return {"slowest_ms": {what: round(ms, 2) for what, ms in slowest.items()}, "worst_ms": round(max(slowest.values()), 2)}


def _ask(served, slowest):
    def ask(what, command, **request):
        served.call(command, **request)
        times = [served.call(command, **request) for _ in range(5)]
        slowest[what] = max(ms for _, ms in times)
        return times[-1][0]

    list_id = ask("the lists with their counts", "list.list")[0]["id"]
    ask("the app's status", "app.status")
    ask("the start page", "app.home")
    everything = {"listId": None, "search": None, "suppressed": None}
    for order in ("address", "name", "created"):
        for descending in (False, True):
            page = {"filter": everything, "order": order, "descending": descending, "limit": 100}
            first = ask(f"first page by {order}{', last first' if descending else ''}", "contact.list", **page, after=None)
            after = first["next"]
            for _ in range(200):
                after = served.call("contact.list", **page | {"limit": 500}, after=after)[0]["next"]
            ask(f"a page 100,000 rows down by {order}", "contact.list", **page, after=after)
    ask("first page of a list", "contact.list", filter=everything | {"listId": list_id}, order="name", descending=False,
        after=None, limit=100)
    for text in SEARCHES:
        for order in ("name", "created"):
            ask(f"search {text} by {order}", "contact.list", filter=everything | {"search": text}, order=order,
                descending=False, after=None, limit=100)
    ask("the audience of the list", "campaign.audience", listIds=[list_id])
