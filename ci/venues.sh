#!/usr/bin/env bash
# What users' own CI is given fits the schemas of its vendors, and an auditor finds nothing
# in it. The tools come from PyPI, by version, into a folder that is kept. They do not see
# everything: that GitLab's jobs have a script and a stage is held by the test `venue`.
# Exit codes: 0 so it is, 1 it is not, 77 NOT RUN (the tools cannot be had here).
set -euo pipefail
cd "$(dirname "$0")/.."

schemas=check-jsonschema==0.39.0 auditor=zizmor==1.32.0
tools=${CARGO_TARGET_DIR:-target}/tools-$(echo "$schemas-$auditor" | tr -c 'a-z0-9.\n' -)
if [ ! -e "$tools/whole" ]; then
  rm -rf "$tools"
  if ! { python3 -m venv "$tools" && "$tools/bin/pip" install --quiet "$schemas" "$auditor"; } >&2; then
    rm -rf "$tools"
    echo 'ci/venues.sh: NOT RUN: python3 with venv, or PyPI, is missing'
    exit 77
  fi
  touch "$tools/whole"
fi

# The auditor takes a workflow for one only in its place.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/.github/workflows" "$work/ci"
cp ci/github.yml "$work/.github/workflows/proof-of-block.yml"
cp -r ci/github "$work/ci/github"

wrong=0
ask() { "$@" || { echo "refused by: ${*##*/}"; wrong=$((wrong + 1)); }; }
ask "$tools/bin/check-jsonschema" --builtin-schema vendor.github-workflows ci/github.yml
ask "$tools/bin/check-jsonschema" --builtin-schema vendor.github-actions ci/github/action.yml
ask "$tools/bin/check-jsonschema" --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci ci/gitlab.yml
ask "$tools/bin/zizmor" --offline --persona auditor --quiet "$work/.github/workflows/proof-of-block.yml" "$work/ci/github/action.yml"
echo "4 files read, $wrong refused"
[ "$wrong" = 0 ]
