//! The SHA-256 of a program that a sandbox runs, read through the kernel each time.
//!
//! Nearly always it is one of the three that this harness put there. Comparing bytes
//! costs a tenth of hashing them and is no weaker: only what is equal to the last byte
//! has the known digest.

use std::fs::File;
use std::io::{self, Read};
use std::sync::LazyLock;

use evidence::digest::sha256;
use programs::Programs;
use sha2::{Digest, Sha256};

/// The longest program that is hashed, in bytes.
const MAX_PROGRAM: u64 = 256 << 20;
/// How many bytes are read at a time.
const CHUNK: usize = 1 << 16;

/// A program whose bytes and digest are at hand.
struct Known {
    bytes: &'static [u8],
    digest: String,
}

static KNOWN: LazyLock<[Known; 3]> = LazyLock::new(|| {
    Programs::builtin().named().map(|(_, bytes)| Known {
        bytes,
        digest: sha256(bytes),
    })
});

/// The SHA-256 of a program, in hex.
///
/// # Errors
/// It cannot be read.
pub(super) fn digest(program: File) -> io::Result<String> {
    let size = program.metadata()?.len();
    // The size is only where to begin: what it promises is not taken for granted.
    let likely = KNOWN.iter().find(|known| known.bytes.len() as u64 == size);
    digest_of(program.take(MAX_PROGRAM), likely)
}

fn digest_of(mut program: impl Read, likely: Option<&Known>) -> io::Result<String> {
    let Some(known) = likely else {
        return hashed(Sha256::new(), program);
    };
    let mut buffer = vec![0; CHUNK];
    let mut left = known.bytes;
    loop {
        let read = program.read(&mut buffer)?;
        let chunk = &buffer[..read];
        match left.strip_prefix(chunk) {
            Some([]) if chunk.is_empty() => return Ok(known.digest.clone()),
            Some(rest) if !chunk.is_empty() => left = rest,
            Some(_) | None => {
                let same = &known.bytes[..known.bytes.len() - left.len()];
                let hash = Sha256::new().chain_update(same).chain_update(chunk);
                return hashed(hash, program);
            }
        }
    }
}

/// The digest of what was hashed already and what is still to be read.
fn hashed(mut hash: Sha256, mut program: impl Read) -> io::Result<String> {
    let mut buffer = vec![0; CHUNK];
    loop {
        match program.read(&mut buffer)? {
            0 => return Ok(hex::encode(hash.finalize())),
            read => hash.update(&buffer[..read]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(bytes: &[u8], at: usize) -> Vec<u8> {
        let mut changed = bytes.to_vec();
        changed[at] ^= 1;
        changed
    }

    #[test]
    fn a_known_program_has_its_known_digest_and_is_not_hashed() {
        let bytes = KNOWN[0].bytes;
        let known = Known {
            bytes,
            digest: "as known".to_owned(),
        };
        assert_eq!(digest_of(bytes, Some(&known)).unwrap(), "as known");
    }

    #[test]
    fn what_is_almost_a_known_program_has_a_digest_of_its_own() {
        let bytes = KNOWN[0].bytes;
        let last = bytes.len() - 1;
        let longer = [bytes, b"!"].concat();
        let mut others = vec![longer, Vec::new(), bytes[..last].to_vec()];
        others.extend([0, CHUNK - 1, CHUNK, last].map(|at| changed(bytes, at)));
        others.push(KNOWN[1].bytes.to_vec());
        for other in others {
            let digest = digest_of(&*other, Some(&KNOWN[0])).unwrap();
            assert_eq!(digest, sha256(&other), "of {} bytes", other.len());
        }
    }

    #[test]
    fn a_program_is_known_by_its_bytes_wherever_it_lies() {
        let folder = tempfile::tempdir().unwrap();
        for known in KNOWN.iter() {
            let path = folder.path().join("it");
            std::fs::write(&path, known.bytes).unwrap();
            assert_eq!(digest(File::open(&path).unwrap()).unwrap(), known.digest);
            std::fs::write(&path, changed(known.bytes, 9)).unwrap();
            assert_ne!(digest(File::open(&path).unwrap()).unwrap(), known.digest);
        }
    }
}
