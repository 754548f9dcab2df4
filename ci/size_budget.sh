#!/usr/bin/env bash
# Files stop before the reader tires: a Rust file at most 400 lines, tests included,
# a shell script at most 100. Functions are clippy's business (`.clippy.toml`).
set -euo pipefail
cd "$(dirname "$0")/.."

seen=0
over=0

budget() { # LINES FILE
  [ -f "$2" ] || return 0 # deleted, not yet committed
  seen=$((seen + 1))
  local lines
  lines=$(wc -l <"$2")
  if [ "$lines" -gt "$1" ]; then
    echo "$2: expected at most $1 lines, observed $lines"
    over=$((over + 1))
  fi
}

files=$(git ls-files --cached --others --exclude-standard)
while IFS= read -r file; do
  case "$file" in
    *.rs) budget 400 "$file" ;;
    ci/fleet/*.md | ci/fleet/*.py) ;;
    *.sh | ci/bootstrap | ci/deb | ci/falsify | ci/fleet/* | ci/fuzz | ci/github/run | ci/mutate | ci/rebuild | ci/reproduce | ci/test | ci/venue | .ci/run) budget 100 "$file" ;;
  esac
done <<<"$files"

if [ "$seen" = 0 ]; then echo 'no file found to measure'; exit 1; fi
echo "$seen files measured, $over over budget"
[ "$over" = 0 ]
