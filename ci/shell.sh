#!/usr/bin/env bash
# The scripts parse, fail on the first error, and pass shellcheck where it is installed.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts=(.ci/run ci/bootstrap ci/test ci/venue ci/*.sh)
wrong=0
for script in "${scripts[@]}"; do
  bash -n "$script" || wrong=$((wrong + 1))
  if ! grep -qx 'set -euo pipefail' "$script"; then
    echo "$script: expected the line \`set -euo pipefail\`"
    wrong=$((wrong + 1))
  fi
done
if command -v shellcheck >/dev/null; then
  shellcheck "${scripts[@]}" || wrong=$((wrong + 1))
else
  echo 'shellcheck is not installed: parsed only'
fi
echo "${#scripts[@]} scripts read, $wrong complaints"
[ "$wrong" = 0 ]
