#!/usr/bin/env bash
# Refuses a dependency that no source of its crate names, and one that a crate declares
# twice without giving it features or making it optional there. A name in a comment counts as a use: this finds what is forgotten, not what hides.
set -euo pipefail
cd "$(dirname "$0")/.."

manifests=$(git ls-files --cached --others --exclude-standard '*/Cargo.toml')
read_in=0 wrong=0
while IFS= read -r manifest; do
  folder=$(dirname "$manifest")
  # A crate in a folder of this one is not this one.
  own=("$folder/*.rs")
  for other in $manifests; do
    case "$other" in "$manifest") ;; "$folder"/*) own+=(":(exclude)$(dirname "$other")") ;; esac
  done
  names=$(awk '/^\[/ { at = /dependencies\]$/ } at && /^[a-z]/ { sub(/[ .=].*/, ""); print }' "$manifest")
  while IFS= read -r name; do
    [ -n "$name" ] || continue
    read_in=$((read_in + 1))
    # Of a package `md-5` the library may be `md_5` or `md5`.
    if ! git grep --untracked -qwE "${name//-/_}|${name//-/}" -- "${own[@]}"; then
      echo "$manifest: expected a use of \`$name\` in a source of its crate, observed none"
      wrong=$((wrong + 1))
    fi
  done <<<"$names"
  plain=$(awk '/^\[/ { at = /dependencies\]$/ } at && /^[a-z]/ && !/features|optional/ { sub(/[ .=].*/, ""); print }' "$manifest")
  for twice in $(sort <<<"$plain" | uniq -d); do
    echo "$manifest: expected \`$twice\` once, observed it twice"
    wrong=$((wrong + 1))
  done
done <<<"$manifests"
echo "$read_in dependencies read, $wrong refused"
[ "$read_in" != 0 ] && [ "$wrong" = 0 ]
