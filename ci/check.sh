#!/usr/bin/env bash
# Every gate a change must pass, the same here as in CI. The cheap ones come first;
# a gate that fails does not stop the others, so one run reports all.
#
#   ci/check.sh                 every gate
#   ci/check.sh --quick [BASE]  after an edit: what is cheap for the whole project, and
#                               clippy and the lib tests of the crates that differ from the
#                               commit BASE (HEAD unless given). No engine is needed.
#   ci/check.sh --long          every gate, all mutants on the engine that `auto` takes, clippy
#                               of the wrong checkers, fuzzing, the least Rust version, the
#                               programs once more, by another builder, unit tests on arm64,
#                               and a fleet of three hosts
#
# Exit codes: 0 no gate failed, 1 at least one did, 2 usage. A gate that could not run is
# counted apart as NOT RUN, and is not passed.
set -euo pipefail
cd "$(dirname "$0")/.."
source ci/gate.sh

changed() { # COMMIT: the crates that differ from it, or --workspace
  local file folder crates=
  while IFS= read -r file; do
    case "$file" in Cargo.toml | Cargo.lock) echo --workspace; return ;; esac
    folder=$(dirname "$file")
    until [ "$folder" = . ] || [ -f "$folder/Cargo.toml" ]; do folder=$(dirname "$folder"); done
    case "$folder" in . | */fuzz) continue ;; esac
    crates+=$(sed -n '0,/^name = /s/^name = "\(.*\)"$/--package \1/p' "$folder/Cargo.toml")$'\n'
  done < <(git diff --name-only "$1"; git ls-files --others --exclude-standard)
  sort -u <<<"$crates"
}

form=${1-}
case "$form" in
  '' | --long) [ $# -le 1 ] ;;
  --quick) [ $# -le 2 ] && base=${2-HEAD} && git rev-parse --quiet --verify "$base^{commit}" >/dev/null ;;
  *) false ;;
esac || { sed -n '5,/^set/s/^# \{0,1\}//p' ci/check.sh >&2; exit 2; }

gate size ci/size_budget.sh
gate words ci/words.sh
gate debug_words ci/debug_words.sh
gate shell ci/shell.sh
gate venues ci/venues.sh
gate fleet-files ci/fleet/fits
gate accounting ci/accounting.sh
gate unused ci/unused.sh
gate format cargo fmt --all --check
if [ "$form" = --quick ]; then
  read -r -d '' -a crates < <(changed "$base") || true
  if [ ${#crates[@]} != 0 ]; then
    gate clippy cargo clippy "${crates[@]}" --all-targets -- -D warnings
    gate tests cargo test --quiet "${crates[@]}" --lib
  fi
  account
fi
gate lockfile cargo fetch --locked
gate tests ci/test
gate clippy cargo clippy --workspace --all-targets -- -D warnings
# Wrong checkers are behind a feature that nothing else turns on.
gate wrong cargo test --workspace --features checker/wrong --test wrong
gate docs env RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps
# The program that the tests were built with: cargo would build it once more, without what
# tests turn on in its libraries, and show the same.
export HARNESS=${CARGO_TARGET_DIR:-target}/debug/harness
gate denylist "$HARNESS" lint-checker
gate package ci/package.sh
# Every mutant where a sandbox costs least, and one of each operator where `auto` goes.
gate mutants "$HARNESS" mutants --engine bwrap
gate falsify ci/falsify
if [ "$form" != --long ]; then
  gate mutants-auto "$HARNESS" mutants --short
else
  gate mutants-auto "$HARNESS" mutants
  gate wrong-clippy cargo clippy -p checker --all-targets --features wrong -- -D warnings
  gate makers ci/makers.sh
  gate fuzz ci/fuzz
  gate least-rust ci/least_rust.sh
  gate reproduce ci/reproduce
  gate arm64 ci/arm64.sh
  gate fleet ci/fleet/test
fi
account
