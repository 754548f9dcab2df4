//! Tests of the call language: what it reads, what it refuses, and that what
//! it prints it reads again.

use proptest::prelude::*;

use super::*;

fn arguments(text: &str) -> Vec<Argument> {
    Call::parse(text).unwrap().arguments
}

#[test]
fn reads_numbers_constants_and_flags() {
    let call = Call::parse("socket(AF_INET, SOCK_STREAM|0x800, -1)").unwrap();
    assert_eq!(call.name, "socket");
    let [
        Argument::Flags(family),
        Argument::Flags(kind),
        Argument::Number(protocol),
    ] = &call.arguments[..]
    else {
        panic!("{call:?}");
    };
    assert_eq!(family[0].value(), 2);
    assert_eq!(kind.iter().map(Flag::value).collect::<Vec<_>>(), [1, 0x800]);
    assert_eq!(*protocol, u64::MAX);
}

#[test]
fn reads_every_kind_of_pointer() {
    let text = "f(NULL, BAD, \"/in/x\", buf(8), bytes(00ff), fact(output))";
    let expected = [
        Argument::Null,
        Argument::Bad,
        Argument::Text("/in/x".to_owned()),
        Argument::Buffer(8),
        Argument::Bytes(vec![0, 255]),
        Argument::Fact("output".to_owned()),
    ];
    assert_eq!(arguments(text), expected);
    let nested = Argument::Words64(vec![Argument::Text("a".to_owned()), Argument::Null]);
    assert_eq!(arguments("f(u64s(\"a\", NULL))"), [nested]);
}

#[test]
fn reads_numbers_to_the_edge_of_a_register_and_not_beyond() {
    assert_eq!(
        arguments("f(18446744073709551615)"),
        [Argument::Number(u64::MAX)]
    );
    assert_eq!(
        arguments("f(-9223372036854775808)"),
        [Argument::Number(1 << 63)]
    );
    assert!(matches!(
        Call::parse("f(18446744073709551616)"),
        Err(CallError::Number { .. })
    ));
    assert!(matches!(
        Call::parse("f(-9223372036854775809)"),
        Err(CallError::Number { .. })
    ));
}

#[test]
fn refuses_what_is_not_exactly_one_call() {
    for text in [
        "",
        "f",
        "f(",
        "f(1",
        "f(1,2)",
        "f(1, )",
        "f(,)",
        "f() ",
        " f()",
        "f()g()",
        "1(2)",
        "f(\"a)",
        "f(\"a\\n\")",
        "f(bytes(0))",
        "f(bytes(FF))",
        "f(buf(0))",
        "f(buf(4097))",
        "f(buf(-1))",
        "f(AF_INET|)",
        "f(|1)",
        "f(0x)",
        "f(u64s(u64s(1)))",
        "f(fact())",
        "f(\u{e9})",
        "f(\"\u{e9}\")",
    ] {
        assert!(Call::parse(text).is_err(), "`{text}`");
    }
}

#[test]
fn refuses_an_unknown_constant_by_name() {
    let error = Call::parse("socket(AF_INTE, 1, 0)").unwrap_err();
    assert_eq!(
        error,
        CallError::Symbol {
            name: "AF_INTE".to_owned()
        }
    );
}

#[test]
fn refuses_a_seventh_argument_and_an_overlong_text() {
    assert!(Call::parse("f(1, 2, 3, 4, 5, 6)").is_ok());
    assert_eq!(
        Call::parse("f(1, 2, 3, 4, 5, 6, 7)"),
        Err(CallError::TooMany { limit: 6 })
    );
    let long = format!("f(\"{}\")", "a".repeat(1024));
    assert!(matches!(Call::parse(&long), Err(CallError::TooLong { .. })));
}

fn any_plain_argument() -> impl Strategy<Value = Argument> {
    prop_oneof![
        any::<u64>().prop_map(Argument::Number),
        "[ !#-\\[\\]-~]{0,20}".prop_map(Argument::Text),
        Just(Argument::Null),
        Just(Argument::Bad),
        (1..=MAX_BUFFER).prop_map(Argument::Buffer),
        prop::collection::vec(any::<u8>(), 1..20).prop_map(Argument::Bytes),
        "[a-z_]{1,12}".prop_map(Argument::Fact),
        (any::<prop::sample::Index>(), any::<u64>()).prop_map(|(index, literal)| {
            let (name, value) = symbols::ALL[index.index(symbols::ALL.len())];
            Argument::Flags(vec![Flag::Named(name, value), Flag::Literal(literal)])
        }),
    ]
}

fn any_argument() -> impl Strategy<Value = Argument> {
    let array = || prop::collection::vec(any_plain_argument(), 0..3);
    prop_oneof![
        4 => any_plain_argument(),
        1 => array().prop_map(Argument::Words32),
        1 => array().prop_map(Argument::Words64),
    ]
}

proptest! {
    #[test]
    fn what_is_printed_is_read_again(
        name in "[a-z][a-z0-9_]{0,20}",
        arguments in prop::collection::vec(any_argument(), 0..=MAX_ARGUMENTS),
    ) {
        let call = Call { name, arguments };
        let text = call.to_string();
        prop_assume!(text.len() <= MAX_TEXT);
        prop_assert_eq!(Call::parse(&text).unwrap(), call);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}|[a-z(),|\"0-9x -]{0,60}") {
        prop_assert!(Call::parse(&text).map(|call| call.to_string() == text || !text.is_empty()).unwrap_or(true));
    }
}
