//! Two thousand hostile packets, each made for one reason and refused for it.
//!
//! A generated packet is damaged in one of the ways below, at a place the seed
//! chooses. None may crash the reader, and none may leave a report half-written.
#![expect(
    clippy::expect_used,
    reason = "a test helper that fails is a test that fails"
)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::thread;

use checker::report::Report;
use checker::{Guard, Outcome, Reason, Settings};
use fixtures::Spec;
use fixtures::bag::{Algorithm, put, seal_tags};

const PACKETS: u64 = 2000;
const FILES: u32 = 3;
const THREADS: u64 = 4;

/// One way to damage a packet, at the payload file `victim`, with some number.
type Damage = fn(&Path, victim: &str, number: u64);

const WAYS: &[(Reason, Damage)] = &[
    (Reason::DigestMismatch, |dir, victim, number| {
        edit(dir, victim, |bytes| {
            let at = usize::try_from(number).unwrap_or(0) % bytes.len();
            bytes[at] ^= 1 << (number % 8);
        });
    }),
    (Reason::OxumMismatch, |dir, victim, _| {
        edit(dir, victim, |bytes| bytes.truncate(bytes.len() - 1))
    }),
    (Reason::MissingFile, |dir, victim, _| {
        fs::remove_file(dir.join(victim)).expect("removed")
    }),
    (Reason::UnlistedFile, |dir, victim, number| {
        write(dir, &format!("{victim}.{number}"), b"x")
    }),
    (Reason::Symlink, |dir, victim, number| {
        fs::remove_file(dir.join(victim)).expect("removed");
        let to = [
            "/etc/passwd",
            "/proc/self/mem",
            "00000000.bin",
            ".",
            "nowhere",
        ];
        symlink(
            to[usize::try_from(number % 5).unwrap_or(0)],
            dir.join(victim),
        )
        .expect("linked");
    }),
    (Reason::HardLink, |dir, victim, number| {
        fs::hard_link(dir.join(victim), dir.join(format!("again{number}"))).expect("linked");
    }),
    (Reason::DuplicateEntry, |dir, victim, _| {
        lines(dir, |text| text.clone() + &line(&text, victim))
    }),
    (Reason::PathEscapes, |dir, victim, number| {
        let climb = "../".repeat(usize::try_from(number % 20).unwrap_or(0) + 1);
        lines(dir, |text| {
            text.replace(victim, &format!("data/{climb}etc/passwd"))
        });
    }),
    (Reason::PathAbsolute, |dir, victim, _| {
        lines(dir, |text| text.replace(victim, &format!("/{victim}")))
    }),
    (Reason::PathEncoding, |dir, victim, number| {
        lines(dir, |text| {
            text.replace(victim, &format!("data/%{:02X}", 0x2e + number % 0x50))
        });
    }),
    (Reason::DigestSyntax, |dir, victim, number| {
        let cut = usize::try_from(number % 63).unwrap_or(0) + 1;
        lines(dir, |text| {
            text.replace(&line(&text, victim), &line(&text, victim)[cut..])
        });
    }),
    (Reason::ManifestSyntax, |dir, victim, _| {
        lines(dir, |text| text.replace(&format!("  {victim}"), ""))
    }),
    (Reason::OxumSyntax, |dir, _, number| {
        write(
            dir,
            "bag-info.txt",
            format!("Payload-Oxum: {number}\n").as_bytes(),
        )
    }),
    (Reason::BagInfoSyntax, |dir, _, number| {
        write(dir, "bag-info.txt", format!("{number}\n").as_bytes())
    }),
    (Reason::FetchNotAllowed, |dir, victim, _| {
        write(
            dir,
            "fetch.txt",
            format!("http://a.invalid/ 1 {victim}.more\n").as_bytes(),
        )
    }),
    (Reason::VersionUnsupported, |dir, _, number| {
        let text = format!(
            "BagIt-Version: {}.{}\nTag-File-Character-Encoding: UTF-8\n",
            number % 9 + 2,
            number % 90
        );
        write(dir, "bagit.txt", text.as_bytes());
    }),
    (Reason::CaseCollision, |dir, victim, _| {
        write(dir, &victim.replace("bin", "BIN"), b"x");
        lines(dir, |text| {
            text.clone() + &line(&text, victim).replace("bin", "BIN")
        });
    }),
    (Reason::PacketSyntax, |dir, _, number| {
        packet(dir, |text| {
            let half = usize::try_from(number).unwrap_or(0) % (text.len() - 3);
            text[..half].to_owned()
        })
    }),
    (Reason::PacketShape, |dir, _, number| {
        packet(dir, |text| {
            text.replacen('{', &format!("{{\"f{number}\": 0,"), 1)
        })
    }),
    (Reason::ActionDenied, |dir, _, number| {
        packet(dir, |text| {
            text.replace("READ_PACKET_ITEM", &format!("WRITE_{number}"))
        })
    }),
    (Reason::TimeMalformed, |dir, _, number| {
        packet(dir, |text| {
            text.replace("2026-06-09T12", &format!("2026-06-{}T12", 31 + number % 60))
        })
    }),
    (Reason::ItemPath, |dir, _, number| {
        packet(dir, |text| {
            text.replacen(
                "data/evidence/",
                &format!(
                    "{}data/",
                    "../".repeat(1 + usize::try_from(number % 9).unwrap_or(0))
                ),
                1,
            )
        })
    }),
];

