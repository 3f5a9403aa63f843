#!/usr/bin/env python3
"""Measures Hongyan, beside its peers where they are at hand. See README.md in this folder."""
import argparse
import contextlib
import io
import json
import statistics
import sys

import app
import contacts
import crash
import memory
import ours
import peers
import signing

OUT = ours.ROOT / "test-output/bench.json"
# Our own sender in the peers' table: round trips a mail, a guess of its rate, most connections, whether it can do TLS.
SENDER = (1, 9000, 50, True)
# Mails of the run before the first one that counts: programs and files are in memory then.
WARM_UP = 200


def send(arguments, folder):
    """Mails a second, CPU and memory, in alternation with the peers; ratios of one round."""
    bench = peers.load_sending(folder)
    campaigns = ours.Campaigns(bench.CSV, bench.TPL, arguments.burst)
    bench.PEERS["hongyan"] = (campaigns.command, *SENDER)
    names = ["hongyan"] if arguments.alone else ["hongyan", *arguments.peers.split(",")]
    if arguments.tls:
        names = [name for name in names if bench.PEERS[name][4]]
    runs = []
    try:
        for name in names:
            bench.one(name, 0, 4, WARM_UP, arguments.tls)
        for number in range(arguments.rounds):
            for cell in arguments.cells.split(","):
                rtt, connections = (int(part) for part in cell.split(":"))
                # Every second round the other way round, so that nobody always has the quieter moment.
                for name in names[:: -1 if number % 2 else 1]:
                    count = arguments.count or bench.amount(name, rtt, connections, arguments.seconds, 20_000)
                    runs.append(run(bench, name, rtt, connections, count, arguments.tls) | {"round": number})
    finally:
        campaigns.close()
    tables = io.StringIO()
    bench.report(runs, tables)
    print(tables.getvalue(), file=sys.stderr)
    return {"cells": ratios(runs), "exact": all(run["ok"] for run in runs), "runs": runs}


def run(bench, name, rtt, connections, count, tls):
    """One run. It counts only if the sink has every mail once, and Hongyan's own report says the same."""
    found = bench.one(name, rtt, connections, count, tls)
    if name == "hongyan":
        found["ok"] &= found["said"].get("counts", {}).get("sent") == count
    found["octets"] = round(found["sink"]["bytes"] / count)
    found["flush_us"] = ours.flush_us()
    print(f"{name:16} {rtt} ms x {connections}: {found['rate']:.0f}/s, {count} mails of {found['octets']} octets, a flush {found['flush_us']} us"
          f"{'' if found['ok'] else ' NOT ALL DELIVERED'}", file=sys.stderr, flush=True)
    return found


def ratios(runs):
    """For each cell, Hongyan's rate and CPU a mail as multiples of each peer's, the median of the rounds."""
    by = {(run["peer"], run["rtt"], run["conns"], run["round"]): run for run in runs}
    cells = {}
    for (peer, rtt, connections, number), run in by.items():
        us = by.get(("hongyan", rtt, connections, number))
        if peer == "hongyan" or not us or not run["rate"]:
            continue
        cell = cells.setdefault(f"{rtt}:{connections}", {}).setdefault(peer, {"rate": [], "cpu": []})
        cell["rate"].append(us["rate"] / run["rate"])
        cell["cpu"].append((us["cpu"] / us["count"]) / (run["cpu"] / run["count"]))
    return {cell: {peer: {what: round(statistics.median(values), 3) for what, values in found.items()}
                   for peer, found in rows.items()} for cell, rows in cells.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help="send, import, query, memory, app; nothing: all; or crash")
    parser.add_argument("--cells", default="0:1,0:4,0:16,20:1,20:4,20:16,100:1,100:4,100:16")
    parser.add_argument("--peers", default="smtp-source,nodemailer,go-net-smtp")
    parser.add_argument("--full", action="store_true", help="five rounds, up to 20,000 mails a run; about an hour")
    parser.add_argument("--rounds", type=int, help="times that everything is measured (2)")
    parser.add_argument("--seconds", type=float, help="about how long one run may take (2)")
    parser.add_argument("--count", type=int, help="mails in every run, else as many as fit the time")
    parser.add_argument("--tls", action="store_true", help="with STARTTLS and a login, against the peers that can")
    parser.add_argument("--burst", type=int, default=1, help="mails in flight on one of Hongyan's connections (1)")
    parser.add_argument("--as-built", action="store_true", help="measure the release binary that is there")
    parser.add_argument("--rows", type=int, default=1_000_000, help="contacts in import, query and memory")
    parser.add_argument("--alone", action="store_true", help="without the peers")
    arguments = parser.parse_args()
    arguments.rounds = arguments.rounds or (5 if arguments.full else 2)
    arguments.seconds = arguments.seconds or (10 if arguments.full else 2)
    parts = arguments.parts or ["send", "import", "query", "memory", "app"]
    if parts == ["crash"]:
        sys.exit(crash.run())
    if parts == ["dkim"]:
        sys.exit(signing.run(arguments))
    folder = peers.find()
    if folder is None:
        sys.exit("The peers are not here: set HONGYAN_PEERS to their folder (see tests/bench/README.md).")
    if not arguments.as_built:
        ours.build("hongyan-cli", *(["hongyan"] if "app" in parts else []))
    result = {}
    for part in parts:
        with contextlib.redirect_stdout(sys.stderr):
            match part:
                case "send":
                    result[part] = send(arguments, folder)
                case "import":
                    result[part] = contacts.measure_import(folder, arguments.rows, arguments.rounds)
                case "query":
                    result[part] = contacts.measure_queries(folder, arguments.rows)
                case "memory":
                    result[part] = memory.measure(folder, arguments.rows)
                case "app":
                    result[part] = app.measure(folder, arguments.rounds)
                case _:
                    sys.exit(f"There is no part {part}.")
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(result, indent=1))
    for run in result.get("send", {}).get("runs", []):
        run.pop("sink", None)
    print(json.dumps(result))
    if not all(part.get("exact", True) for part in result.values()):
        sys.exit("Something was lost or came twice: see above.")


if __name__ == "__main__":
    main()
