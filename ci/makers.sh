#!/usr/bin/env bash
# Bags that three tools make of files with hard names, held against what
# `checker/tests/data/hard-names.json` says of each: how the tool spells the name, and the
# word and the reason that its bag has here. The tools know nothing of each other; they come
# from PyPI and crates.io, by version, into a folder that is kept.
# Exit codes: 0 so it is, others: it is not, 77 NOT RUN (the tools cannot be had here).
set -euo pipefail
cd "$(dirname "$0")/.."

table=$PWD/checker/tests/data/hard-names.json
bagit=bagit==1.9.0 utils=bagit-utils==1.2.5 bagr=bagr@0.3.0
mkdir -p "${CARGO_TARGET_DIR:-target}"
tools=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/tools-$(echo "$bagit-$utils-$bagr" | tr -c 'a-z0-9.\n' -)
if [ ! -e "$tools/whole" ]; then
  rm -rf "$tools"
  if ! { python3 -m venv "$tools" &&
    "$tools/bin/pip" install --quiet "$bagit" setuptools==65.5.0 "$utils" &&
    (unset CARGO_TARGET_DIR && cd / && cargo install --quiet --locked --root "$tools" "$bagr"); } >&2; then
    rm -rf "$tools"
    echo 'ci/makers.sh: NOT RUN: python3 with venv, PyPI or crates.io is missing'
    exit 77
  fi
  touch "$tools/whole"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$tools/bin/python" - "$table" "$work" "$tools/bin/bagr" <<'PY'
import json
import logging
import pathlib
import subprocess
import sys

import bagit
import bagit_utils

logging.disable(logging.CRITICAL)
table, work, bagr = sys.argv[1:]


def put(folder, name):
    file = folder / name
    file.parent.mkdir(parents=True)
    file.write_bytes(b"hello\n")


for index, row in enumerate(json.load(open(table, encoding="utf-8"))["names"]):
    place = {maker: pathlib.Path(work, maker, str(index)) for maker in row["bags"]}
    put(place["bagit.py"], row["name"])
    bagit.make_bag(str(place["bagit.py"]), checksums=["sha256"])
    put(place["bagr"], row["name"])
    line = [bagr, "bag", "--digest-algorithm", "sha256", str(place["bagr"])]
    subprocess.run(line, check=True, stdout=subprocess.DEVNULL)
    source = pathlib.Path(work, "source", str(index))
    put(source / "data", row["name"])
    options = {"algorithms": ["sha256"], "validate": False}
    bagit_utils.Bag.build_from(source, place["bagit-utils"], {}, **options)
PY
PROOF_OF_BLOCK_MADE=$work cargo test --locked -p checker --test makers -- --ignored | tee "$work/log"
grep -q '^test result: ok\. 1 passed' "$work/log"
