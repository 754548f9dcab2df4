#!/usr/bin/env bash
# The workspace builds with the least Rust version that Cargo.toml promises. Everything is
# compiled anew for it, so it is no part of every run; newer functions of the standard
# library are found by clippy (`incompatible_msrv`) in each.
# Exit codes: 0 it builds, 1 it does not, 77 NOT RUN (that version cannot be had here).
set -euo pipefail
cd "$(dirname "$0")/.."

least=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
if ! rustup run "$least" rustc --version 2>/dev/null; then
  rustup toolchain install "$least" --profile minimal ||
    { echo "ci/least_rust.sh: NOT RUN: Rust $least is not installed, and rustup cannot install it here"; exit 77; }
fi
CARGO_TARGET_DIR=target/least-rust rustup run "$least" cargo check --workspace --locked
