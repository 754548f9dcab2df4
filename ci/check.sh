#!/usr/bin/env bash
# Every gate a change must pass, the same here as in CI. The cheap ones come first;
# a gate that fails does not stop the others, so one run reports all.
# Exit codes: 0 all gates passed, 1 at least one failed.
set -euo pipefail
cd "$(dirname "$0")/.."

passed=0
failed=0
summary=

gate() { # NAME COMMAND...
  local name=$1 start=$SECONDS outcome=passed
  shift
  printf '\n== %s: %s\n' "$name" "$*"
  if "$@" </dev/null; then passed=$((passed + 1)); else outcome=FAILED failed=$((failed + 1)); fi
  summary+=$(printf '%6d s  %-6s  %s' $((SECONDS - start)) "$outcome" "$name")$'\n'
}

gate size ci/size_budget.sh
gate words ci/words.sh
gate debug_words ci/debug_words.sh
gate shell ci/shell.sh
gate format cargo fmt --all --check
gate lockfile cargo fetch --locked
gate tests ci/test
gate clippy cargo clippy --workspace --all-targets -- -D warnings
# Wrong checkers are behind a feature that nothing else turns on.
gate wrong cargo test -p checker --features wrong --test wrong
gate wrong-clippy cargo clippy -p checker --all-targets --features wrong -- -D warnings
gate docs env RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps
gate dependencies ci/dependencies.sh
gate denylist cargo run --quiet -p harness -- lint-checker
gate mutants cargo run --quiet -p harness -- mutants
gate falsify ci/falsify
gate fuzz ci/fuzz

printf '\n== summary\n%sgates: %d passed, %d failed\n' "$summary" "$passed" "$failed"
[ "$failed" = 0 ]
