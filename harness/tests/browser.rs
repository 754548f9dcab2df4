//! The page in a real browser, headless, at desktop and phone width, light and dark: no
//! complaint of the browser or of axe-core, nothing too wide, filtered without a script,
//! and printed.
//!
//! Where this host has no browser, or no axe-core, what needs it is listed as ignored:
//! not run.

#![expect(
    clippy::unwrap_used,
    reason = "a test of its own main, which a panic fails"
)]

use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding as _};
use bundle::REPORT_FILE;
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::json;
use tempfile::TempDir;

#[path = "page/devtools.rs"]
mod devtools;
#[path = "page/sample.rs"]
mod sample;

use devtools::Page;
use sample::Sample;

/// A small phone, in CSS pixels.
const PHONE: u32 = 360;
/// An ordinary window.
const DESKTOP: u32 = 1280;

const OPEN_ALL: &str = "document.querySelectorAll('details').forEach(it => { it.open = true })";

/// Each screen that a reader may have, with the ground that the page has there.
const SCREENS: [(u32, &str, &str); 4] = [
    (DESKTOP, "light", LIGHT),
    (DESKTOP, "dark", DARK),
    (PHONE, "light", LIGHT),
    (PHONE, "dark", DARK),
];
const LIGHT: &str = "rgb(252, 251, 248)";
const DARK: &str = "rgb(21, 23, 26)";

const NO_BROWSER: &str = "not run: no chromium on this host";
const NO_AXE: &str = "not run: no axe-core here, which ci/peers.sh fetches";

/// A test's name, what it does, and why it is not run here, if it is not.
type Test = (&'static str, fn(), Option<&'static str>);

fn main() -> std::process::ExitCode {
    let browser = devtools::find().is_none().then_some(NO_BROWSER);
    let axe = browser.or((!axe_core().is_file()).then_some(NO_AXE));
    let tests: [Test; 4] = [
        ("it_suits_every_screen", suits_every_screen, browser),
        ("axe_core_complains_of_nothing", axe_is_content, axe),
        ("rows_are_filtered_without_a_script", filters_rows, browser),
        ("it_prints", prints, browser),
    ];
    let trials = tests.map(|(name, test, not_run)| {
        Trial::test(name, move || {
            test();
            Ok::<(), Failed>(())
        })
        .with_kind(not_run.unwrap_or_default())
        .with_ignored_flag(not_run.is_some())
    });
    libtest_mimic::run(&Arguments::from_args(), Vec::from(trials)).exit_code()
}

/// The accessibility checker that browsers' own tools use, as `ci/peers.sh` leaves it.
fn axe_core() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    target.join("peers/axe.min.js")
}

/// A page with a broken row and hostile text, loaded.
fn open(width: u32, theme: &str) -> (TempDir, Page) {
    let out = tempfile::tempdir().unwrap();
    let mut sample = Sample::new();
    sample.observe("N17", |observed| {
        for record in &mut observed.launches {
            record.trouble = Some("<script>document.title = 'hostile'</script>".repeat(9));
        }
    });
    let page = sample::text(&sample.seal(out.path()), REPORT_FILE);
    let file = out.path().join(REPORT_FILE);
    std::fs::write(&file, page).unwrap();
    let mut page = Page::open();
    page.screen(width, theme);
    page.load(&format!("file://{}", file.display()));
    (out, page)
}

fn suits_every_screen() {
    for (width, theme, ground) in SCREENS {
        let on = format!("{width} pixels, {theme}");
        let (_out, mut page) = open(width, theme);
        let observed = page.value("getComputedStyle(document.body).backgroundColor");
        assert_eq!(observed, ground, "{on}");
        for _ in 0..2 {
            let wide = page.value("document.documentElement.scrollWidth");
            assert_eq!(wide, json!(width), "{on}");
            page.value(OPEN_ALL);
        }
        headings(&mut page);
        assert_eq!(page.complaints(), Vec::<String>::new(), "{on}");
        let title = page.value("document.title");
        assert!(title.as_str().unwrap().contains("attestation"), "{on}");
        let style = "getComputedStyle(document.querySelector('h1')).fontWeight";
        assert_eq!(page.value(style), "650", "{on}: the style sheet is allowed");
    }
}

