#!/usr/bin/env bash
# The package installs, and works where there is no checkout: the programs that the tests
# were built with are packed as `ci/deb` packs, unpacked in a temporary folder, and
# asked there, with the checkout hidden from them.
# Exit codes: 0 so it is, 1 it is not, 77 NOT RUN (dpkg-deb or bubblewrap is missing).
set -euo pipefail
cd "$(dirname "$0")/.."

for tool in dpkg-deb bwrap; do
  command -v "$tool" >/dev/null || { echo "ci/package.sh: NOT RUN: $tool is missing"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ci/deb "${CARGO_TARGET_DIR:-target}/debug" "$work/out" -Zgzip -z1
(cd "$work/out" && sha256sum --check --strict --quiet SHA256SUMS)
package=$(echo "$work"/out/proof-of-block_*.deb)
dpkg-deb -x "$package" "$work/root"
wrong=0

away() { # COMMAND...: in an empty folder, without the checkout, the environment and a network
  bwrap --unshare-net --ro-bind / / --dev /dev --proc /proc --tmpfs "$PWD" --bind "$work" "$work" \
    --chdir "$work" --clearenv --setenv PATH "$work/root/usr/bin:/usr/bin:/bin" "$@"
}
expect() { # WORDS COMMAND...: what it prints has the words
  local words=$1 said
  shift
  said=$(away "$@" 2>&1) && grep -qF -e "$words" <<<"$said" && return
  printf '%s: expected "%s", observed:\n%s\n' "$*" "$words" "$said"
  wrong=$((wrong + 1))
}
there() { # FILE: it is in the package, and not empty
  [ -s "$work/root/usr/$1" ] && return
  echo "expected \`/usr/$1\` in the package"
  wrong=$((wrong + 1))
}

expect 'harness 0.' harness --version
expect "commit: " harness --version --verbose
expect 'made with libc: ' harness --version --verbose
expect 'N19' harness list
expect 'No exec' harness explain N19
expect '[made_with]' harness digests
expect '0 findings' harness lint-checker
expect 'proof-of-block-verify 0.' proof-of-block-verify --version
expect 'matrix: ' proof-of-block-verify --version --verbose
# A row in a real sandbox: from an empty folder, by what is in the package.
if ! ran=$(cd "$work" && env -i PATH="$work/root/usr/bin:/usr/bin:/bin" harness run N15 --engine bwrap 2>&1); then
  printf 'harness run N15: expected it held, observed:\n%s\n' "$ran"
  wrong=$((wrong + 1))
fi
for file in share/man/man1/harness.1.gz share/man/man1/harness-attest.1.gz \
  share/bash-completion/completions/harness share/zsh/vendor-completions/_harness \
  share/fish/vendor_completions.d/harness.fish share/proof-of-block/output.schema.json \
  share/proof-of-block/attestation.schema.json share/doc/proof-of-block/ATTESTATION.md; do
  there "$file"
done
[ "$(dpkg-deb -f "$package" Package)" = proof-of-block ] || wrong=$((wrong + 1))
echo "$(dpkg-deb -c "$package" | wc -l) entries packed, $wrong complaints"
[ "$wrong" = 0 ]
