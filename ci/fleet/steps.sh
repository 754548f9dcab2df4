#!/usr/bin/env bash
# What the steps of `ci/fleet/test` are made of; `three` reads it in.
set -euo pipefail

declare -A host_of=() # whose process each host is
here=${here?}
step() { printf '%4d s  %s\n' "$SECONDS" "$1"; }
fail() { echo "ci/fleet/test: $1" >&2; tail -n 40 "$2" >&2; exit 1; }

host() { # NAME NUMBER: a namespace with an sshd, and a wire to it
  local at=$PWD/hosts/$1
  mkdir -p "$at"/{upper,work,root}
  mount -t overlay overlay -o "lowerdir=/,upperdir=$at/upper,workdir=$at/work" "$at/root" ||
    { echo 'ci/fleet/test: NOT RUN: this kernel lays no overlay over its root'; exit 77; }
  ip netns add "$1"
  ip link add "wire$2" type veth peer name eth0 netns "$1"
  ip addr add "10.77.$2.1/24" dev "wire$2"
  ip link set "wire$2" up
  ip -n "$1" addr add "10.77.$2.2/24" dev eth0
  ip -n "$1" link set eth0 up
  ip -n "$1" link set lo up
  nsenter --net="/run/netns/$1" unshare --mount --pid --uts --ipc --propagation private --fork --kill-child \
    "$here/host" "$at/root" "$1" "$PWD/ssh" >"$at/log" 2>&1 &
  host_of[$1]=$!
}

ready() { # [RELEASE KEY]
  mount -t tmpfs -o mode=755 tmpfs /run
  local release=${1:+$(realpath "$1")} key=${2:+$(realpath "$2")} name number=0
  mount -t tmpfs -o mode=755 tmpfs /mnt
  mkdir -p /mnt/tmp /mnt/home /mnt/work/ssh && cd /mnt/work
  export TMPDIR=/mnt/tmp HOME=/mnt/home ANSIBLE_NOCOLOR=1 ANSIBLE_TIMEOUT=20 ANSIBLE_HOME=/mnt/home
  ip link set lo up
  if [ -n "$release" ]; then
    cp -r "$release" release && cp "$key" release.pub.pem
  else
    (cd "$here/../.." && ci/deb "$FLEET_PROGRAMS" "$OLDPWD/release" -Zgzip -z1)
    for name in harness proof-of-block-verify; do mv "release/$name" "release/$name-$(uname -m)"; done
    (cd release && sha256sum -- harness* proof* >SHA256SUMS)
    "$FLEET_PROGRAMS/harness" keygen release.pem >/dev/null
    "$FLEET_PROGRAMS/harness" release release --key release.pem \
      --commit "$(git -C "$here" rev-parse HEAD)" >/dev/null
  fi
  mkdir bin && cp "release/proof-of-block-verify-$(uname -m)" bin/proof-of-block-verify
  PATH=$PWD/bin:$FLEET_TOOLS/bin:$PATH
  cp -r "$here"/{enrol.yml,attest.yml,hosts.ini,roles} .
  for name in me web-1 web-2 db-1; do ssh-keygen -q -t ed25519 -N '' -C "$name" -f "ssh/$name"; done
  for name in web-1 web-2 db-1; do
    number=$((number + 1))
    host "$name" "$number"
    sed "s/^$name\$/& ansible_host=10.77.$number.2/" -i hosts.ini
    echo "10.77.$number.2 $(cut -d ' ' -f 1,2 "ssh/$name.pub")" >>ssh/known
  done
  cat >>hosts.ini <<END
ansible_user=root
ansible_python_interpreter=/usr/bin/python3
ansible_ssh_common_args=-F none -i $PWD/ssh/me -o IdentitiesOnly=yes -o UserKnownHostsFile=$PWD/ssh/known -o StrictHostKeyChecking=yes
END
  for name in web-1 web-2 db-1; do
    timeout 30 bash -c "until ansible -i hosts.ini $name -m raw -a true >answer 2>&1; do sleep 0.2; done" ||
      fail "$name does not answer: $(cat "hosts/$name/log")" answer
  done
}

off() { # HOST: it answers no more
  kill -KILL "${host_of[$1]}"
  { wait "${host_of[$1]}" || true; } 2>/dev/null
}

on() { # HOST COMMAND...: by ssh, as the play comes to it
  local number
  number=$(sed -n "s/^$1 ansible_host=\([^ ]*\).*/\1/p" hosts.ini)
  ssh -F none -i ssh/me -o IdentitiesOnly=yes -o UserKnownHostsFile=ssh/known "root@$number" "${@:2}"
}

block() { # NUMBER: the lines of the page's block
  awk -v wanted="$1" '/^```sh$/ { at++; on = 1; next } /^```$/ { on = 0 } on && at == wanted' "$here/README.md"
}

sweep() { # NUMBER [OPTION...]: the page's two lines, with a folder of this sweep's
  local lines
  mapfile -t lines < <(block 3 | sed "s/sweep-1/sweep-$1/g")
  [ ${#lines[@]} = 2 ] || fail 'README.md: expected two lines' "$here/README.md"
  play_code=0 table_code=0
  bash -euc "${lines[0]} \"\$@\"" sweep "${@:2}" >play 2>&1 || play_code=$?
  bash -euc "${lines[1]}" >table 2>&1 || table_code=$?
  bash -euc "${lines[1]} --format json" >table.json 2>errors || [ $? = "$table_code" ] || fail 'the table has two codes' table
}

expect() { # PLAY'S CODE, TABLE'S CODE, HOST WORD WORD...: what either says of each host
  "$FLEET_TOOLS/bin/python3" "$here/said.py" play table.json >said || fail 'no table' <(cat play errors table.json)
  printf '%s\n' "${@:3}" | sort | diff - said >differs ||
    fail 'expected <, observed >' <(tail -n 30 play; cat differs)
  [ "$play_code $table_code" = "$1 $2" ] || fail "expected exit codes $1 and $2, observed $play_code and $table_code" play
}

refused() { # WORDS PLAYBOOK [OPTION...]: the play fails, and says so
  if ansible-playbook -i hosts.ini "${@:2}" >play 2>&1; then fail "expected $2 to fail: $1" play; fi
  grep -qF "$1" play || fail "expected: $1" play
}
