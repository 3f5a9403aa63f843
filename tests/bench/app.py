"""Start and memory of the window beside a bare Tauri window."""
import json
import subprocess

import ours


def measure(folder, rounds):
    """Ratios to a bare Tauri window: start to the first painted screen, and PSS of all processes when idle."""
    hello = folder / "app/hello/src-tauri/target/release/hello"
    subprocess.run(["dbus-run-session", "--", folder / "bench_app.py", f"hello={hello}", f"hongyan={ours.APP}", "--runs",
                    str(max(rounds, 3))], check=True)
    runs = json.loads((folder / "results/app.json").read_text())

    def median(program, what):
        values = sorted(run[what] for run in runs[program] if run[what] is not None)
        return values[len(values) // 2] if values else None

    result = {program: {what: median(program, what) for what in ("start", "pss", "anon")} for program in runs}
    if result["hongyan"]["start"]:
        result["start_ratio"] = round(result["hongyan"]["start"] / result["hello"]["start"], 2)
    result["pss_ratio"] = round(result["hongyan"]["pss"] / result["hello"]["pss"], 2)
    return result
