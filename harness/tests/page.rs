//! The page of a bundle: everything is on it, hostile text stays text, and it says
//! what the terminal, the JUnit report and the statement say.

#[cfg(test)]
#[path = "page/sample.rs"]
mod sample;

#[cfg(test)]
mod page {
    use std::collections::BTreeSet;

    use bundle::rejudge;
    use bundle::report::wrap::fitted;
    use evidence::Abilities;
    use evidence::Ability;
    use evidence::record::Observations;
    use negatives::wire::{Event, Outcome};
    use seal::statement::attestation::VerdictWord;
    use tempfile::TempDir;
    use verify::terminal::Color;
    use verify::terminal::Terminal;

    use super::sample::{Sample, text};

    /// What no page may be larger than, in bytes.
    const LARGEST: usize = 1_500_000;

    fn sealed(sample: &Sample) -> (TempDir, seal::bundle::verify::VerifiedBundle) {
        let out = tempfile::tempdir().unwrap();
        let bundle = sample.seal(out.path());
        (out, bundle)
    }

    fn page(sample: &Sample) -> String {
        text(&sealed(sample).1, bundle::REPORT_FILE)
    }

    /// Gives every finished attempt of a row's locked launches another outcome.
    fn let_through(observed: &mut Observations, outcome: &Outcome) {
        let locked = observed
            .launches
            .iter_mut()
            .filter(|it| it.role == evidence::record::Role::Locked);
        for line in locked
            .filter_map(|it| it.subject.probed_mut())
            .flat_map(|it| &mut it.lines)
        {
            if let Event::End { outcome: came, .. } = &mut line.event {
                *came = outcome.clone();
            }
        }
    }

    /// The page's element of a row, as an XML document: the page is well formed.
    fn verdict_on_the_page(page: &str, id: &str) -> String {
        let start = page.find(&format!("<th scope=\"row\">{id}</th>")).unwrap();
        let class = page[..start].rfind("<tbody class=\"row ").unwrap();
        let class = &page[class + "<tbody class=\"row ".len()..];
        class.split(' ').next().unwrap().to_owned()
    }

    #[test]
    fn every_row_attempt_and_deferred_row_is_there() {
        let sample = Sample::new();
        let page = page(&sample);
        for result in &sample.results {
            assert!(page.contains(&format!("id=\"{}\"", result.case.id)));
            for attempt in result.case.attempts() {
                assert!(
                    page.contains(&format!(">{}<code", attempt.id)),
                    "{}",
                    attempt.id
                );
            }
        }
        for row in sample.matrix.deferred() {
            assert!(page.contains(&format!(">{}</th>", row.id)), "{}", row.id);
        }
        assert!(page.len() < LARGEST, "{} bytes", page.len());
    }

    #[test]
    fn a_verdicts_source_changes_all_reports_together() {
        let mut sample = Sample::new();
        let row = |sample: &Sample| {
            sample
                .results
                .iter()
                .position(|it| it.case.id.as_str() == "N19")
        };
        let at = row(&sample).unwrap();
        assert_eq!(sample.results[at].verdict.word(), VerdictWord::Held);
        let (_out, held) = sealed(&sample);
        assert_eq!(
            verdict_on_the_page(&text(&held, bundle::REPORT_FILE), "N19"),
            "held"
        );

        sample.observe("N19", |observed| {
            let_through(observed, &Outcome::Returned(0))
        });
        assert_eq!(sample.results[at].verdict.word(), VerdictWord::Broken);
        let (_out, broken) = sealed(&sample);
        let said = &broken.attestation().rows[at];
        assert_eq!(said.verdict, VerdictWord::Broken);

        let page = text(&broken, bundle::REPORT_FILE);
        assert_eq!(verdict_on_the_page(&page, "N19"), "broken");
        assert!(page.contains("expected EPERM, observed returns 0"));

        let junit = text(&broken, "junit.xml");
        let junit = roxmltree::Document::parse(&junit).unwrap();
        let case = junit.descendants().find(|it| {
            it.attribute("name")
                .is_some_and(|name| name.starts_with("N19 "))
        });
        let failed = case
            .unwrap()
            .children()
            .find(|it| it.has_tag_name("failure"));
        assert_eq!(
            failed.unwrap().attribute("message"),
            Some(said.reason_text.as_str())
        );

        let terminal = Terminal::stdout(Color::Never).rows(&sample.results, &sample.matrix);
        assert!(terminal.contains("N19  L1  broken "), "{terminal}");
    }

