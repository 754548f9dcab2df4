#!/usr/bin/env bash
# Names are the interface. Refuses files named after nothing (`utils`, `helpers`,
# `common`, `mod.rs`), Rust files without a `//!` head, and notes to do it later.
set -euo pipefail
cd "$(dirname "$0")/.."

refused=0
refuse() { echo "$1: $2"; refused=$((refused + 1)); }

files=$(git ls-files --cached --others --exclude-standard)
[ -n "$files" ] || { echo 'no file found to read'; exit 1; }

while IFS= read -r file; do
  [ -f "$file" ] || continue # deleted, not yet committed
  case "/$file" in
    */mod.rs) refuse "$file" 'expected foo.rs beside foo/, observed mod.rs' ;;
    */utils[./]* | */util[./]* | */helpers[./]* | */common[./]* | */misc[./]*)
      refuse "$file" 'expected a name from the field, observed a name for anything' ;;
  esac
  if [[ $file == *.rs && -s $file ]] && ! grep -m1 '[^[:space:]]' "$file" | grep -Eq '^(//!|#!)'; then
    refuse "$file" 'expected a head, //!, that says what the file owns'
  fi
  case "$file" in
    *.rs | *.sh | *.toml | ci/* | .ci/*)
      if later=$(grep -nwE 'T[O]DO|F[I]XME|X[X]X' "$file"); then refuse "$file" "a note for later: $later"; fi ;;
  esac
done <<<"$files"

echo "$(wc -l <<<"$files") files read, $refused refused"
[ "$refused" = 0 ]
