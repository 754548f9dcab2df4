#!/usr/bin/env bash
# Lets Python's securesystemslib check a freshly sealed bundle, and every single change
# of it, in a folder that is gone afterwards; and npm's @sigstore/verify its envelopes,
# where PROOF_OF_BLOCK_NODE_MODULES names a folder that has it. Needs PyPI. Exit codes: 0 all that could be run passed.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check 'securesystemslib[crypto]==1.6.0'

tests=(python_securesystemslib_accepts_a_bundle_and_no_change_of_it)
if [ -n "${PROOF_OF_BLOCK_NODE_MODULES-}" ]; then
  tests+=(npm_sigstore_verifies_the_envelopes)
else
  echo 'not run: npm @sigstore/verify (PROOF_OF_BLOCK_NODE_MODULES is not set)'
fi
for test in "${tests[@]}"; do
  PROOF_OF_BLOCK_PYTHON="$venv/bin/python" cargo test -p harness --lib -- \
    --ignored --exact "bundle::tests::strangers::$test" | tee "$venv/log"
  grep -q '^test result: ok\. 1 passed' "$venv/log"
done