    #[test]
    fn the_table_fits_80_columns_and_has_colours_only_when_asked() {
        let mut sample = Sample::new();
        let long = Outcome::Found("a word ".repeat(40));
        sample.observe("N19", |observed| let_through(observed, &long));
        let rows = |color| {
            let table = Terminal::stdout(color).rows(&sample.results, &sample.matrix);
            fitted(&table, 80)
        };
        let plain = rows(Color::Never);
        for line in plain.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        assert!(!plain.contains('\u{1b}'));
        let painted = rows(Color::Always);
        let codes = ["31", "32", "33", "35", "0"].map(|code| format!("\u{1b}[{code}m"));
        let stripped = codes
            .iter()
            .fold(painted, |text, code| text.replace(code, ""));
        assert_eq!(stripped, plain, "colour says nothing alone");
    }

    #[test]
    fn every_row_has_one_verdict_in_all_reports() {
        let mut sample = Sample::new();
        sample.observe("N20", |observed| {
            let_through(observed, &Outcome::Unready("no".into()))
        });
        let (_out, bundle) = sealed(&sample);
        let page = text(&bundle, bundle::REPORT_FILE);
        let mut words = BTreeSet::new();
        for (result, said) in sample.results.iter().zip(&bundle.attestation().rows) {
            let class = match result.verdict.word() {
                VerdictWord::Held => "held",
                VerdictWord::Broken => "broken",
                VerdictWord::Inconclusive => "unclear",
                VerdictWord::NotRun => "silent",
            };
            assert_eq!(verdict_on_the_page(&page, &said.id), class, "{}", said.id);
            words.insert(class);
        }
        assert!(words.len() >= 3, "{words:?}");
    }

    #[test]
    fn who_verifies_makes_the_same_page() {
        let sample = Sample::new();
        let (_out, bundle) = sealed(&sample);
        let rejudged = rejudge(&bundle).unwrap();
        let again = bundle::report(&bundle, &rejudged).unwrap();
        assert!(again == text(&bundle, bundle::REPORT_FILE));
    }

