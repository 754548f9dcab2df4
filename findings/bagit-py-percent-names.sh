#!/usr/bin/env bash
# bagit.py 1.9.0: a bag that it makes of a file named `%0A` is not valid by its own word.
#
# Guessed: RFC 8493, section 2.1.3: a `%` of a name is written `%25`, as a line feed is
# written `%0A`; and a bag just made by a tool is valid for that tool.
# Seen: line ends are written `%0A` and `%0D`, a `%` is written as it is, and reading turns
# the first two back. So `100%` and `%25` come back as they were, and of a file named `%0A`
# the tool looks for one that is named by a line feed: its own bag is incomplete.
#
# For who makes bags: do without a `%` in names that are followed by 0A or 0D. For who
# reads them: in version 0.97 a `%` before anything else stands for itself.
#
# Exit codes: 0 as stated here, 1 something changed, others: it could not be tried.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'bagit==1.9.0' 'setuptools==65.5.0'
cd "$work"
venv/bin/python - <<'PY' >seen
import logging
import pathlib

import bagit

logging.disable(logging.CRITICAL)
for index, name in enumerate(("100%", "%25", "%0A")):
    folder = pathlib.Path(str(index))
    folder.mkdir()
    (folder / name).write_bytes(b"hello\n")
    bagit.make_bag(str(folder), checksums=["sha256"])
    listed = (folder / "manifest-sha256.txt").read_text().split("  ")[1].strip()
    try:
        print(listed, bagit.Bag(str(folder)).validate())
    except bagit.BagError as error:
        print(listed, type(error).__name__, str(error).split(":")[0])
PY
cat seen
diff - seen <<'EOF'
data/100% True
data/%25 True
data/%0A BagValidationError Bag is incomplete
EOF
