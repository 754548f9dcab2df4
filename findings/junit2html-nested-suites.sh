#!/usr/bin/env bash
# junit2html 31.1.4: what stands in a suite within a suite is not read, and nothing is said.
#
# Guessed: `<testsuite>` elements may nest, as several test runners write them, and a
# reader counts a test wherever it stands, or says that it does not.
# Seen: of a report with one failed test in an inner suite the summary has no test at all,
# passed or failed, and the page that is made of it does not name the test; the exit code
# is 0. The same test in a suite at the top is one failure.
#
# For who writes reports: suites side by side. For who gates on such a summary: compare
# the number of tests with the number that should have run.
#
# Exit codes: 0 as stated here, 1 something changed, others: it could not be tried.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'junit2html==31.1.4'
cd "$work"
test='<testcase classname="c" name="the_test"><failure message="m"/></testcase>'
echo "<testsuites><testsuite name=\"a\">$test</testsuite></testsuites>" >flat.xml
echo "<testsuites><testsuite name=\"a\"><testsuite name=\"b\">$test</testsuite></testsuite></testsuites>" >nested.xml
for report in flat nested; do
  code=0
  venv/bin/junit2html --summary-matrix "$report.xml" >"$report.out" 2>&1 || code=$?
  venv/bin/junit2html "$report.xml" "$report.html" >/dev/null 2>&1 || code=$?
  counted=$(sed -n 's/^ *Failed *: *//p' "$report.out")
  named=$(grep -c the_test "$report.html" || true)
  echo "$report: failed ${counted:-none}, named on the page $([ "$named" = 0 ] && echo no || echo yes), exit code $code"
done | tee seen
diff - seen <<'EOF2'
flat: failed 1, named on the page yes, exit code 0
nested: failed none, named on the page no, exit code 0
EOF2
