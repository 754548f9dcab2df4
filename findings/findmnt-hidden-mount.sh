#!/usr/bin/env bash
# findmnt 2.38.1 and df 9.1 (Debian 12: util-linux 2.38.1-5+deb12u3, coreutils 9.1-1), in a
# sandbox of bubblewrap 0.8.0: the file system in which a path lies is told wrongly where a
# mount is hidden by a later one above it.
#
# Guessed: what covers a path is the mount in /proc/self/mountinfo whose mount point is the
# longest that the path begins with; `findmnt --target` and `df` say just that.
# Seen: a launcher that lays a folder over a tree, as `--ro-bind / / --dev /dev` does, hides
# the mounts beneath it and leaves each in the table (proc_pid_mountinfo(5) does not say
# which are hidden). Both tools name the hidden one, of which nothing can be reached; stat(1),
# which compares devices, does not.
#
# For who reads the table of a sandbox to say what is reachable in it: what covers a path is
# told by the numbers of mounts and their parents, not by the longest mount point. The audit
# of this project took a private /dev/shm for the host's until it did so.
#
# Exit codes: 0 as stated here, 1 something changed, others: it could not be tried.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download \
  bubblewrap=0.8.0-2+deb12u1 util-linux=2.38.1-5+deb12u3 coreutils=9.1-1
for package in *.deb; do dpkg -x "$package" installed; done
mkdir tools
for tool in findmnt df stat; do cp "$(find installed -path "*/bin/$tool" | head -n 1)" tools/; done
# One file system at /tmp/b, and another laid over /tmp, in which b is a plain folder.
in_a_sandbox() {
  installed/usr/bin/bwrap --ro-bind / / --proc /proc --tmpfs /tmp --dir /tmp/b \
    --tmpfs /tmp/b --tmpfs /tmp --dir /tmp/b --ro-bind "$work/tools" /tmp/tools "$@"
}
{
  echo "mounts at /tmp/b in the table: $(in_a_sandbox grep -c ' /tmp/b ' /proc/self/mountinfo)"
  echo "findmnt --target /tmp/b: $(in_a_sandbox /tmp/tools/findmnt -n -o TARGET --target /tmp/b)"
  echo "df /tmp/b: $(in_a_sandbox /tmp/tools/df --output=target /tmp/b | tail -n 1)"
  echo "stat /tmp/b: $(in_a_sandbox /tmp/tools/stat -c %m /tmp/b)"
} >seen
cat seen
diff - seen <<'EOF'
mounts at /tmp/b in the table: 1
findmnt --target /tmp/b: /tmp/b
df /tmp/b: /tmp/b
stat /tmp/b: /tmp
EOF
