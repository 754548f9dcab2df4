#!/usr/bin/env bash
# Refreshes what README.md shows of a run: attests this host, puts the trimmed terminal
# output between the README's two `output` marks, and takes the page's picture
# (harness/docs/report.png) with a headless chromium, where this host has one.
# Exit codes: 0 both refreshed, 1 attest wrote no bundle, 3 no chromium: text only.
set -euo pipefail
cd "$(dirname "$0")/.."

root=$PWD work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo build -q -p harness
harness=$root/${CARGO_TARGET_DIR:-target}/debug/harness

# A broken or incomplete run is shown as what it is.
(cd "$work" && COLUMNS=80 "$harness" attest --color never "$@" >table) || echo "attest ended with $?" >&2
bundle=$(sed -n 's/^bundle: //p' "$work/table")
[ -f "$work/$bundle/report.html" ] || { echo 'attest wrote no bundle' >&2; exit 1; }

# Rows that held in the middle of the table are left out, and the gap is shown; what
# did not hold always stays.
trimmed() {
  awk '
    $1 ~ /^[AN][0-9]+$/ && $3 == "held" && $1 !~ /^(A1|A2|N1|N11|N12|N13|N15|N16|N17|N19|N20|N21|N32)$/ {
      if (!gap) print "…"; gap = 1; next
    }
    { gap = 0; print }' "$work/table"
}

{
  sed '/^<!-- output -->$/q' README.md
  printf '\n```console\n$ cargo run -p harness -- attest\n'
  trimmed
  printf '```\n\n'
  sed -n '/^<!-- \/output -->$/,$p' README.md
} >"$work/README.md"
cp "$work/README.md" README.md

for browser in chromium chromium-browser google-chrome; do
  command -v "$browser" >/dev/null || continue
  as_root=(); if [ "$(id -u)" = 0 ]; then as_root=(--no-sandbox); fi
  mkdir -p harness/docs
  "$browser" --headless "${as_root[@]}" --disable-gpu --hide-scrollbars --window-size=1100,1240 \
    --user-data-dir="$work/profile" --screenshot="$root/harness/docs/report.png" \
    "file://$work/$bundle/report.html" >/dev/null 2>&1
  exit 0
done
echo 'no chromium here: harness/docs/report.png is as it was' >&2
exit 3
