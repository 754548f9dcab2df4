#!/usr/bin/env bash
# Installs what the suite tests against but no user needs: a second engine (podman), a
# launcher that `audit` is tried on (firejail), a browser for the report, the accessibility
# checker axe-core, a linter of shell scripts, and the shells beside bash.
# What cannot be had is said, and the tests that need it are listed as not run. Exit code: 0.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" = 0 ]; then as_root=(); else as_root=(sudo -n); fi

install() { # PROGRAM PACKAGE...
  if command -v "$1" >/dev/null; then echo "$1: found"; return; fi
  if "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${@:2}" </dev/null >/dev/null 2>&1; then
    echo "$1: installed"
  else
    echo "$1: cannot be installed here; the tests that need it are not run"
  fi
}

"${as_root[@]}" apt-get update -qq >/dev/null 2>&1 || echo 'apt-get update failed'
# runc beside crun, which refuses a host with both versions of control groups.
install podman podman uidmap runc
install firejail firejail
install chromium chromium
install shellcheck shellcheck
# Shells whose completions are asked.
install zsh zsh
install fish fish

# axe-core 4.12.1, out of the Python package that carries it; by digest, for it is run.
peers=${CARGO_TARGET_DIR:-target}/peers
axe_digest=84494fec757e4710dc751c8d7a636e457f4532f08f85c86dc9070133fbff53bc
axe_is_here() { echo "$axe_digest  $peers/axe.min.js" | sha256sum --check --status 2>/dev/null; }
fetch_axe() {
  mkdir -p "$peers"
  python3 -m pip download --quiet --no-deps --dest "$peers" axe-playwright-python==0.1.8 &&
    python3 -m zipfile --extract "$peers"/axe_playwright_python-0.1.8-*.whl "$peers/wheel" &&
    mv "$peers/wheel/axe_playwright_python/axe.min.js" "$peers/axe.min.js" &&
    rm -rf "$peers/wheel" "$peers"/*.whl
}
if axe_is_here; then
  echo 'axe-core: found'
elif fetch_axe >/dev/null 2>&1 && axe_is_here; then
  echo 'axe-core: installed'
else
  rm -f "$peers/axe.min.js"
  echo 'axe-core: cannot be had here; the test that needs it is not run'
fi
