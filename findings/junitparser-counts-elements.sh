#!/usr/bin/env bash
# junitparser 5.0.3: the failures of a report are counted by element, its tests by test.
#
# Guessed: a `<testcase>` that holds two `<failure>` elements, as runners write of a test
# with several failed checks, is one failed test: `failures` is at most `tests`.
# Seen: after `update_statistics()`, which adding or merging reports calls as well, one
# test has two failures. Whoever computes what passed as tests less failures gets -1.
#
# For who writes reports that others merge: one outcome a test, the rest in its text.
#
# Exit codes: 0 as stated here, 1 something changed, others: it could not be tried.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'junitparser==5.0.3'
cd "$work"
cat >report.xml <<'EOX'
<testsuites><testsuite name="s" tests="1" failures="1"><testcase classname="c" name="t">
<failure message="first"/><failure message="second"/></testcase></testsuite></testsuites>
EOX
venv/bin/python - <<'PY' >seen
import junitparser

report = junitparser.JUnitXml.fromfile("report.xml")
print("as written:", [(suite.tests, suite.failures) for suite in report])
report.update_statistics()
print("counted: tests", report.tests, "failures", report.failures)
both = report + report
print("added: tests", both.tests, "failures", both.failures)
PY
cat seen
diff - seen <<'EOF2'
as written: [(1, 1)]
counted: tests 1 failures 2
added: tests 2 failures 4
EOF2
