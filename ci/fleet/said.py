#!/usr/bin/env python3
"""What a play and the verifier's table say of each host, a line each: host, play, table.

    said.py PLAY TABLE    Ansible's output, and the verifier's `--format json`
"""

import json
import re
import sys

with open(sys.argv[1], encoding="utf-8") as text:
    recap = re.findall(r"^(\S+) +: ok=\d+ +changed=\d+ +unreachable=(\d+) +failed=(\d+)", text.read(), re.M)
with open(sys.argv[2], encoding="utf-8") as text:
    table = json.load(text)

play = {host: "unreachable" if away != "0" else "failed" if failed != "0" else "ok" for host, away, failed in recap}
play.pop("localhost", None)
told = {name: "missing" for name in table["missing"]}
for host in table["fleet"]:
    if "/" not in host["host"]:  # a host of the inventory, and not where a stranger's bundle lies
        codes = ",".join(reason["code"] for reason in host["reasons"])
        told[host["host"]] = "accepted" if host["accepted"] else codes
for host in sorted(play.keys() | told.keys()):
    print(host, play.get(host, "absent"), told.get(host, "absent"))
