//! What stands inside macros: tokens that no parser has given a meaning yet.
//!
//! A denied path is found as a sequence of names; so is what could put one together:
//! a crate's name by itself, and `::` beside a macro's variable.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use super::super::Rule;
use super::file::{Eye, plain};

/// The crates whose names a macro may not take apart.
const ROOTS: [&str; 3] = ["alloc", "core", "std"];

/// Scans the tokens of an invocation or of a definition.
pub(super) fn scan(eye: &mut Eye<'_>, tokens: TokenStream) {
    walk(eye, tokens, &[]);
}

/// Scans what is in the brackets of an attribute: it can apply another one.
pub(super) fn scan_attribute(eye: &mut Eye<'_>, tokens: TokenStream) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            // A condition on the package's own features; the attribute has brackets.
            TokenTree::Ident(ident) if ident == "feature" && is_equals(tokens.peek()) => {}
            TokenTree::Ident(ident) => {
                eye.attribute_name(&plain(&ident), ident.span());
                if ident == "unsafe" {
                    eye.is_unsafe(ident.span());
                }
            }
            TokenTree::Group(group) => scan_attribute(eye, group.stream()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

fn is_equals(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Punct(mark)) if mark.as_char() == '=')
}

/// Walks tokens; `above` is the path before a group of a `use` tree.
fn walk(eye: &mut Eye<'_>, tokens: TokenStream, above: &[String]) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token {
            TokenTree::Ident(first) => at = path(eye, &tokens, at, first, above),
            TokenTree::Group(group) => {
                attribute(eye, &tokens, at, group);
                walk(eye, group.stream(), &[]);
                at += 1;
            }
            TokenTree::Punct(_) => {
                variable_beside_colons(eye, &tokens, at);
                at += 1;
            }
            TokenTree::Literal(_) => at += 1,
        }
    }
}

/// A path that begins here; where the tokens go on behind it.
fn path(
    eye: &mut Eye<'_>,
    tokens: &[TokenTree],
    at: usize,
    first: &Ident,
    above: &[String],
) -> usize {
    let mut parts = [above, &[plain(first)]].concat();
    let mut end = at + 1;
    while is_colons(tokens, end) {
        match tokens.get(end + 2) {
            Some(TokenTree::Ident(next)) => {
                parts.push(plain(next));
                end += 3;
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                walk(eye, group.stream(), &parts);
                end += 3;
                break;
            }
            Some(_) => break,
            None => {
                cut(eye, first.span());
                break;
            }
        }
    }
    keyword(eye, first);
    let alone = end == at + 1 && above.is_empty();
    if alone && ROOTS.contains(&parts[0].as_str()) && !is_variable(tokens, at) {
        cut(eye, first.span());
    }
    if matches!(tokens.get(end), Some(TokenTree::Punct(mark)) if mark.as_char() == '!') {
        eye.macro_name(parts.last().map_or("", String::as_str), first.span());
    }
    eye.name(&parts, first.span());
    end
}

fn keyword(eye: &mut Eye<'_>, word: &Ident) {
    if word == "unsafe" {
        eye.is_unsafe(word.span());
    }
    if word == "extern" {
        eye.is_foreign(word.span(), "`extern` in a macro");
    }
}

/// `#[…]` or `#![…]` whose brackets are at `at`.
fn attribute(eye: &mut Eye<'_>, tokens: &[TokenTree], at: usize, group: &Group) {
    let mark = |back: usize, mark: char| {
        let token = at.checked_sub(back).and_then(|before| tokens.get(before));
        matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == mark)
    };
    let bracketed = group.delimiter() == Delimiter::Bracket;
    if bracketed && (mark(1, '#') || (mark(1, '!') && mark(2, '#'))) {
        scan_attribute(eye, group.stream());
    }
}

/// `$name ::` and `:: $name` put a path together where no scan sees it; `$crate` is
/// the crate's own name.
fn variable_beside_colons(eye: &mut Eye<'_>, tokens: &[TokenTree], at: usize) {
    let dollar =
        |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(mark)) if mark.as_char() == '$');
    let own = |at: usize| matches!(tokens.get(at), Some(TokenTree::Ident(word)) if word == "crate");
    let before = dollar(at) && !own(at + 1) && is_colons(tokens, at + 2);
    let behind = is_colons(tokens, at) && dollar(at + 2);
    if before {
        cut(eye, tokens[at].span());
    }
    // `Type::$name` of a type in the file is how a list of variants is spelled.
    let of_a_type = at
        .checked_sub(1)
        .and_then(|it| tokens.get(it))
        .is_some_and(is_type);
    if behind && !of_a_type {
        cut(eye, tokens[at].span());
    }
}

/// A name in the form that types have.
fn is_type(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Ident(word) if word.to_string().starts_with(|c: char| c.is_uppercase()))
}

fn is_variable(tokens: &[TokenTree], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|it| tokens.get(it));
    matches!(before, Some(TokenTree::Punct(mark)) if matches!(mark.as_char(), '$' | '.'))
}

fn is_colons(tokens: &[TokenTree], at: usize) -> bool {
    let colon =
        |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(mark)) if mark.as_char() == ':');
    colon(at) && colon(at + 1)
}

fn cut(eye: &mut Eye<'_>, at: Span) {
    let what = "a path that a macro puts together".to_owned();
    eye.find(
        at,
        Rule::HidingPath,
        what,
        "it can come to stand for a denied one",
    );
}
