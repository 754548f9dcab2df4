#!/usr/bin/env bash
# Judges the dependency graph by `.deny.toml`: licences, sources, banned crates.
# Works offline once the crates are fetched. Advisories need their database, so
# they are left to `cargo deny check advisories` on a host that can reach it.
# With `--ready` it only installs cargo-deny, where that is missing.
# Exit codes: 0 accepted, 1 refused, 77 NOT RUN (cargo-deny cannot be had here).
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.20.2
if ! cargo deny --version >/dev/null 2>&1; then
  echo "cargo-deny is not installed: building $version into the cargo bin folder"
  # Built once and run for seconds: no time for a slow, fast binary.
  CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    cargo install --quiet --locked cargo-deny --version "$version" ||
    { echo 'ci/dependencies.sh: NOT RUN: cargo-deny cannot be built here'; exit 77; }
fi
if [ "${1-}" = --ready ]; then exit 0; fi
cargo fetch --locked
cargo deny --offline --locked check bans licenses sources
