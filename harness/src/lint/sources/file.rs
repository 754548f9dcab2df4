//! One file: what it imports and names, what it declares, and the modules it leads to.

use std::collections::BTreeSet;

use proc_macro2::{LineColumn, Span};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, UseTree};

use super::super::rules::Rules;
use super::super::{Finding, Rule};
use super::names::{Names, Standing};
use super::{is_root, tokens};

/// What is known of a file once it is scanned.
#[derive(Debug, Clone, Default)]
pub(super) struct Scanned {
    /// What was found in it.
    pub(super) findings: Vec<Finding>,
    /// The modules it declares without a body, by their path from this one.
    pub(super) modules: Vec<String>,
    /// The exceptions of the path rules that it uses.
    pub(super) exceptions: BTreeSet<String>,
}

/// Scans a file's text.
pub(super) fn scan(path: &str, text: &str, rules: &Rules) -> Scanned {
    let mut eye = Eye {
        path,
        rules,
        names: Names::default(),
        within: Vec::new(),
        scanned: Scanned::default(),
    };
    let file = match syn::parse_file(text) {
        Ok(file) => file,
        Err(error) => {
            let what = format!("the parser refuses it: {error}");
            eye.find(
                error.span(),
                Rule::NotUnderstood,
                what,
                "what is in it is not known",
            );
            return eye.scanned;
        }
    };
    if is_root(path) && !forbids_unsafe(&file.attrs) {
        let what = "no `#![forbid(unsafe_code)]`".to_owned();
        eye.find(
            Span::call_site(),
            Rule::UnsafeCode,
            what,
            "the compiler is to refuse it, too",
        );
    }
    eye.imports(&file);
    eye.visit_file(&file);
    eye.scanned
}

/// What one leaf of a `use` item brings in.
enum Import {
    Name {
        path: Vec<String>,
        name: String,
        at: Span,
    },
    Everything {
        path: Vec<String>,
        at: Span,
    },
}

/// Gathers every import that is compiled outside tests.
struct Imports(Vec<Import>);

impl Imports {
    fn tree(&mut self, tree: &UseTree, above: &[String]) {
        let beneath = |ident: &syn::Ident| [above, &[plain(ident)]].concat();
        match tree {
            UseTree::Path(path) => self.tree(&path.tree, &beneath(&path.ident)),
            UseTree::Name(leaf) => self.leaf(&leaf.ident, None, above),
            UseTree::Rename(leaf) => self.leaf(&leaf.ident, Some(&leaf.rename), above),
            UseTree::Glob(glob) => self.0.push(Import::Everything {
                path: above.to_vec(),
                at: glob.span(),
            }),
            UseTree::Group(group) => group.items.iter().for_each(|it| self.tree(it, above)),
        }
    }

    fn leaf(&mut self, ident: &syn::Ident, rename: Option<&syn::Ident>, above: &[String]) {
        let mut path = above.to_vec();
        if ident != "self" {
            path.push(plain(ident));
        }
        let name = rename.map_or_else(|| path.last().cloned().unwrap_or_default(), plain);
        let at = ident.span();
        self.0.push(Import::Name { path, name, at });
    }
}

impl<'ast> Visit<'ast> for Imports {
    fn visit_item(&mut self, item: &'ast Item) {
        if !for_tests_only(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&item.tree, &[]);
    }
}

/// Looks at everything in a file and judges it.
pub(super) struct Eye<'a> {
    path: &'a str,
    pub(super) rules: &'a Rules,
    names: Names,
    /// The modules with a body that it is in.
    within: Vec<String>,
    scanned: Scanned,
}

impl Eye<'_> {
    pub(super) fn find(&mut self, at: Span, rule: Rule, what: String, why: &str) {
        let LineColumn { line, column } = at.start();
        self.scanned.findings.push(Finding {
            place: format!("{}:{line}:{}", self.path, column + 1),
            rule,
            what,
            why: why.to_owned(),
        });
    }

    /// Judges a path that is named somewhere.
    pub(super) fn name(&mut self, path: &[String], at: Span) {
        match self.names.standing(path, self.rules) {
            Standing::Free => {}
            Standing::Excepted(entry) => drop(self.scanned.exceptions.insert(entry.name.clone())),
            Standing::Denied(entry, full) => {
                self.find(at, Rule::DeniedPath, format!("`{full}`"), &entry.reason);
            }
        }
    }

    /// Names first: what is imported can be hidden behind another import.
    fn imports(&mut self, file: &syn::File) {
        let mut imports = Imports(Vec::new());
        imports.visit_file(file);
        for import in &imports.0 {
            if let Import::Name { path, name, .. } = import {
                self.names.give(name, path);
            }
        }
        for import in &imports.0 {
            self.import(import);
        }
    }

    fn import(&mut self, import: &Import) {
        let (path, at, everything) = match import {
            Import::Name { path, at, .. } => (path, *at, false),
            Import::Everything { path, at } => (path, *at, true),
        };
        if everything || path.len() == 1 {
            // A crate by itself, or all there is in one.
            self.name(&[path.as_slice(), &["*".to_owned()]].concat(), at);
        } else {
            self.name(path, at);
        }
        if let Some(entry) = self.names.above_denied(path, self.rules) {
            let what = format!("`{}` brings in `{}`", path.join("::"), entry.name);
            self.find(at, Rule::HidingPath, what, &entry.reason);
        }
    }

    pub(super) fn macro_name(&mut self, name: &str, at: Span) {
        if let Some(entry) = self.rules.macros.denied(name) {
            self.find(at, Rule::DeniedMacro, format!("`{name}!`"), &entry.reason);
        }
    }

    pub(super) fn attribute_name(&mut self, name: &str, at: Span) {
        if let Some(entry) = self.rules.attribute.denied(name) {
            self.find(
                at,
                Rule::DeniedAttribute,
                format!("`#[{name}]`"),
                &entry.reason,
            );
        }
    }

    pub(super) fn is_unsafe(&mut self, at: Span) {
        let why = "the compiler no longer vouches for what it does";
        self.find(at, Rule::UnsafeCode, "`unsafe`".to_owned(), why);
    }

    pub(super) fn is_foreign(&mut self, at: Span, what: &str) {
        let why = "what it does is not in these sources";
        self.find(at, Rule::ForeignFunction, what.to_owned(), why);
    }

    fn not_understood(&mut self, at: Span) {
        let what = "syntax that the parser hands back unread".to_owned();
        self.find(at, Rule::NotUnderstood, what, "what it does is not known");
    }
}

