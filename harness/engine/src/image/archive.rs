//! An image of one layer, as an archive that `docker load` takes.
//!
//! Same files, same bytes: times and owners are fixed, so the image's id is
//! computed here and never asked of an engine. What goes in is the caller's.

use std::io;
use std::path::Path;

use evidence::digest::sha256;
use serde_json::{Value, json};

/// Room for an archive's headers, in bytes: more only has to be asked for.
const OVERHEAD: usize = 1 << 16;

/// The blocks of zeros that end an archive, in bytes.
const END: usize = 2 * 512;

/// The files of a layer, in the order in which they were added.
pub struct Layer(tar::Builder<Vec<u8>>);

impl std::fmt::Debug for Layer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "a layer of {} bytes", self.0.get_ref().len())
    }
}

impl Layer {
    /// One without files, with room for so many bytes of them.
    pub fn with_room(bytes: usize) -> Self {
        Self(tar::Builder::new(Vec::with_capacity(bytes + OVERHEAD)))
    }

    /// Gives the root itself this mode; without it, each engine has one of its own. The
    /// name must be `/`: Podman passes `./` over.
    pub fn root(&mut self, mode: u32) -> io::Result<()> {
        let mut header = header(tar::EntryType::Directory, mode, 0);
        header.as_old_mut().name[0] = b'/';
        header.set_cksum();
        self.0.append(&header, io::empty())
    }

    /// Adds a folder at this absolute path.
    pub fn folder(&mut self, path: &str, mode: u32) -> io::Result<()> {
        let mut header = header(tar::EntryType::Directory, mode, 0);
        self.0.append_data(&mut header, relative(path), io::empty())
    }

    /// Adds a file at this absolute path; its folders need not be there.
    pub fn file(&mut self, path: &str, mode: u32, bytes: &[u8]) -> io::Result<()> {
        file(&mut self.0, relative(path), mode, bytes)
    }
}

/// An image of one layer.
#[derive(Debug, Clone)]
pub struct Archive {
    config: Vec<u8>,
    layer: Vec<u8>,
}

impl Archive {
    /// An image with this layer; `config` is what containers take from it, in the
    /// image specification's words.
    pub fn new(layer: Layer, config: &Value) -> io::Result<Self> {
        let layer = layer.0.into_inner()?;
        let config = json!({
            "architecture": if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" },
            "config": config,
            "created": "1970-01-01T00:00:00Z",
            "os": "linux",
            "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{}", sha256(&layer))] },
        });
        Ok(Self {
            config: config.to_string().into_bytes(),
            layer,
        })
    }

    /// The image's id as engines write it: `sha256:` and the digest of its
    /// configuration (OCI image specification, `ImageID`).
    pub fn id(&self) -> String {
        format!("sha256:{}", sha256(&self.config))
    }

    /// The archive for `docker load`, tagged `tag`: made around the layer where it lies,
    /// for a database server's is tens of megabytes.
    pub fn tagged(self, tag: &str) -> io::Result<Vec<u8>> {
        let manifest =
            json!([{ "Config": "config.json", "RepoTags": [tag], "Layers": ["layer.tar"] }])
                .to_string();
        let mut front = tar::Builder::new(Vec::new());
        for (path, bytes) in [
            ("manifest.json", manifest.as_bytes()),
            ("config.json", self.config.as_slice()),
        ] {
            file(&mut front, Path::new(path), 0o644, bytes)?;
        }
        let mut of_layer = header(tar::EntryType::Regular, 0o644, self.layer.len() as u64);
        of_layer.set_path("layer.tar")?;
        of_layer.set_cksum();
        let mut front = front.into_inner()?;
        front.truncate(front.len() - END);
        front.extend_from_slice(of_layer.as_bytes());
        // A layer is an archive itself, and so of whole blocks.
        let mut archive = self.layer;
        archive.splice(..0, front);
        archive.resize(archive.len() + END, 0);
        Ok(archive)
    }
}

fn file(
    archive: &mut tar::Builder<Vec<u8>>,
    path: &Path,
    mode: u32,
    bytes: &[u8],
) -> io::Result<()> {
    let mut header = header(tar::EntryType::Regular, mode, bytes.len() as u64);
    archive.append_data(&mut header, path, bytes)
}

fn header(kind: tar::EntryType, mode: u32, size: u64) -> tar::Header {
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header
}

fn relative(path: &str) -> &Path {
    Path::new(path.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layer_lies_in_the_archive_as_any_file_would() {
        let mut layer = Layer::with_room(0);
        layer.file("/program", 0o555, b"bytes").unwrap();
        let image = Archive::new(layer, &json!({})).unwrap();
        let manifest =
            r#"[{"Config":"config.json","Layers":["layer.tar"],"RepoTags":["a:1"]}]"#.as_bytes();
        let mut expected = tar::Builder::new(Vec::new());
        for (name, bytes) in [
            ("manifest.json", manifest),
            ("config.json", &image.config),
            ("layer.tar", &image.layer),
        ] {
            file(&mut expected, Path::new(name), 0o644, bytes).unwrap();
        }
        let expected = expected.into_inner().unwrap();
        assert!(image.tagged("a:1").unwrap() == expected);
    }
}
