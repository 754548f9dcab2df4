#!/usr/bin/env bash
# df 9.1 (Debian 12: coreutils 9.1-1) and the mount table of Linux 6.8 and later (seen on
# 6.18): a mount that was moved onto another stands before the one that it covers.
#
# Guessed: /proc/self/mountinfo has its lines in the order in which mounts came to lie there,
# so that of two at one place the later line is the one that is seen. df takes it so.
# Seen: since Linux 6.8 the lines are in the order of the mounts' numbers, and mount(2) with
# MS_MOVE keeps the number. Of two mounts at one place the moved one is seen, is the child of
# the other by the table's own second field, and stands above it; df names the hidden one.
#
# For who reads the table of a sandbox (launchers move mounts to put a root together): what
# covers a path is told by the numbers of mounts and parents, not by the order of lines. The
# audit of this project went by the last line, and now goes by the tree.
#
# Exit codes: 0 as stated here, 1 something changed, others: it could not be tried.
set -euo pipefail
if [ "$(id -u)" != 0 ]; then
  echo 'moved-mount-order: needs root: it makes mounts in a mount namespace of its own' >&2
  exit 77
fi
if [ "$(printf '%s\n' 6.8 "$(uname -r)" | sort -V | head -n 1)" != 6.8 ]; then
  echo "moved-mount-order: needs Linux 6.8, observed $(uname -r)" >&2
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download coreutils=9.1-1
for package in *.deb; do dpkg -x "$package" installed; done
mkdir a b
unshare -m sh -eu >seen <<'IN'
mount --make-rprivate /
mount -t tmpfs first a
mount -t tmpfs second b
echo mine >a/whose
echo hidden >b/whose
mount --move a b
echo "seen at b: $(cat b/whose)"
echo "order of the lines: $(awk -v at="$PWD/b" '$5 == at { print $(NF - 1) }' /proc/self/mountinfo | xargs)"
parent=$(awk -v at="$PWD/b" '$5 == at && / first /{ print $2 }' /proc/self/mountinfo)
echo "the parent of first: $(awk -v id="$parent" '$1 == id { print $(NF - 1) }' /proc/self/mountinfo)"
echo "df b: $(installed/bin/df --output=source b | tail -n 1)"
IN
cat seen
diff - seen <<'OUT'
seen at b: mine
order of the lines: first second
the parent of first: second
df b: second
OUT
