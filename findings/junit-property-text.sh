#!/usr/bin/env bash
# junit2html 31.1.4 and xunitparser 1.3.4: a property whose value is text ends the reading.
#
# Guessed: `<property name="k">text</property>`, the form that the collected descriptions
# of the JUnit format give for values of several lines, is read like `value="..."`, or
# left out.
# Seen: a KeyError, of the whole report, whose tests are not read; junitparser 5.0.3 reads
# the report and gives None as the property's value.
#
# For who writes reports: a property's value in the attribute, line breaks as `&#10;`.
#
# Exit codes: 0 as stated here, 1 something changed, others: it could not be tried.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'junit2html==31.1.4' 'xunitparser==1.3.4' 'junitparser==5.0.3'
cd "$work"
cat >report.xml <<'EOX'
<testsuites><testsuite name="s" tests="1"><properties><property name="k">two
lines</property></properties><testcase classname="c" name="t"/></testsuite></testsuites>
EOX
venv/bin/python - <<'PY' >seen
import junitparser
import xunitparser
from junit2htmlreport import parser


def told(name, read):
    try:
        print(name, read())
    except Exception as error:
        print(name, type(error).__name__, error)


told("junit2html", lambda: parser.Junit(filename="report.xml"))
told("xunitparser", lambda: xunitparser.parse(open("report.xml")))
suite = next(iter(junitparser.JUnitXml.fromfile("report.xml")))
told("junitparser", lambda: [it.value for it in suite.properties()])
PY
cat seen
diff - seen <<'EOF2'
junit2html KeyError 'value'
xunitparser KeyError 'value'
junitparser [None]
EOF2