/// With everything opened, as who reads by headings meets them.
fn headings(page: &mut Page) {
    let levels = page.value(
        "[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(it => +it.tagName[1])",
    );
    let levels: Vec<u64> = serde_json::from_value(levels).unwrap();
    assert_eq!(levels.first(), Some(&1));
    assert!(levels.len() > 45, "a heading for each row: {levels:?}");
    assert!(
        levels.windows(2).all(|pair| pair[1] <= pair[0] + 1),
        "{levels:?}"
    );
}

/// With a row of each verdict: over all of them, which are alike, axe-core takes minutes.
const A_ROW_OF_EACH_VERDICT: &str = "const seen = new Set(); \
    document.querySelectorAll('.row').forEach(it => { \
        const verdict = it.className.replace(/L[1-5]/, ''); \
        if (seen.has(verdict)) { it.remove() } else { seen.add(verdict) } }); seen.size";

/// With everything opened, at both widths and in both themes; and of what is
/// wrong it does complain.
fn axe_is_content() {
    let axe = std::fs::read_to_string(axe_core()).unwrap();
    let (_out, mut page) = open(DESKTOP, "light");
    page.value(&format!("{axe}; 0"));
    assert!(page.value(A_ROW_OF_EACH_VERDICT).as_u64() > Some(1));
    page.value(OPEN_ALL);
    for (width, theme) in [(DESKTOP, "light"), (PHONE, "dark")] {
        page.screen(width, theme);
        let found = violations(&mut page, "{}");
        assert_eq!(found, Vec::<String>::new(), "{width} pixels, {theme}");
    }
    page.value("document.documentElement.removeAttribute('lang')");
    let found = violations(&mut page, "{ runOnly: ['html-has-lang'] }");
    assert_eq!(found.len(), 1, "{found:?}");
}

fn violations(page: &mut Page, options: &str) -> Vec<String> {
    let run = format!(
        "axe.run(document, {{ resultTypes: ['violations'], selectors: false, ...{options} }}).then(it => \
         it.violations.map(one => one.id + ': ' + one.nodes.slice(0, 3).map(node => node.html)))"
    );
    serde_json::from_value(page.value(&run)).unwrap()
}

fn filters_rows() {
    let (_out, mut page) = open(DESKTOP, "light");
    let shown = "[...document.querySelectorAll('.row')].filter(it => it.offsetHeight > 0).length";
    assert_eq!(page.value(shown), 45);
    let all = page.value("document.querySelectorAll('.row.L1').length");
    page.value("document.querySelector('#l-L1').click()");
    assert_eq!(page.value(shown), all);
    let held = page.value("document.querySelectorAll('.row.L1.held').length");
    page.value("document.querySelector('#v-held').click()");
    assert_eq!(page.value(shown), held);
    assert!(held.as_u64() > Some(0) && held.as_u64() < all.as_u64());
}

fn prints() {
    let (_out, mut page) = open(DESKTOP, "dark");
    let unseen = "[...document.querySelectorAll('.proof')].filter(it => !it.checkVisibility({ contentVisibilityAuto: true }) || it.offsetHeight == 0).length";
    assert_ne!(page.value(unseen), 0, "closed on a screen");
    page.ask("Emulation.setEmulatedMedia", json!({ "media": "print" }));
    assert_eq!(page.value(unseen), 0, "closed on paper");
    let printed = page.ask("Page.printToPDF", json!({ "printBackground": true }));
    let bytes = Base64::decode_vec(printed["data"].as_str().unwrap()).unwrap();
    assert!(bytes.starts_with(b"%PDF-"));
}
