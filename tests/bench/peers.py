"""The peers' folder: where it is, and its sending bench with Hongyan among the senders."""
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "hongyan-bench"


def find():
    """The peers, set up in the cache; None where there are none. The first set-up takes about five minutes."""
    source = pathlib.Path(os.environ.get("HONGYAN_PEERS", ROOT.parent / "shared/bench"))
    if not (source / "bench.py").exists():
        return None
    peers = CACHE / "peers"
    if not peers.exists():
        shutil.copytree(source, peers)
        for path in [peers, *peers.rglob("*")]:
            path.chmod(path.stat().st_mode | 0o200)
    if not (peers / "results/.ready").exists():
        subprocess.run(["sh", "./setup.sh"], cwd=peers, check=True, stdout=sys.stderr)
        (peers / "results/.ready").touch()
    return peers


def load_sending(peers):
    """The peers' sending bench as a module."""
    spec = importlib.util.spec_from_file_location("peers_bench", peers / "bench.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
