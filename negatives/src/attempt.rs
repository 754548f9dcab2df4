//! Makes one attempt: places its arguments, enters the kernel, records the
//! answer, and takes back what the attempt left behind.
//!
//! Scripts build on the same bench. Nothing here knows what answer is wanted.

use std::collections::BTreeMap;

use self::under_way::{UnderWay, Unreturned};
use crate::call::{Argument, BY_NUMBER, Call, table};
use crate::raw::{self, Arena, BAD_ADDRESS};
use crate::script;
use crate::wire::{Abi, Act, CallRecord, Outcome};

mod cleanup;
pub mod under_way;

/// The longest text an outcome carries.
const MAX_WORDS: usize = 512;

/// What came of an attempt, with the call that decided it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The deciding call, where there is one.
    pub call: Option<CallRecord>,
    /// What came of it.
    pub outcome: Outcome,
}

/// How the steps of a script end early: with the report they end in.
pub type Step<T> = Result<T, Report>;

impl Report {
    /// The kernel's answer is the outcome.
    #[must_use]
    pub fn of(call: CallRecord) -> Self {
        let outcome = match i32::try_from(call.returned) {
            Ok(number @ -4095..=-1) => Outcome::Errno(-number),
            Ok(_) | Err(_) => Outcome::Returned(call.returned),
        };
        Self {
            call: Some(call),
            outcome,
        }
    }

    /// What was looked for is there.
    #[must_use]
    pub fn found(what: &str) -> Self {
        Self {
            call: None,
            outcome: Outcome::Found(bounded(what)),
        }
    }

    /// What was looked for is not there.
    #[must_use]
    pub const fn absent() -> Self {
        Self {
            call: None,
            outcome: Outcome::Absent,
        }
    }

    /// The attempt could not be set up.
    #[must_use]
    pub fn unready(why: &str) -> Self {
        Self {
            call: None,
            outcome: Outcome::Unready(bounded(why)),
        }
    }

    /// This machine cannot do it at all.
    #[must_use]
    pub fn not_applicable(why: &str) -> Self {
        Self {
            call: None,
            outcome: Outcome::NotApplicable(bounded(why)),
        }
    }
}

/// Where attempts are made: the plan's facts and memory for arguments.
#[derive(Debug)]
pub struct Bench<'a> {
    facts: &'a BTreeMap<String, String>,
    /// Memory for arguments, afresh for each attempt.
    pub arena: Arena,
    /// What a program that an attempt becomes is to print.
    pub hello: Hello,
    /// With which arguments each call of this attempt was last made, by entry and number.
    arguments: BTreeMap<(u32, u64), [u64; 6]>,
    /// Where each call is written down before it is made, if anybody is to know.
    under_way: Option<UnderWay>,
    /// Whether the call is one that the act does not need.
    aside: bool,
}

/// What the program that an attempt becomes needs to say so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hello {
    /// This program's own path.
    pub program: String,
    /// Its arguments, so that it prints the attempt's `end` and the `exit`.
    pub arguments: Vec<String>,
    /// The same lines, ready made, for a program that only prints.
    pub lines: String,
}

impl<'a> Bench<'a> {
    /// A bench for one launch.
    ///
    /// # Errors
    /// What `mmap(2)` returns for the arguments' memory.
    pub fn new(facts: &'a BTreeMap<String, String>) -> Result<Self, std::io::Error> {
        Ok(Self {
            facts,
            arena: Arena::new()?,
            hello: Hello::default(),
            arguments: BTreeMap::new(),
            under_way: None,
            aside: false,
        })
    }

    /// From now on each call is written down before it is made.
    pub fn write_down(&mut self, under_way: UnderWay) {
        self.under_way = Some(under_way);
    }

