#!/usr/bin/env bash
# in-toto-attestation 0.9.3 (Python): a statement without a predicate, or with an empty
# one, is refused, and so is a statement with a field more.
#
# Guessed: what the in-toto Statement v1 says: `predicate` is optional, unset being the
# same as set but empty; and a reader ignores fields that it does not know.
# Seen: `validate` raises "Predicate object required" for both; the JSON reader that the
# package's messages come with stops at an unknown field, unless it is told to ignore it.
#
# For who designs a predicate: give it at least one field, and put nothing of your own
# beside the four fields of the statement.
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
from in_toto_attestation.v1.statement import Statement

least = {
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [{"name": "a", "digest": {"sha256": "00"}}],
    "predicateType": "https://example.org/predicate/v1",
}
for what, more, ignore in (
    ("one field", {"predicate": {"a": "b"}}, False),
    ("empty", {"predicate": {}}, False),
    ("unset", {}, False),
    ("a field more", {"predicate": {"a": "b"}, "extra": 1}, False),
    ("a field more, ignored", {"predicate": {"a": "b"}, "extra": 1}, True),
):
    try:
        message = json_format.Parse(
            json.dumps({**least, **more}),
            statement_pb2.Statement(),
            ignore_unknown_fields=ignore,
        )
        Statement.copy_from_pb(message).validate()
        print(f"{what}: valid")
    except Exception as error:
        print(f"{what}: {type(error).__name__}: {str(error).split(' at ')[0]}")
PY
cat "$work/seen"
diff - "$work/seen" <<'EOF'
one field: valid
empty: ValueError: Predicate object required
unset: ValueError: Predicate object required
a field more: ParseError: Message type "in_toto_attestation.v1.Statement" has no field named "extra"
a field more, ignored: valid
EOF
