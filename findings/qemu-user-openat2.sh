#!/usr/bin/env bash
# qemu-user-static 7.2 (Debian 12, 1:7.2+dfsg-7+deb12u18+b3): openat2(2) is ENOSYS, whatever
# kernel is beneath.
#
# Guessed: the emulator of user programs hands on the calls that the host's kernel has; Linux
# has this one since 5.6, three years before that release.
# Seen: an aarch64 program gets ENOSYS (38) from openat2 where openat opens the same folder.
# A program that opens files beneath a folder by it (RESOLVE_BENEATH), and has no other way
# that is as safe, reads nothing there, and does not say why: the kernel is new enough.
#
# For who tries programs of another architecture in CI: take the emulator of Debian 13,
# which knows the call, before judging the program. What this project says of arm64 was
# tried there.
#
# Exit codes: 0 as stated here, 1 something changed, others: it could not be tried.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download 'qemu-user-static=1:7.2+dfsg-7+deb12u18+b3'
dpkg -x qemu-user-static_*.deb installed
python3 - <<'PY'
import os
import struct


def program(name, call, third, fourth):
    """A static aarch64 program: the call on the folder `/`; ends with its error number, or
    256 less the descriptor."""
    path, how = 48, 56  # where the data begins, from the first instruction
    movz = lambda register, value: 0xD2800000 | value << 5 | register
    adr = lambda register, at, here: 0x10000000 | (at - here) >> 2 << 5 | register
    code = [
        movz(8, call),
        0x92800000 | 99 << 5,  # x0 = -100: AT_FDCWD
        adr(1, path, 8),
        adr(2, how, 12) if third is None else movz(2, third),
        movz(3, fourth),
        0xD4000001,  # svc
        0x4B0003E0,  # w0 = -w0
        movz(8, 93),  # exit
        0xD4000001,
    ]
    body = struct.pack("<9I", *code).ljust(path, b"\0") + b"/".ljust(8, b"\0") + bytes(24)
    base, head = 0x400000, 64 + 56
    elf = b"\x7fELF\x02\x01\x01" + bytes(9)
    elf += struct.pack("<HHIQQQIHHHHHH", 2, 183, 1, base + head, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    elf += struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, head + len(body), head + len(body), 4096)
    with open(name, "wb") as file:
        file.write(elf + body)
    os.chmod(name, 0o755)


program("by-openat", 56, 0, 0)
program("by-openat2", 437, None, 24)
PY
ended() { installed/usr/bin/qemu-aarch64-static "./$1" && echo 0 || echo $?; }
{
  echo "openat opens it: $([ "$(ended by-openat)" -ge 200 ] && echo yes || echo no)"
  echo "openat2 ends with error $(ended by-openat2)"
} >seen
cat seen
diff - seen <<'EOF'
openat opens it: yes
openat2 ends with error 38
EOF
