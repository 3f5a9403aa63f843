"""Checks the DKIM signatures of the mails in a folder, without the DNS.

verify.py NAME VALUE FOLDER: NAME and VALUE are the one TXT record there is. Prints the names of the files, each with
"good" or "bad" behind it.
"""

import pathlib
import sys

import dkim

name, value, folder = sys.argv[1:]


def look_up(asked, timeout=5):
    return value.encode() if asked.decode().rstrip(".") == name else None


for file in sorted(pathlib.Path(folder).iterdir()):
    verdict = dkim.DKIM(file.read_bytes(), minkey=2048).verify
    try:
        print(file.name, "good" if verdict(dnsfunc=look_up) else "bad")
    except dkim.DKIMException as fault:
        print(file.name, "bad", fault)
