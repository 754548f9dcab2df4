#!/usr/bin/env bash
# firejail 0.9.72 (Debian 12, 0.9.72-2): no word of a program's command line may have 4,128
# bytes or more.
#
# Guessed: a launcher hands on what execve(2) takes: a word of up to 131,071 bytes
# (MAX_ARG_STRLEN is 32 pages, with the zero at its end). bubblewrap 0.8.0 does.
# Seen: with a word of 4,127 bytes firejail goes on; with one of 4,128 it ends with 1 and
# "too long arguments". firejail(1) names no bound. Nothing was started: who reads the exit
# code alone takes it for the program's own.
#
# For who puts a program's input on its command line because descriptors, files and
# standard input do not pass every launcher: cut it into words of 4,096 bytes at most. The
# plan of this project's airlock comes in several arguments for that reason.
#
# Exit codes: 0 as stated here, 1 something changed, others: it could not be tried.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download firejail=0.9.72-2 bubblewrap=0.8.0-2+deb12u1
for package in *.deb; do dpkg -x "$package" installed; done
word() { head -c "$1" /dev/zero | tr '\0' a; }
refused() {
  local said
  said=$(installed/usr/bin/firejail --noprofile --quiet /bin/true "$(word "$1")" 2>&1) || true
  grep -o 'too long arguments' <<<"$said" || echo no
}
{
  echo "firejail, 4127 bytes: $(refused 4127)"
  echo "firejail, 4128 bytes: $(refused 4128)"
  installed/usr/bin/bwrap --ro-bind / / /bin/true "$(word 131071)"
  echo "bwrap, 131071 bytes: $?"
} >seen
cat seen
diff - seen <<'EOF'
firejail, 4127 bytes: no
firejail, 4128 bytes: too long arguments
bwrap, 131071 bytes: 0
EOF
