BUNDLE='attestation/RUN'
KEY='operator.pub.pem'
LC_ALL=C sh -s -- "$BUNDLE" "$KEY" <<'END'
last='bad: the check stopped before its end' code=1 work=
trap 'rm -rf "$work"; printf "%s\n" "$last"; exit $code' EXIT
trap 'exit 1' HUP INT TERM
bad() { last="bad: $(printf %s "${1#./}" | tr -c '[:print:]' '?')"; exit 1; }
unset CDPATH; openssl pkeyutl -help 2>&1 | grep -q -e -rawin || bad 'OpenSSL 3 is missing'
work=$(mktemp -d) && work=$(cd "$work" && pwd) || bad 'no temporary folder could be made'

case $1 in /*) bundle=$1 ;; ?*) bundle=./$1 ;; *) bad 'BUNDLE: empty' ;; esac
case $2 in /*) key=$2 ;; ?*) key=./$2 ;; *) bad 'KEY: empty' ;; esac
openssl pkey -pubin -in "$key" -outform DER -out "$work/key" </dev/null >"$work/log" 2>&1 &&
  case $(base64 -w 0 "$work/key") in MCowBQYDK2VwAyEA*) ;; *) false ;; esac ||
  bad "KEY: expected an Ed25519 public key (PEM), $2"
keyid=$(sha256sum <"$work/key") && keyid=${keyid%% *} || bad 'KEY: its id could not be computed'

cd "$bundle" 2>"$work/log" || bad "BUNDLE: expected a folder, $1"
plain() { tr '\n\0' '?\n' | tr -c '[:alnum:]._/\n-' '?'; }
find . -mindepth 1 -type d ! -empty -o -type f -links 1 -o -print0 >"$work/odd" 2>"$work/log" &&
  find . -type f -print0 >"$work/files" 2>"$work/log" || bad 'BUNDLE: not all of it can be read'
test ! -s "$work/odd" || bad "$(plain <"$work/odd" | head -n 1): a link, a special file or an empty folder"

for name in statement test-result; do
  file=$name.dsse.json
  test -r $file && test "$(wc -c <$file)" -le 16777216 || bad "$file: missing, unreadable or too large"
  sed -n 's/^{"payload":"\([^"]*\)".*/\1/p' $file | base64 -d >"$work/$name" 2>"$work/log"
  sed -n 's/.*"sig":"\([^"]*\)"}]}$/\1/p' $file | base64 -d >"$work/signature" 2>"$work/log"
  {
    printf '{"payload":"%s","payloadType":"application/vnd.in-toto+json",' "$(base64 -w 0 "$work/$name")"
    printf '"signatures":[{"keyid":"%s","sig":"%s"}]}' $keyid "$(base64 -w 0 "$work/signature")"
  } | cmp -s - $file || bad "$file: expected an in-toto payload and one signature, by KEY ($keyid)"
  { printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c <"$work/$name")"
    cat "$work/$name"; } >"$work/signed"
  openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key" -rawin -in "$work/signed" \
    -sigfile "$work/signature" </dev/null >"$work/log" 2>&1 || bad "$file: its signature is not by KEY ($keyid)"
done
grep -aoE '"([^"\\[:cntrl:]]|\\["\\bfnrt]|\\u00[01][0-9a-f])*"|[][{}:,]|-?[0-9]+|true|false|null' \
  "$work/statement" >"$work/tokens"
tr -d '\n' <"$work/tokens" | cmp -s - "$work/statement" && awk '
  want == "colon" && $0 == ":" { want = "value"; next }
  want == "more" && $0 == "," { want = shut[depth] == "}" ? "name" : "value"; next }
  (want == "more" || want == "any") && $0 == shut[depth] { want = --depth ? "more" : "end"; next }
  (want == "name" || want == "any" && shut[depth] == "}") && /^"[A-Za-z_][A-Za-z_0-9-]*"$/ {
    at[depth] = top[depth] "." substr($0, 2, length($0) - 2)
    if (seen[at[depth]]++) exit
    want = "colon"; next
  }
  (want == "value" || want == "any" && shut[depth] == "]") && /^[^]:},]/ {
    if (shut[depth] == "]") at[depth] = top[depth] "." count[depth]++
    if ($0 == "{" || $0 == "[") {
      top[depth + 1] = at[depth]; shut[++depth] = $0 == "{" ? "}" : "]"
      count[depth] = 0; want = "any"; next
    }
    print at[depth] " " $0; want = depth ? "more" : "end"; next
  }
  { want = ""; exit }
  END { exit want != "end" }
