#!/usr/bin/env bash
# The scripts parse, fail on the first error, and pass shellcheck.
# Exit codes: 0 so it is, 1 it is not, 77 NOT RUN (parsed only: shellcheck is missing).
set -euo pipefail
cd "$(dirname "$0")/.."

# Whatever says of itself that bash runs it.
mapfile -t scripts < <(git ls-files --cached --others --exclude-standard | while IFS= read -r file; do
  if [ -f "$file" ] && head -n 1 "$file" 2>/dev/null | tr -d '\0' | grep -qx '#!/usr/bin/env bash'; then echo "$file"; fi
done)
wrong=0
for script in "${scripts[@]}"; do
  bash -n "$script" || wrong=$((wrong + 1))
  if ! grep -qx 'set -euo pipefail' "$script"; then
    echo "$script: expected the line \`set -euo pipefail\`"
    wrong=$((wrong + 1))
  fi
done
linted=yes
if command -v shellcheck >/dev/null; then
  shellcheck --external-sources "${scripts[@]}" || wrong=$((wrong + 1))
else
  linted=''
fi
echo "${#scripts[@]} scripts read, $wrong complaints"
[ "$wrong" = 0 ] || exit 1
if [ -z "$linted" ]; then echo 'ci/shell.sh: NOT RUN: shellcheck is not installed; the scripts were parsed only'; exit 77; fi
