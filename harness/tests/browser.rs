//! The page in a real browser, headless: no complaint, nothing too wide for a phone,
//! light and dark, filtered without a script, and printed.
//!
//! Where this host has no browser, each test is listed as ignored: not run.

#![expect(
    clippy::unwrap_used,
    reason = "a test of its own main, which a panic fails"
)]

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

type Test = fn();

const TESTS: [(&str, Test); 6] = [
    ("headings_skip_no_level", headings),
    ("the_browser_complains_of_nothing", complains_of_nothing),
    ("nothing_is_wider_than_a_phone", nothing_is_wider),
    ("the_theme_follows_the_reader", follows_the_theme),
    ("rows_are_filtered_without_a_script", filters_rows),
    ("it_prints", prints),
];

fn main() -> std::process::ExitCode {
    let there = devtools::find().is_some();
    let kind = if there {
        ""
    } else {
        "not run: no chromium on this host"
    };
    let trials = TESTS.map(|(name, test)| {
        Trial::test(name, move || {
            test();
            Ok::<(), Failed>(())
        })
        .with_kind(kind)
        .with_ignored_flag(!there)
    });
    libtest_mimic::run(&Arguments::from_args(), Vec::from(trials)).exit_code()
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

fn complains_of_nothing() {
    let (_out, mut page) = open(DESKTOP, "light");
    page.value(OPEN_ALL);
    assert_eq!(page.complaints(), Vec::<String>::new());
    assert!(
        page.value("document.title")
            .as_str()
            .unwrap()
            .contains("attestation")
    );
    let style = "getComputedStyle(document.querySelector('h1')).fontWeight";
    assert_eq!(page.value(style), "650", "the style sheet is allowed");
}

fn nothing_is_wider() {
    for (width, theme) in [(PHONE, "light"), (PHONE, "dark"), (DESKTOP, "light")] {
        let (_out, mut page) = open(width, theme);
        for _ in 0..2 {
            let wide = page.value("document.documentElement.scrollWidth");
            assert_eq!(wide, json!(width), "in {theme}");
            page.value(OPEN_ALL);
        }
    }
}

fn follows_the_theme() {
    let ground = "getComputedStyle(document.body).backgroundColor";
    let (_out, mut page) = open(DESKTOP, "light");
    assert_eq!(page.value(ground), "rgb(252, 251, 248)");
    page.screen(PHONE, "dark");
    assert_eq!(page.value(ground), "rgb(21, 23, 26)");
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

/// With everything opened, as who reads by headings meets them.
fn headings() {
    let (_out, mut page) = open(DESKTOP, "light");
    page.value(OPEN_ALL);
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
