#!/usr/bin/env bash
# Runs gates and keeps their account; the other scripts read it in. A gate passes with 0.
# One that could not run ends with 77 and says why: it is counted apart, never as passed.
set -euo pipefail

passed=0 failed=0 not_run=0 summary=

gate() { # NAME COMMAND...
  local name=$1 start=$SECONDS code=0 outcome
  shift
  printf '\n== %s: %s\n' "$name" "$*"
  "$@" </dev/null || code=$?
  case $code in
    0) outcome=passed passed=$((passed + 1)) ;;
    77) outcome='NOT RUN' not_run=$((not_run + 1)) ;;
    *) outcome=FAILED failed=$((failed + 1)) ;;
  esac
  summary+=$(printf '%6d s  %-7s  %s' $((SECONDS - start)) "$outcome" "$name")$'\n'
}

account() { # Says what came of all gates, and ends the script: 0 none failed, 1 one did.
  printf '\n== summary\n%s' "$summary"
  printf 'gates: %d passed, %d failed, %d not run\n' "$passed" "$failed" "$not_run"
  if [ "$not_run" != 0 ]; then
    echo 'NOT RUN is not passed: this host could not run such a gate, which says why above.'
  fi
  if [ $((passed + failed + not_run)) = 0 ]; then echo 'no gate ran'; exit 1; fi
  [ "$failed" = 0 ] && exit 0
  exit 1
}
