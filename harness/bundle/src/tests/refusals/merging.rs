//! Every error that joining shards can give, from bundles that are believed.

use std::collections::BTreeSet;
use std::path::PathBuf;

use seal::key::Role;

use super::names::Named;
use crate::merge::MergeError;
use crate::merge::tests::{Shards, disagreements, joined, joined_by, unreached_shard};

/// What no two bundles can bring about, and why.
const OUT_OF_REACH: &[(&str, &str)] = &[
    ("Observed", "what was judged again lies in memory"),
    ("Statement", "a statement that was read can be written"),
];

type Make = fn(&Shards) -> Result<(), MergeError>;

const TABLE: &[(&str, &str, Make)] = &[
    ("TooFew", "too_few_shards", |_| given(&[])),
    ("NotAShard", "not_a_shard", |it| {
        given(&[half(it, 1), it.seal("", "all", |_| {})])
    }),
    ("Cut", "other_cut", |it| {
        given(&[half(it, 1), it.seal("count:2/3", "two", |_| {})])
    }),
    ("Doubled", "doubled_shard", |it| {
        given(&[
            half(it, 1),
            half(it, 2),
            it.seal("count:2/2", "more", |_| {}),
        ])
    }),
    ("Missing", "missing_shard", |it| given(&[half(it, 2)])),
    ("Differs", "differs", |it| {
        let (_, change) = disagreements()[4];
        given(&[half(it, 1), unreached_shard(it, "count:2/2", change)])
    }),
    ("Repeated", "repeated_run", |it| {
        let elsewhere = Shards::new();
        let same_run = elsewhere.seal("count:2/2", "1", |_| {});
        given(&[half(it, 1), same_run])
    }),
    ("Development", "development_key", |it| {
        joined_by(&[half(it, 1), half(it, 2)], Role::Operator).map(drop)
    }),
];

fn given(paths: &[PathBuf]) -> Result<(), MergeError> {
    joined(paths).map(drop)
}

fn half(shards: &Shards, index: u32) -> PathBuf {
    shards.seal(&format!("count:{index}/2"), &index.to_string(), |_| {})
}

#[test]
fn shards_that_do_not_belong_together_are_refused_each_by_its_name() {
    let whole = Shards::new();
    assert!(joined(&[half(&whole, 1), half(&whole, 2)]).is_ok());
    for (name, code, make) in TABLE {
        let error = make(&Shards::new()).unwrap_err();
        assert_eq!((error.name().as_str(), error.code()), (*name, *code));
    }
}

#[test]
fn every_variant_has_bundles_or_a_reason_why_none_can_be() {
    let named = TABLE.iter().map(|it| it.0);
    let named = named.chain(OUT_OF_REACH.iter().map(|it| it.0));
    let named: BTreeSet<String> = named.map(str::to_owned).collect();
    assert_eq!(named, MergeError::names().into_iter().collect());
    assert_eq!(named.len(), TABLE.len() + OUT_OF_REACH.len());
}
