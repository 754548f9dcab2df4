#!/usr/bin/env bash
# The unit tests of the crates whose programs run in a sandbox, on arm64: cross-built, and
# run under emulation, which runs a program and no kernel. Airlock, witness and engines were
# never run on such a machine, and this does not show them.
# Exit codes: 0 all pass, 1 one does not, 77 NOT RUN (a tool is missing).
set -euo pipefail
cd "$(dirname "$0")/.."

target=aarch64-unknown-linux-gnu
missing() { echo "ci/arm64.sh: NOT RUN: $1 is missing: $2"; exit 77; }
command -v aarch64-linux-gnu-gcc >/dev/null ||
  missing 'the cross compiler' 'apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross'
command -v qemu-aarch64-static >/dev/null || missing 'the emulator' 'apt-get install qemu-user-static'
compgen -G "$(rustc --print sysroot)/lib/rustlib/$target/lib/libstd-*" >/dev/null ||
  missing "Rust's target" "rustup target add $target"

export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER='qemu-aarch64-static -L /usr/aarch64-linux-gnu'
# One test starts a program of its own architecture, which takes a kernel that knows how.
skip=()
if ! grep -qsx enabled /proc/sys/fs/binfmt_misc/qemu-aarch64; then
  skip=(--skip script::program::tests::the_program_prints_its_first_argument_and_exits_with_0)
fi
cargo test --locked --target "$target" -p checker -p negatives -p seccomp --lib -- "${skip[@]}"