' want=value "$work/tokens" >"$work/fields" || bad 'statement.dsse.json: its payload is not canonical JSON'

says() { sed -n 's#^\.'"$1"' "\([A-Za-z0-9/:,._-]*\)"$#\1#p' "$work/fields"; }
verdict=$(says 'predicate\.result\.verdict') role=$(says 'predicate\.signer\.role')
case $role in operator | development) ;; *) role= ;; esac
case "$(says _type) $(says predicateType) $(says 'predicate\.signer\.keyid') $role" in
  "https://in-toto.io/Statement/v1 tag:proof-of-block,2026:sandbox-attestation/v1 $keyid "?*) ;;
  *) bad "statement.dsse.json: expected a sandbox attestation that names KEY ($keyid)" ;;
esac
case $verdict in held) word=PASSED ;; broken) word=FAILED ;; incomplete) word=WARNED ;; *) word= ;; esac
awk -v word=$word '
  function add(to, it) { return to (to == "" ? "" : ",") it }
  $1 ~ /^\.subject\.[0-9]+\.digest\.sha256$/ { digest = $2 }
  $1 ~ /^\.subject\.[0-9]+\.name$/ {
    it = "{\"digest\":{\"sha256\":" digest "},\"name\":" $2 "}"
    if ($2 ~ /^"(policy|matrix)"$/) rules = add(rules, it); else subject = add(subject, it)
  }
  $1 ~ /^\.predicate\.rows\.[0-9]+\.id$/ { id = $2 }
  $1 ~ /^\.predicate\.rows\.[0-9]+\.verdict$/ {
    it = $2 ~ /^"(held|broken)"$/ ? $2 : "other"; rows[it] = add(rows[it], id)
  }
  END {
    printf "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":{\"configuration\":[%s],", rules
    printf "\"failedTests\":[%s],\"passedTests\":[%s],", rows["\"broken\""], rows["\"held\""]
    printf "\"result\":\"%s\",\"warnedTests\":[%s]},\"predicateType\":", word, rows["other"]
    printf "\"https://in-toto.io/attestation/test-result/v0.1\",\"subject\":[%s]}", subject
  }
' "$work/fields" | cmp -s - "$work/test-result" || bad 'test-result.dsse.json: expected what the statement says'

grep -aE '^\.predicate\.files\.[0-9]+\.(path|sha256) ' "$work/fields" | paste -d ' ' - - |
  sed -E 's,^(.*)\.path "([A-Za-z0-9._/-]*)" \1\.sha256 "([0-9a-f]{64})"$,\3  ./\2,' >"$work/list"
test "$(grep -c '^\.' "$work/list")" = 0 || bad 'statement.dsse.json: its list of files is not understood'
{ cut -c 67- "$work/list"; printf './%s.dsse.json\n' statement test-result; } | sort >"$work/listed"
plain <"$work/files" | sort >"$work/there"
cmp -s "$work/listed" "$work/there" || bad "$(
  { comm -23 "$work/listed" "$work/there" | sed 's/$/: missing/'
    comm -13 "$work/listed" "$work/there" | sed 's/$/: a file too many/'; } | head -n 1)"
sha256sum --check --strict --quiet "$work/list" >"$work/log" 2>&1 ||
  bad "$(sed -n 's/: FAILED.*//p' "$work/log" | head -n 1): not the file that was signed"
code=0 last="good: both statements are signed by KEY ($keyid), all $(wc -l <"$work/list") files"
last="$last are as signed and none is too many. The statement says: $verdict, signed as $role"
END
