//! Archives made here, entry by entry, and what is written of them.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use super::*;

/// What an archive says that an entry is.
#[derive(Debug, Clone, Copy)]
enum Is {
    File,
    Folder,
    Link,
    HardLink,
    Fifo,
}

type Entry<'a> = (&'a str, Is, &'a str);

/// A tar of these entries, whose paths are written as they are.
fn tar_of(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, is, text) in entries {
        let mut header = tar::Header::new_ustar();
        let place = &mut header.as_old_mut().name;
        place[..name.len()].copy_from_slice(name.as_bytes());
        header.set_mode(0o600);
        header.set_entry_type(match is {
            Is::File => tar::EntryType::Regular,
            Is::Folder => tar::EntryType::Directory,
            Is::Link => tar::EntryType::Symlink,
            Is::HardLink => tar::EntryType::Link,
            Is::Fifo => tar::EntryType::Fifo,
        });
        if matches!(is, Is::Link | Is::HardLink) {
            header.set_link_name(text).unwrap();
            header.set_size(0);
        } else {
            header.set_size(text.len() as u64);
        }
        header.set_cksum();
        let content = if matches!(is, Is::File) { *text } else { "" };
        archive.append(&header, content.as_bytes()).unwrap();
    }
    archive.into_inner().unwrap()
}

fn zip_of(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    let how = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    for (name, is, text) in entries {
        match is {
            Is::File => {
                archive.start_file(*name, how).unwrap();
                archive.write_all(text.as_bytes()).unwrap();
            }
            Is::Folder => archive.add_directory(*name, how).unwrap(),
            Is::Link | Is::HardLink | Is::Fifo => archive.add_symlink(*name, *text, how).unwrap(),
        }
    }
    archive.finish().unwrap().into_inner()
}

fn gz_of(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// An archive unpacked in a folder of its own, beneath which all is looked at.
struct Unpacked {
    folder: tempfile::TempDir,
    bag: Result<PathBuf, ArchiveError>,
}

fn unpacked(bytes: &[u8]) -> Unpacked {
    let folder = tempfile::tempdir().unwrap();
    let (archive, into) = (folder.path().join("archive"), folder.path().join("into"));
    std::fs::write(&archive, bytes).unwrap();
    std::fs::create_dir(&into).unwrap();
    let Start::Of(kind) = start(&archive).unwrap() else {
        panic!("expected an archive");
    };
    let bag = unpack(&archive, kind, (&into, &|| false));
    // Whatever came of it, nothing was made elsewhere.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    Unpacked { folder, bag }
}

fn word(bytes: &[u8]) -> &'static str {
    unpacked(bytes)
        .bag
        .map_or_else(|error| error.word(), |_| "taken")
}

const BAG: [Entry<'static>; 4] = [
    ("bag/", Is::Folder, ""),
    ("bag/bagit.txt", Is::File, "BagIt-Version: 1.0\n"),
    ("bag/data/caf\u{e9}", Is::File, "one"),
    ("bag/data/empty/", Is::Folder, ""),
];

#[test]
fn a_bag_comes_out_of_each_kind_as_it_went_in() {
    for bytes in [tar_of(&BAG), gz_of(&tar_of(&BAG)), zip_of(&BAG)] {
        let unpacked = unpacked(&bytes);
        let bag = unpacked.bag.as_ref().unwrap();
        assert_eq!(*bag, unpacked.folder.path().join("into/bag"));
        let text = std::fs::read_to_string(bag.join("data/caf\u{e9}"));
        assert_eq!(text.unwrap(), "one");
        assert!(bag.join("data/empty").is_dir());
        let mode = |name: &str| bag.join(name).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("data"), mode("bagit.txt")), (0o755, 0o644));
    }
}

#[test]
fn a_bag_that_lies_in_no_folder_is_found_too() {
    let bare = [
        ("./", Is::Folder, ""),
        ("./bagit.txt", Is::File, "x"),
        ("./data/a", Is::File, "1"),
    ];
    let unpacked = unpacked(&tar_of(&bare));
    let bag = unpacked.bag.unwrap();
    assert!(bag.ends_with("into") && bag.join("data/a").is_file());
}

#[test]
fn no_path_leaves_the_folder() {
    for name in ["../x", "/x", "a/../../x", "a//x", "a/./x", "a/.."] {
        let entries = [(name, Is::File, "x")];
        assert_eq!(word(&tar_of(&entries)), "ARCHIVE_PATH_OUTSIDE", "{name}");
        assert_eq!(word(&zip_of(&entries)), "ARCHIVE_PATH_OUTSIDE", "{name}");
    }
}

