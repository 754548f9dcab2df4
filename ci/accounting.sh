#!/usr/bin/env bash
# The gates' own account is true: what passed, what failed and what could not run are told
# apart, whatever a gate prints, and a failure decides how all of it ends.
set -euo pipefail
cd "$(dirname "$0")/.."

wrong=0

expect() { # CODE LINE SCRIPT: `g CODE` is a gate that ends with CODE
  local said code=0
  said=$(bash -c 'source ci/gate.sh; g() { gate "ends-with-$1" sh -c "echo passed; exit $1"; }; '"$3; account" 2>&1) || code=$?
  if [ "$code" != "$1" ] || ! grep -qF "$2" <<<"$said"; then
    printf '%s: expected exit code %s and: %s\nobserved exit code %s and:\n%s\n' "$3" "$1" "$2" "$code" "$said"
    wrong=$((wrong + 1))
  fi
}

expect 0 'gates: 2 passed, 0 failed, 0 not run' 'g 0; g 0'
expect 1 'gates: 1 passed, 1 failed, 0 not run' 'g 1; g 0'
expect 0 'gates: 1 passed, 0 failed, 1 not run' 'g 77; g 0'
expect 0 'NOT RUN is not passed: this host could not run such a gate, which says why above.' 'g 77; g 0'
expect 0 ' s  NOT RUN  ends-with-77' 'g 77'
expect 1 ' s  FAILED   ends-with-76' 'g 0; g 76; g 77'
expect 1 'gates: 1 passed, 2 failed, 1 not run' 'g 2; g 130; g 77; g 0'
expect 1 'gates: 0 passed, 1 failed, 0 not run' 'gate no-such-program no-such-program'
expect 1 'no gate ran' ':'

echo "accounts: $wrong wrong"
[ "$wrong" = 0 ]
