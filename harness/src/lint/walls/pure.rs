//! What a pure crate's sources may not name, by the scan that the checker is held to;
//! and that they have no static.

use std::collections::BTreeSet;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::super::rules::{Calls, Lists, Rules};
use super::super::sources;

/// The rules of the scan, with nothing about programs.
pub(super) fn rules(path: &Lists, macros: &Lists) -> Rules {
    let none = || Lists {
        allow: Vec::new(),
        deny: Vec::new(),
    };
    Rules {
        dependency: none(),
        path: path.clone(),
        macros: macros.clone(),
        attribute: none(),
        symbol: none(),
        text: none(),
        call: Calls {
            tolerated: Vec::new(),
            open_sites: 0,
        },
        allowed_calls: BTreeSet::new(),
    }
}

/// What is found in a file.
pub(super) fn scan(place: &str, text: &str, rules: &Rules) -> Vec<String> {
    let found = sources::scan_file(place, text, rules);
    let mut findings: Vec<String> = found
        .iter()
        .map(|it| format!("{it} ({})", it.why))
        .collect();
    if let Ok(file) = syn::parse_file(text) {
        let mut statics = Statics {
            place,
            findings: &mut findings,
        };
        statics.visit_file(&file);
    }
    findings
}

struct Statics<'a> {
    place: &'a str,
    findings: &'a mut Vec<String>,
}

impl<'ast> Visit<'ast> for Statics<'_> {
    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        let at = item.span().start();
        let found = format!(
            "{}:{}: expected no static, observed `{}`",
            self.place, at.line, item.ident
        );
        self.findings.push(found);
        visit::visit_item_static(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let test = |it: &syn::Attribute| it.path().is_ident("cfg");
        if !item.attrs.iter().any(test) {
            visit::visit_item_mod(self, item);
        }
    }
}
