#!/usr/bin/env bash
# Installs what the suite tests against but no user needs: a second engine (podman) and
# a browser for the report, and a linter of shell scripts. What cannot be had is said,
# and the tests that need it are listed as not run. Exit code: 0.
set -euo pipefail

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
install chromium chromium
install shellcheck shellcheck