#[test]
fn no_link_is_made_or_followed() {
    for is in [Is::Link, Is::HardLink] {
        let entries = [("bag/out", is, "/etc"), ("bag/out/x", Is::File, "x")];
        assert_eq!(word(&tar_of(&entries)), "ARCHIVE_LINK");
    }
    let entries = [("bag/out", Is::Link, ".."), ("bag/out/x", Is::File, "x")];
    assert_eq!(word(&zip_of(&entries)), "ARCHIVE_LINK");
    assert_eq!(
        word(&tar_of(&[("f", Is::Fifo, "")])),
        "ARCHIVE_SPECIAL_FILE"
    );
}

#[test]
fn one_path_has_one_file() {
    let twice = [("a", Is::File, "1"), ("./a", Is::File, "2")];
    let beneath = [("a", Is::File, "1"), ("a/b", Is::File, "2")];
    for entries in [&twice, &beneath] {
        assert_eq!(word(&tar_of(entries)), "ARCHIVE_PATH_TWICE");
        assert_eq!(word(&zip_of(entries)), "ARCHIVE_PATH_TWICE");
    }
    // Two entries of one name, which the library would take for one.
    let mut bytes = zip_of(&[("aa", Is::File, "1"), ("ab", Is::File, "2")]);
    for at in 0..bytes.len() - 2 {
        if &bytes[at..at + 2] == b"ab" {
            bytes[at + 1] = b'a';
        }
    }
    assert_eq!(word(&bytes), "ARCHIVE_PATH_TWICE");
    let said = unpacked(&bytes).bag.unwrap_err().to_string();
    assert!(said.ends_with("observed `aa` again"), "{said}");
}

/// Some tools believe the header before a file, some the directory at the end.
#[test]
fn a_zip_has_one_name_of_each_file() {
    let mut bytes = zip_of(&[("bag/one", Is::File, "1"), ("bag/two", Is::File, "2")]);
    assert_eq!(word(&bytes), "taken");
    let at = bytes.windows(7).position(|it| it == b"bag/two").unwrap();
    bytes[at + 6] = b'x';
    assert_eq!(word(&bytes), "ARCHIVE_NAMES_DIFFER");
    bytes.splice(at - 4..at - 3, [6]);
    assert_eq!(word(&bytes), "ARCHIVE_NAMES_DIFFER");
}

/// A name in the letters of an old machine: the page says that none is taken.
#[test]
fn a_name_in_a_zip_is_utf_8_or_none() {
    let mut bytes = zip_of(&[("b-ag", Is::File, "1")]);
    for at in 0..bytes.len() - 4 {
        if &bytes[at..at + 4] == b"b-ag" {
            bytes[at + 1] = 0x82; // `é` in CP437
        }
    }
    assert_eq!(word(&bytes), "ARCHIVE_NAME_NOT_UTF8");
    assert_eq!(word(&zip_of(&[("b\u{e9}g", Is::File, "1")])), "taken");
}

#[test]
fn what_is_repeated_of_a_name_begins_no_line() {
    let forged = "rel/x\n\n== real.tar\noutcome  no_gap_observed (exit 5)";
    let said = unpacked(&tar_of(&[(forged, Is::Link, "x")])).bag;
    let said = said.unwrap_err().to_string();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("x\u{240a}\u{240a}== real.tar"), "{said}");
}

#[test]
fn what_lies_beside_a_bag_is_named() {
    let with = |name: &'static str| {
        let entries = [BAG.as_slice(), &[(name, Is::File, "x")]].concat();
        let unpacked = unpacked(&zip_of(&entries));
        beside(&unpacked.folder.path().join("into")).unwrap()
    };
    let said = with("__MACOSX/._bag").unwrap();
    assert_eq!(
        said,
        "the bag seems to be `bag`, and `__MACOSX` lies beside it: pack `bag` alone"
    );
    assert!(with("note.txt").unwrap().contains("`note.txt`"));
    assert_eq!(with("bag/tag.txt"), None);
}

#[test]
fn an_archive_that_ends_too_early_or_has_a_wrong_sum_is_none() {
    let (tar, zip) = (tar_of(&BAG), zip_of(&BAG));
    let gz = gz_of(&tar);
    assert_eq!(word(&tar[..1024 + 500]), "ARCHIVE_UNREADABLE");
    assert_eq!(word(&gz[..gz.len() - 9]), "ARCHIVE_UNREADABLE");
    assert_eq!(word(&zip[..zip.len() - 30]), "ARCHIVE_UNREADABLE");
    let mut wrong = gz.clone();
    let sum = wrong.len() - 8;
    wrong[sum] ^= 1;
    assert_eq!(word(&wrong), "ARCHIVE_UNREADABLE");
}

#[test]
fn paths_are_bounded() {
    let long = ["d"; 70].join("/");
    assert_eq!(
        word(&zip_of(&[(&long, Is::File, "x")])),
        "ARCHIVE_PATH_TOO_LONG"
    );
    let long = ["d".repeat(200).as_str(); 30].join("/");
    assert_eq!(
        word(&zip_of(&[(&long, Is::File, "x")])),
        "ARCHIVE_PATH_TOO_LONG"
    );
}

