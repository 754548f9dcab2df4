//! A run as Markdown: what a CI page shows of it.
//!
//! Reasons may quote the sandboxed side, so every text is made literal: nothing in it
//! can become a link, an image, a heading or HTML.

use judge::{CaseResult, VerdictWord};
use negatives::matrix::Matrix;

/// The page: counts, what did not hold with its reason, and every row folded away.
#[must_use]
pub fn page(results: &[CaseResult], matrix: &Matrix, notes: &[String]) -> String {
    let own: Vec<&CaseResult> = judge::own(results).collect();
    let count = |word| own.iter().filter(|it| it.verdict.word() == word).count();
    let mut page = format!(
        "## Proof of Block: {} of {} held\n\n",
        count(VerdictWord::Held),
        evidence::count(matrix.cases().len(), "row")
    );
    page.push_str(&format!(
        "| held | broken | inconclusive | not run | deferred |\n| ---: | ---: | ---: | ---: | ---: |\n| {} | {} | {} | {} | {} |\n\n",
        count(VerdictWord::Held),
        count(VerdictWord::Broken),
        count(VerdictWord::Inconclusive),
        count(VerdictWord::NotRun),
        matrix.deferred().len()
    ));
    for note in notes {
        page.push_str(&format!("- {}\n", literal(note)));
    }
    let red = |it: &&&CaseResult| it.verdict.word() != VerdictWord::Held;
    let red: Vec<&CaseResult> = own.iter().filter(red).copied().collect();
    if !red.is_empty() {
        page.push_str("\n### Not held\n\n| row | verdict | why |\n| --- | --- | --- |\n");
        for result in red {
            let why = result.verdict.reason().map(ToString::to_string);
            page.push_str(&line(result, &why.unwrap_or_default()));
        }
    }
    page.push_str("\n<details><summary>Every row</summary>\n\n| row | verdict | what |\n| --- | --- | --- |\n");
    for result in &own {
        page.push_str(&line(result, &result.case.title));
    }
    for row in matrix.deferred() {
        let title = literal(&row.title);
        page.push_str(&format!("| {} | deferred, not run | {title} |\n", row.id));
    }
    page.push_str("\n</details>\n");
    page
}

fn line(result: &CaseResult, text: &str) -> String {
    format!(
        "| {} | {} | {} |\n",
        result.case.id,
        literal(result.verdict.word().as_str()),
        literal(text)
    )
}

/// Text without meaning to Markdown (GitHub Flavored Markdown, 6.1: every ASCII
/// punctuation character may be escaped), on one line.
fn literal(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_control() {
            out.push(' ');
            continue;
        }
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A mention notifies people; the entity only shows the sign.
            '@' => out.push_str("&#64;"),
            // What a bare address is known by.
            ':' => out.push_str("&#58;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '+' | '!' | '|'
            | '~' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use evidence::Abilities;
    use judge::Adapted;
    use judge::Reason;
    use judge::Verdict;

    #[test]
    fn what_the_sandbox_said_stays_text() {
        let text = literal("![x](https://a.b) <b> `c` | @who \n# d");
        assert_eq!(
            text,
            "\\!\\[x\\]\\(https&#58;//a.b\\) &lt;b&gt; \\`c\\` \\| &#64;who  \\# d"
        );
    }

    #[test]
    fn every_row_is_on_the_page_and_a_red_one_with_its_reason() {
        let matrix = declared::matrix().unwrap();
        let mut results: Vec<CaseResult> = matrix
            .cases()
            .iter()
            .map(|case| {
                CaseResult::not_run(&Adapted::of(case, &Abilities::all()), Reason::Interrupted)
            })
            .collect();
        for result in &mut results[1..] {
            result.verdict = Verdict::Held;
        }
        let page = page(&results, &matrix, &["this is a test".to_owned()]);
        assert!(page.contains("44 of 45 rows held"));
        assert!(page.contains("| A1 | not\\_run | the run was interrupted |"));
        assert!(page.contains("| 44 | 0 | 0 | 1 | 11 |"));
        assert_eq!(page.matches("\n| N").count(), 32);
        assert_eq!(page.matches("| deferred, not run |").count(), 11);
    }

    /// A row of each verdict, a note in hostile words, and everything that is deferred.
    #[test]
    fn the_page_of_a_small_run_is_as_it_was() {
        let matrix = declared::matrix().unwrap();
        let broken = Reason::NotRefused {
            launch: "N19/locked".to_owned(),
            attempt: "execve".to_owned(),
            expected: "EPERM".to_owned(),
            observed: "success".to_owned(),
        };
        let verdicts = [
            ("A1", Verdict::Held),
            ("N19", Verdict::Broken(broken)),
            ("N1", Verdict::Inconclusive(Reason::Interrupted)),
            ("N13", Verdict::NotRun(Reason::EngineLost)),
        ];
        let rows = verdicts.map(|(id, verdict)| {
            let case = Adapted::of(matrix.case(id).unwrap(), &Abilities::all());
            CaseResult {
                verdict,
                ..CaseResult::not_run(&case, Reason::Interrupted)
            }
        });
        insta::assert_snapshot!(super::page(&rows, &matrix, &["<b>a note</b>".to_owned()]));
    }
}
