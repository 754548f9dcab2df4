// Verifies the two envelopes of the bundle in this folder with npm's @sigstore/verify
// (3.1.1 with @sigstore/bundle 4.0.0, on Node 20) and the key in signer.pub.pem. It asks
// for a transparency log unless its thresholds are 0; there is none here. It looks at no
// other file, so a changed one goes unseen: a bundle needs more than this.
const { createHash, createPublicKey } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { bundleFromJSON } = require("@sigstore/bundle");
const { toSignedEntity, toTrustMaterial, Verifier } = require("@sigstore/verify");

const publicKey = createPublicKey(readFileSync("signer.pub.pem"));
const der = publicKey.export({ type: "spki", format: "der" });
const hint = createHash("sha256").update(der).digest("hex");
const root = { mediaType: "", tlogs: [], certificateAuthorities: [], ctlogs: [], timestampAuthorities: [] };
const trust = toTrustMaterial(root, () => ({ publicKey, validFor: () => true }));
const verifier = new Verifier(trust, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
for (const file of ["statement.dsse.json", "test-result.dsse.json"]) {
  verifier.verify(toSignedEntity(bundleFromJSON({
    mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    verificationMaterial: { publicKey: { hint } },
    dsseEnvelope: JSON.parse(readFileSync(file, "utf8")),
  })));
}
