#!/usr/bin/env bash
# bagit.py 1.9.0: a manifest of SHA-3 is found only under Python's own name for it.
#
# Guessed: RFC 8493, section 2.4: the algorithm's name in a manifest's file name is
# lower case without punctuation, so that SHA3-256 is `manifest-sha3256.txt`, and a tool
# that knows SHA3-256 reads such a bag.
# Seen: a bag whose manifest has the RFC's name has "No manifest files found"; under
# `manifest-sha3_256.txt`, which the RFC does not allow and which this tool itself writes
# for `--sha3_256`, the same bag is valid.
#
# For who makes bags: SHA-256 or SHA-512 travel. For who reads them: take both names.
#
# Exit codes: 0 as stated here, 1 something changed, others: it could not be tried.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'bagit==1.9.0' 'setuptools==65.5.0'
cd "$work"
for name in sha256 sha3256 sha3_256; do
  mkdir -p "$name/data"
  printf 'hello\n' >"$name/data/file"
  printf 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n' >"$name/bagit.txt"
  case $name in sha256) digest=-sha256 ;; *) digest=-sha3-256 ;; esac
  printf '%s  data/file\n' "$(openssl dgst "$digest" -r "$name/data/file" | cut -d' ' -f1)" \
    >"$name/manifest-$name.txt"
done
venv/bin/python - <<'PY' >seen
import logging
import bagit

logging.disable(logging.CRITICAL)
for name in ("sha256", "sha3256", "sha3_256"):
    try:
        print(name, bagit.Bag(name).validate())
    except bagit.BagError as error:
        print(name, type(error).__name__, error)
PY
cat seen
diff - seen <<'EOF'
sha256 True
sha3256 BagValidationError No manifest files found
sha3_256 True
EOF