    /// Does something of which no call is written down.
    pub fn unwritten<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let under_way = self.under_way.take();
        let done = work(self);
        self.under_way = under_way;
        done
    }

    /// The call that whoever wrote down its calls here was in at its end; who comes next
    /// begins in none.
    pub fn unreturned(&mut self) -> Option<Unreturned> {
        let under_way = self.under_way.as_mut()?;
        let unreturned = under_way.unreturned();
        under_way.is_over();
        unreturned
    }

    /// Makes one attempt.
    pub fn attempt(&mut self, act: &Act) -> Report {
        self.arena.reset();
        self.arguments.clear();
        let made = match act {
            Act::Call { call, abi } => self.call(call, *abi),
            Act::Script { script, args } => self.script(script, args),
        };
        made.unwrap_or_else(|early| early)
    }

    /// With which arguments the call of this record was last made.
    #[must_use]
    pub fn arguments_of(&self, call: &CallRecord) -> Option<[u64; 6]> {
        self.arguments.get(&(call.arch, call.number)).copied()
    }

    /// The native call of this name; arguments not given are 0.
    ///
    /// # Errors
    /// The machine's table has no such call.
    pub fn native(&mut self, name: &str, arguments: &[u64]) -> Step<CallRecord> {
        self.enter(Abi::Native, name, number_of(Abi::Native, name)?, arguments)
    }

    /// The call of this name by the i386 entry, whose pointers are 32 bits wide.
    ///
    /// # Errors
    /// This machine has no such entry, or its table no such call.
    pub fn compat(&mut self, name: &str, arguments: &[u64]) -> Step<CallRecord> {
        self.enter(Abi::I386, name, number_of(Abi::I386, name)?, arguments)
    }

    /// The native call of this name, which must succeed for the script to go on.
    ///
    /// # Errors
    /// The report of the call if it failed.
    pub fn must(&mut self, name: &str, arguments: &[u64]) -> Step<u64> {
        let record = self.native(name, arguments)?;
        u64::try_from(record.returned).map_err(|_| Report::of(record))
    }

    /// A native call that the act can do without: it is not what is tried, and where a
    /// filter kills it, it is not the act that is closed.
    ///
    /// # Errors
    /// The machine's table has no such call.
    pub fn aside(&mut self, name: &str, arguments: &[u64]) -> Step<CallRecord> {
        self.aside = true;
        let made = self.native(name, arguments);
        self.aside = false;
        made
    }

    /// Closes a descriptor; what that returns matters to nobody.
    pub fn close(&mut self, descriptor: u64) {
        drop(self.aside("close", &[descriptor]));
    }

    /// Ends this process at once, with no word of what it held in store.
    pub fn leave(&mut self, code: u64) {
        drop(self.aside("exit_group", &[code]));
    }

    /// The address of a text and its NUL.
    ///
    /// # Errors
    /// The arena is full.
    pub fn text(&mut self, text: &str) -> Step<u64> {
        let mut bytes = text.as_bytes().to_vec();
        bytes.push(0);
        self.bytes(&bytes)
    }

    /// The address of bytes.
    ///
    /// # Errors
    /// The arena is full.
    pub fn bytes(&mut self, bytes: &[u8]) -> Step<u64> {
        self.arena
            .place(bytes)
            .ok_or_else(|| Report::unready("the arguments do not fit"))
    }

    /// The address of an array of words.
    ///
    /// # Errors
    /// The arena is full.
    pub fn words(&mut self, words: &[u64]) -> Step<u64> {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        self.bytes(&bytes)
    }

    /// A fact of the plan.
    ///
    /// # Errors
    /// The plan does not state it.
    pub fn fact(&self, name: &str) -> Step<String> {
        self.facts
            .get(name)
            .cloned()
            .ok_or_else(|| Report::unready(&format!("expected the fact `{name}` in the plan")))
    }

    fn script(&mut self, name: &str, arguments: &[String]) -> Step<Report> {
        let script = script::find(name)
            .ok_or_else(|| Report::unready(&format!("expected a script, observed `{name}`")))?;
        if arguments.len() != script.arguments {
            return Err(Report::unready(&format!(
                "expected {} arguments for `{name}`",
                script.arguments
            )));
        }
        let resolved: Step<Vec<String>> = arguments.iter().map(|text| self.resolve(text)).collect();
        (script.run)(self, &resolved?)
    }

    /// `fact(name)` stands for the plan's text; anything else for itself.
    fn resolve(&self, text: &str) -> Step<String> {
        match script::split_fact(text) {
            Some((before, name, after)) => Ok([before, &self.fact(name)?, after].concat()),
            None => Ok(text.to_owned()),
        }
    }

    fn call(&mut self, text: &str, abi: Abi) -> Step<Report> {
        let call = Call::parse(text).map_err(|error| Report::unready(&error.to_string()))?;
        let mut words = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            words.push(self.place(argument)?);
        }
        let number = if call.name == BY_NUMBER && !words.is_empty() {
            words.remove(0)
        } else {
            number_of(abi, &call.name)?
        };
        let record = self.enter(abi, &call.name, number, &words)?;
        if abi == Abi::Native {
            self.take_back(&record, &words);
        }
        Ok(Report::of(record))
    }

    fn enter(&mut self, abi: Abi, name: &str, number: u64, words: &[u64]) -> Step<CallRecord> {
        let mut arguments = [0; 6];
        arguments
            .iter_mut()
            .zip(words)
            .for_each(|(register, word)| *register = *word);
        let arch = table::audit_arch(abi);
        if let Some(under_way) = &mut self.under_way {
            under_way.begins(name, (number, arch), arguments, self.aside);
        }
        let returned = match abi {
            Abi::Native | Abi::X32 => raw::native(number, arguments),
            Abi::I386 => i386(number, arguments)?,
        };
        if let Some(under_way) = &mut self.under_way {
            under_way.is_over();
        }
        self.arguments.insert((arch, number), arguments);
        Ok(CallRecord {
            name: name.to_owned(),
            number,
            arch,
            returned,
        })
    }

    fn place(&mut self, argument: &Argument) -> Step<u64> {
        match argument {
            Argument::Number(value) => Ok(*value),
            Argument::Flags(flags) => Ok(flags.iter().fold(0, |all, flag| all | flag.value())),
            Argument::Text(text) => self.text(text),
            Argument::Null => Ok(0),
            Argument::Bad => Ok(BAD_ADDRESS),
            Argument::Buffer(length) => self.bytes(&vec![0; *length]),
            Argument::Bytes(bytes) => self.bytes(bytes),
            Argument::Fact(name) => {
                let text = self.fact(name)?;
                self.text(&text)
            }
            Argument::Words32(words) => {
                let words: Step<Vec<u64>> = words.iter().map(|word| self.place(word)).collect();
                let bytes: Vec<u8> = words?
                    .into_iter()
                    .flat_map(|word| low_half(word).to_ne_bytes())
                    .collect();
                self.bytes(&bytes)
            }
            Argument::Words64(words) => {
                let words: Step<Vec<u64>> = words.iter().map(|word| self.place(word)).collect();
                self.words(&words?)
            }
        }
    }
}

fn number_of(abi: Abi, name: &str) -> Step<u64> {
    table::number(abi, name).ok_or_else(|| {
        Report::not_applicable(&format!(
            "this machine ({}) has no call `{name}`",
            std::env::consts::ARCH
        ))
    })
}

fn i386(number: u64, arguments: [u64; 6]) -> Step<i64> {
    let [a, b, c, d, e, _] = arguments.map(low_half);
    raw::i386(low_half(number), [a, b, c, d, e])
        .ok_or_else(|| Report::not_applicable("this machine has no i386 entry"))
}

/// A 32-bit register takes the low half, as the i386 entry does.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the high half is what a 32-bit register does not hold"
)]
const fn low_half(word: u64) -> u32 {
    word as u32
}

fn bounded(text: &str) -> String {
    text.chars().take(MAX_WORDS).collect()
}
