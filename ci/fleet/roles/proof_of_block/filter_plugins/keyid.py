"""The id of a public key, as `harness keygen` prints it: the SHA-256 of its DER form."""

import base64
import hashlib


def keyid(pem):
    """Of one public key in PEM, and nothing beside it."""
    lines = [line.strip() for line in pem.strip().splitlines()]
    head, foot = "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"
    if len(lines) < 3 or lines[0] != head or lines[-1] != foot:
        raise ValueError("expected one public key in PEM")
    der = base64.b64decode("".join(lines[1:-1]), validate=True)
    return hashlib.sha256(der).hexdigest()


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self):
        """Its filters, by name."""
        return {"proof_of_block_keyid": keyid}
