"""Crashes and faults for longer than `npm test` has time: the same stories, told again and again. About 15 minutes."""
import os
import subprocess

import ours

# 200 kills in one campaign of 10,000 mails; the others 20 times.
LONG = {"HONGYAN_KILLS": "200", "HONGYAN_TIMES": "20"}
STORIES = ["crash::", "races::", "cut_fifty_times::", "full_disk::"]


def run():
    """Gives the exit status: 0 when nobody was lost and nobody got two."""
    subprocess.run(["cargo", "xtask", "test", "--only", "build"], cwd=ours.ROOT, check=True)
    tell = ["cargo", "test", "-p", "hongyan-tests", "--test", "stories", "--", "--test-threads", "2", *STORIES]
    return subprocess.run(tell, cwd=ours.ROOT, env=os.environ | LONG).returncode
