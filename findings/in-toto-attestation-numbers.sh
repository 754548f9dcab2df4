#!/usr/bin/env bash
# in-toto-attestation 0.9.3 (Python) with protobuf 7.36.2: whole numbers in a predicate
# come back as floating point, and above 2^53 as other numbers.
#
# Guessed: a predicate that is read and written again says what it said; 45 is 45.
# Seen: 45 is written as 45.0, and 9007199254740993 (2^53 + 1) as 9007199254740992.0,
# because the predicate is a protobuf Struct, whose only number is a double.
#
# For who compares: compare the signed bytes, never a statement that went through this
# package. For who designs a predicate: inode numbers, nanoseconds and counters that can
# exceed 2^53 belong in strings.
#
# Exit codes: 0 as stated here, 1 something changed, others: it could not be tried.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'in-toto-attestation==0.9.3' 'protobuf==7.36.2'
"$work/venv/bin/python" - <<'PY' >"$work/seen"
import json
from google.protobuf import json_format
from in_toto_attestation.v1 import statement_pb2

statement = {
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [{"name": "a", "digest": {"sha256": "00"}}],
    "predicateType": "https://example.org/predicate/v1",
    "predicate": {"inode": 9007199254740993, "rows": 45},
}
message = json_format.Parse(json.dumps(statement), statement_pb2.Statement())
again = json.loads(json_format.MessageToJson(message))
for name in sorted(again["predicate"]):
    print(name, again["predicate"][name])
PY
cat "$work/seen"
diff - "$work/seen" <<'EOF'
inode 9007199254740992.0
rows 45.0
EOF