#[test]
fn entries_and_bytes_are_bounded() {
    let at_most = |entries, bytes| {
        let folder = tempfile::tempdir().unwrap();
        let mut place = Place::of((folder.path(), &|| false), entries, bytes);
        let archive = tar_of(&[("a/b/c", Is::File, "0123456789"), ("d", Is::File, "")]);
        tape::unpack(&archive[..], &mut place).map_err(|error| error.word())
    };
    assert_eq!(at_most(4, 10), Ok(()));
    assert_eq!(at_most(3, 10), Err("ARCHIVE_TOO_MANY_ENTRIES"));
    assert_eq!(at_most(4, 9), Err("ARCHIVE_TOO_LARGE"));
}

#[test]
fn what_stands_before_an_entry_is_bounded() {
    let mut header = tar::Header::new_gnu();
    header.set_path("././@LongLink").unwrap();
    header.set_entry_type(tar::EntryType::GNULongName);
    header.set_size(2 * 1024 * 1024);
    header.set_cksum();
    let mut archive = header.as_bytes().to_vec();
    archive.resize(512 + 2 * 1024 * 1024, b'x');
    // Whose name that would be: it is never asked how long it is.
    archive.extend(tar_of(&[("x", Is::File, "")]));
    let folder = tempfile::tempdir().unwrap();
    let mut place = Place::of((folder.path(), &|| false), 10, 10);
    let refused = tape::unpack(&archive[..], &mut place).unwrap_err();
    assert_eq!(refused.word(), "ARCHIVE_UNREADABLE");
}

#[test]
fn what_is_none_of_the_three_is_no_archive() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x");
    for start in [&b""[..], b"PK", b"7z\xbc\xaf\x27\x1c", b"BZh9", &[0; 512]] {
        std::fs::write(&file, start).unwrap();
        assert!(!matches!(super::start(&file).unwrap(), Start::Of(_)));
    }
}

#[test]
fn an_interruption_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut place = Place::of((folder.path(), &|| true), 10, 10);
    let refused = place.file("x", &mut &b"1"[..]).unwrap_err();
    assert_eq!(refused.word(), "ARCHIVE_STOPPED");
}

const PAGE: &str = include_str!("../../../../../checker/BAGS.md");

#[test]
fn the_bounds_are_on_the_page_of_bags() {
    assert_eq!(place::MAX_ENTRIES, 4_194_304);
    assert_eq!(place::MAX_BYTES, 1 << 40);
    assert!(PAGE.contains("or than 1 TiB |"));
    let page = PAGE.replace('\n', " ");
    assert!(page.contains("4,194,304 files and folders"));
    let path = format!("{MAX_PATH} bytes and {MAX_DEPTH} folders of a path");
    assert!(page.contains(&path), "{path}");
    let room = include_str!("../../../../../ATTESTATION.md");
    assert!(room.contains("takes up to half of what is free for each"));
    let folder = tempfile::tempdir().unwrap();
    let free = nix::sys::statvfs::statvfs(folder.path()).unwrap();
    let free = free.blocks_available() * free.fragment_size();
    let place = Place::new(folder.path(), &|| false).unwrap();
    assert!(
        place.most_bytes() <= free / 2 + free / 100,
        "half of what is free"
    );
}

#[test]
fn every_word_is_on_the_page_of_bags_and_explained() {
    let page = PAGE;
    let entry = String::new;
    let io = || io::Error::other("x");
    let all = [
        ArchiveError::Read(io()),
        ArchiveError::Write {
            entry: entry(),
            source: io(),
        },
        ArchiveError::Link { entry: entry() },
        ArchiveError::Special { entry: entry() },
        ArchiveError::Outside { entry: entry() },
        ArchiveError::Name { entry: entry() },
        ArchiveError::TooLong { entry: entry() },
        ArchiveError::Twice { entry: entry() },
        ArchiveError::Names { entry: entry() },
        ArchiveError::TooMany { most: 1 },
        ArchiveError::TooLarge { most: 1 },
        ArchiveError::Stopped,
        ArchiveError::Truncated { entry: entry() },
    ];
    assert!(all.iter().all(|it| it.hint().len() > 10));
    let words: Vec<&str> = all.iter().map(ArchiveError::word).collect();
    let listed = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `ARCHIVE_"));
    assert_eq!(listed.count(), words.len());
    let matrix = declared::matrix().unwrap();
    let glossary = crate::glossary::Glossary::builtin(&matrix).unwrap();
    for word in words {
        assert!(page.contains(&format!("| `{word}` |")), "{word}");
        assert!(glossary.find(word).is_some(), "{word}");
    }
}
