#!/usr/bin/env bash
# A signed text is a format: nothing that is signed, sealed or compared by a verifier may
# hold a type's `Debug` form, which a compiler or a library may change in any release.
# Looks at the product's own lines, up to a file's tests. Arguments: files, instead of the
# ones that are looked at.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# = 0 ]; then
  mapfile -t files < <(git ls-files \
    'harness/audit' 'harness/src/line*' 'harness/evidence' 'harness/judge' 'harness/bundle' 'harness/seal' 'harness/src/checks*' \
    'harness/src/mutants/report.rs' \
    'negatives/src/matrix*' 'checker/src' | grep '\.rs$' | grep -Ev '/(tests|fuzzing|junit_10)(/|\.rs$)')
  set -- "${files[@]}"
fi

found=$(awk '
  FNR == 1 { tests = 0 }
  /#\[cfg\(test\)\]/ { tests = 1 }
  # A name of a form that only a test asks for has its line end in the word.
  !tests && /\{[a-z_0-9.]*:#?\?\}/ && !/assert_eq!\(/ { print FILENAME ":" FNR ": " $0 }
' "$@")
if [ -n "$found" ]; then
  printf '%s\n' "$found" >&2
  echo 'debug_words: expected no Debug form in what is signed or compared; give the type a Display or a word' >&2
  exit 1
fi
echo "$# files read, no Debug form"