    #[test]
    fn hostile_text_stays_text() {
        let hostile = "</td><script>alert(1)</script>\"'&\u{202e}\u{1b}[31m\u{0}";
        let mut sample = Sample::new();
        sample.observe("N19", |observed| {
            let_through(observed, &Outcome::Found(hostile.into()));
            for record in &mut observed.launches {
                record.trouble = record.trouble.take().or(Some(hostile.to_owned()));
            }
        });
        sample.observe("N16", |observed| {
            let_through(observed, &Outcome::Found(hostile.repeat(1000)));
        });
        sample.facts.engine.identity.version = hostile.to_owned();
        sample.facts.host.engine.version = hostile.to_owned();
        let page = page(&sample);
        assert!(!page.contains("<script"), "an element of its own");
        assert!(page.contains("&#60;script&#62;") || page.contains("&lt;script&gt;"));
        let hidden = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!page.contains(hidden), "a character that hides");
        assert!(page.contains("⟨U+202E⟩␛[31m␀"));
        assert!(page.len() < LARGEST, "{} bytes", page.len());
    }

    #[test]
    fn nothing_is_loaded_and_nothing_runs() {
        let page = page(&Sample::new());
        assert!(page.contains("default-src 'none'; style-src 'sha256-"));
        // The recipe for strangers has the addresses that in-toto's types are named by: as
        // text, in no attribute.
        for loads in [
            "<script", "<link", "<img", "<iframe", "=\"http", "='http", "=http",
        ] {
            assert!(!page.contains(loads), "{loads}");
        }
        for acts in ["@import", "url(", " style=\"", "javascript:"] {
            assert!(!page.contains(acts), "{acts}");
        }
        let handler = page.match_indices(" on").any(|(at, _)| {
            let rest = page[at + 3..].trim_start_matches(|c: char| c.is_ascii_lowercase());
            rest.starts_with("=\"")
        });
        assert!(!handler);
    }

    /// What an engine cannot do is declared, and is no difference.
    #[test]
    fn what_an_engine_lacks_is_as_declared_in_every_cell() {
        let all = Abilities::all();
        let lacking = all
            .clone()
            .without(Ability::DeviceFolder, "no /dev of root's");
        let other = |said: &Abilities, shown: &Abilities| {
            let page = page(&Sample::of(said, shown));
            let (_, row) = page.split_once("<div class=\"proof\" id=\"N18\">").unwrap();
            let (row, _) = row.split_once("<div class=\"proof\"").unwrap();
            row.matches("not as declared").count()
        };
        assert_eq!(other(&lacking, &lacking), 0);
        assert_eq!(other(&all, &all), 0);
        // Where what is shown is not what is said there are cells that say so.
        assert!(other(&all, &lacking) > 0 && other(&lacking, &all) > 0);
    }

    #[test]
    fn a_lift_and_a_development_key_are_said_at_the_top() {
        let mut sample = Sample::new();
        assert!(!page(&sample).contains("This run attests nothing."));
        sample.facts.lifts = vec!["network".to_owned()];
        let page = page(&sample);
        let top = &page[..page.find("<nav").unwrap()];
        assert!(top.contains("This run attests nothing.") && top.contains("network"));
    }

    #[test]
    fn the_page_of_a_small_run_is_as_it_was() {
        let mut sample = Sample::new();
        sample
            .results
            .retain(|it| ["A1", "N15"].contains(&it.case.id.as_str()));
        let page = page(&sample);
        let body =
            &page[page.find("<header>").unwrap()..page.find("<section id=\"filter\"").unwrap()];
        let kernel = nix::sys::utsname::uname().unwrap();
        let body = without_digests(body)
            .replace(&*kernel.release().to_string_lossy(), "[kernel]")
            .replace(&*kernel.machine().to_string_lossy(), "[arch]");
        insta::assert_snapshot!(body);
    }

    /// The programs differ from build to build, and their digests with them.
    fn without_digests(text: &str) -> String {
        let words = text.split_inclusive(|c: char| !c.is_ascii_hexdigit());
        words
            .map(|word| match word.len() {
                65 => format!("[digest]{}", &word[64..]),
                _ => word.to_owned(),
            })
            .collect()
    }

    /// WCAG 2.2, 1.4.3 (AA): text has a contrast of at least 4.5 to 1.
    #[test]
    fn every_colour_of_text_can_be_read_on_every_ground() {
        let style = include_str!("../bundle/templates/report.css");
        let mut themes = 0;
        for block in style.split(":root {").skip(1) {
            let block = block.split('}').next().unwrap();
            let colour = |name: &str| {
                let at = block.find(&format!("--{name}: #")).unwrap() + name.len() + 5;
                let digits: String = block[at..]
                    .chars()
                    .take_while(char::is_ascii_hexdigit)
                    .collect();
                luminance(&digits)
            };
            for text in ["ink", "soft", "link", "held", "broken", "unclear", "silent"] {
                for ground in ["paper", "panel"] {
                    let ratio = contrast(colour(text), colour(ground));
                    assert!(ratio >= 4.5, "{text} on {ground}: {ratio:.2}");
                }
            }
            themes += 1;
        }
        assert_eq!(themes, 3, "light, dark and print");
    }

    fn contrast(one: f64, other: f64) -> f64 {
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// Relative luminance (WCAG 2.2) of `rgb` or `rrggbb`.
    fn luminance(digits: &str) -> f64 {
        let full: String = match digits.len() {
            3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
            _ => digits.to_owned(),
        };
        let weights = [0.2126, 0.7152, 0.0722];
        let channel = |at: usize| {
            let value =
                f64::from(u8::from_str_radix(&full[at * 2..at * 2 + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        (0..3).map(|at| channel(at) * weights[at]).sum()
    }
}