impl<'ast> Visit<'ast> for Eye<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if for_tests_only(attributes(item)) {
            return;
        }
        if let Item::Verbatim(unread) = item {
            self.not_understood(unread.span());
        }
        visit::visit_item(self, item);
    }

    fn visit_expr(&mut self, expression: &'ast syn::Expr) {
        if let syn::Expr::Verbatim(unread) = expression {
            self.not_understood(unread.span());
        }
        visit::visit_expr(self, expression);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        // Judged leaf by leaf already; what is left are its attributes.
        item.attrs.iter().for_each(|it| self.visit_attribute(it));
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.content.is_none() {
            let path = self.within.iter().cloned().chain([plain(&item.ident)]);
            let path: Vec<String> = path.collect();
            self.scanned.modules.push(path.join("/"));
        }
        self.within.push(plain(&item.ident));
        visit::visit_item_mod(self, item);
        self.within.pop();
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|it| plain(&it.ident)).collect();
        self.name(&parts, path.span());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invocation: &'ast syn::Macro) {
        if let Some(last) = invocation.path.segments.last() {
            self.macro_name(&plain(&last.ident), invocation.path.span());
        }
        tokens::scan(self, invocation.tokens.clone());
        visit::visit_macro(self, invocation);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        let name = attribute.path().segments.last().map(|it| plain(&it.ident));
        let name = name.unwrap_or_default();
        self.attribute_name(&name, attribute.span());
        if name == "unsafe" {
            self.is_unsafe(attribute.span());
        }
        if let syn::Meta::List(list) = &attribute.meta {
            tokens::scan_attribute(self, list.tokens.clone());
        }
        visit::visit_attribute(self, attribute);
    }

    fn visit_item_foreign_mod(&mut self, item: &'ast syn::ItemForeignMod) {
        self.is_foreign(item.abi.span(), "an `extern` block");
        visit::visit_item_foreign_mod(self, item);
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        let what = format!("`extern crate {}`", item.ident);
        let why = "a crate that comes in by another way than the manifest and `use`";
        self.find(item.span(), Rule::HidingPath, what, why);
    }

    fn visit_abi(&mut self, abi: &'ast syn::Abi) {
        self.is_foreign(abi.span(), "an `extern` function");
        visit::visit_abi(self, abi);
    }

    fn visit_expr_unsafe(&mut self, block: &'ast syn::ExprUnsafe) {
        self.is_unsafe(block.unsafe_token.span);
        visit::visit_expr_unsafe(self, block);
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        signature
            .unsafety
            .iter()
            .for_each(|it| self.is_unsafe(it.span));
        visit::visit_signature(self, signature);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        item.unsafety.iter().for_each(|it| self.is_unsafe(it.span));
        visit::visit_item_impl(self, item);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        item.unsafety.iter().for_each(|it| self.is_unsafe(it.span));
        visit::visit_item_trait(self, item);
    }
}

/// An identifier without the `r#` that makes a keyword one.
pub(super) fn plain(ident: &syn::Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map_or(text.clone(), str::to_owned)
}

/// The conditions that never hold in the program, in exactly these words: any other
/// can. `fuzzing` is set by a fuzzer's build alone, and the build of the program
/// clears what could set it; a program with the feature `wrong` says so, which the rules
/// deny, and was compiled from files that are not scanned.
const FOR_TESTS: [&str; 3] = ["test", "any(test,fuzzing)", "feature=\"wrong\""];

fn for_tests_only(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let Ok(list) = attribute.meta.require_list() else {
            return false;
        };
        let words: String = list.tokens.to_string().split_whitespace().collect();
        list.path.is_ident("cfg") && FOR_TESTS.contains(&words.as_str())
    })
}

fn forbids_unsafe(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let lint = attribute.parse_args::<syn::Ident>();
        attribute.path().is_ident("forbid") && lint.is_ok_and(|word| word == "unsafe_code")
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        // What is left is scanned whatever stands before it.
        Item::ExternCrate(_)
        | Item::ForeignMod(_)
        | Item::TraitAlias(_)
        | Item::Union(_)
        | Item::Verbatim(_)
        | _ => &[],
    }
}