fn write(dir: &Path, name: &str, bytes: &[u8]) {
    put(dir, name, bytes).expect("written");
}

fn edit(dir: &Path, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(dir.join(name)).expect("a file");
    change(&mut bytes);
    write(dir, name, &bytes);
}

fn text(dir: &Path, name: &str, change: impl FnOnce(String) -> String) {
    let text = fs::read_to_string(dir.join(name)).expect("a text");
    write(dir, name, change(text).as_bytes());
}

fn lines(dir: &Path, change: impl FnOnce(String) -> String) {
    text(dir, "manifest-sha256.txt", change);
}

/// The manifest's line for this file.
fn line(manifest: &str, victim: &str) -> String {
    let of = |line: &&str| line.ends_with(victim);
    format!(
        "{}\n",
        manifest.lines().find(of).expect("the victim is listed")
    )
}

/// Edits `data/packet.json` and lists it as it then is.
fn packet(dir: &Path, change: impl FnOnce(String) -> String) {
    text(dir, "data/packet.json", change);
    let bytes = fs::read(dir.join("data/packet.json")).expect("the packet");
    let digest = <sha2::Sha256 as sha2::Digest>::digest(&bytes);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    lines(dir, |text| {
        let old = line(&text, "data/packet.json");
        text.replace(&old, &format!("{hex}  data/packet.json\n"))
    });
    write(dir, "bag-info.txt", b"");
}

fn triage(input: &Path) -> Report {
    let guard = Guard::new(&Settings::of(input.into(), "/nowhere".into()));
    checker::triage(&guard, &order()).expect("the self-audit holds")
}

fn refused_as_made(seed: u64) -> Result<(), String> {
    let ways = WAYS.len() as u64;
    let (reason, damage) = WAYS[usize::try_from(seed % ways).unwrap_or(0)];
    let number = seed / ways;
    let dir = tempfile::tempdir().expect("a temporary folder");
    let spec = Spec {
        files: FILES,
        size: 1 + number * 7,
        seed,
    };
    fixtures::generate(spec, dir.path()).expect("a packet");
    let victim = format!("data/more/00000/{:08}.bin", number % u64::from(FILES));
    damage(dir.path(), &victim, number);
    seal_tags(dir.path(), Algorithm::Sha256).expect("sealed");
    let report = triage(dir.path());
    let observed = report.refusal.map(|refusal| refusal.reason);
    if report.outcome == Outcome::Refused && observed == Some(reason) {
        Ok(())
    } else {
        Err(format!(
            "seed {seed}: expected {reason}, observed {observed:?}"
        ))
    }
}

#[test]
fn two_thousand_hostile_packets_are_refused_each_for_its_own_reason() {
    let share = |thread| (0..PACKETS).filter(move |seed| seed % THREADS == thread);
    let work = |thread| {
        share(thread)
            .filter_map(|seed| refused_as_made(seed).err())
            .collect::<Vec<_>>()
    };
    let wrong: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| scope.spawn(move || work(thread)))
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("no panic"))
            .collect()
    });
    assert!(
        wrong.is_empty(),
        "{} of {PACKETS}:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
}

/// What the fixtures' captures are believed by.
fn order() -> checker::Order {
    checker::Order::parse(&fixtures::order()).expect("an order")
}
