#!/usr/bin/env bash
# securesystemslib 1.6.0: in a DSSE envelope the key id decides which key is tried.
#
# Guessed: what DSSE v1.0.2 says of `keyid`, that it is optional, an unauthenticated hint,
# and that nothing may be decided by it: a good signature by a trusted key verifies with
# its own key id, with another one, and without one.
# Seen: with its own id it verifies; with another or an empty one "Accepted signatures do
# not match threshold, Found: 0"; without the field a KeyError.
#
# For who signs: write the key id, and give the reader's key the same id. For who reads:
# this library on an envelope by a signer that leaves the id out says no.
#
# Exit codes: 0 as stated here, 1 something changed, others: it could not be tried.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'securesystemslib==1.6.0' 'cryptography==50.0.2'
"$work/venv/bin/python" - <<'PY' >"$work/seen"
import base64
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

private = Ed25519PrivateKey.generate()
key = SSlibKey.from_crypto(private.public_key())
kind, body = "application/vnd.in-toto+json", b"{}"
message = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(body), body)
signature = base64.b64encode(private.sign(message)).decode()

for what, named in (
    ("own", {"keyid": key.keyid}),
    ("other", {"keyid": "another"}),
    ("empty", {"keyid": ""}),
    ("absent", {}),
):
    envelope = {
        "payload": base64.b64encode(body).decode(),
        "payloadType": kind,
        "signatures": [{"sig": signature, **named}],
    }
    try:
        Envelope.from_dict(envelope).verify([key], 1)
        print(what, "verified")
    except Exception as error:
        print(what, type(error).__name__, error)
PY
cat "$work/seen"
diff - "$work/seen" <<'EOF'
own verified
other VerificationError Accepted signatures do not match threshold, Found: 0, Expected 1
empty VerificationError Accepted signatures do not match threshold, Found: 0, Expected 1
absent KeyError 'keyid'
EOF
