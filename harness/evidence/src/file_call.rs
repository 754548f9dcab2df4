//! One call of the checker's about a file, as the kernel got it.

use serde::{Deserialize, Serialize};

/// One call about a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileCall {
    /// The system call.
    pub call: String,
    /// The path, as the process wrote it; empty for a call about a descriptor alone.
    pub path: String,
    /// Where a path that is not absolute begins, as the kernel names the working folder
    /// or the descriptor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// The second path of a call that has two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The flags of open(2), where it is an open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flags: Option<u64>,
    /// What the kernel answered; none where the process did not live to hear it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<i64>,
}

impl FileCall {
    /// The whole path: `base` and `path` together.
    #[must_use]
    pub fn whole(&self) -> String {
        let path = self.path.strip_prefix("./").unwrap_or(&self.path);
        match &self.base {
            Some(base) if matches!(path, "" | ".") => base.clone(),
            Some(base) => format!("{}/{path}", base.trim_end_matches('/')),
            None => path.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What counts is which file it is, however the process spelled it.
    #[test]
    fn a_path_begins_where_the_kernel_says() {
        let whole = |base: Option<&str>, path: &str| {
            let call = FileCall {
                call: "openat".to_owned(),
                path: path.to_owned(),
                base: base.map(str::to_owned),
                to: None,
                flags: None,
                result: None,
            };
            call.whole()
        };
        assert_eq!(whole(None, "/in/bag.txt"), "/in/bag.txt");
        assert_eq!(whole(Some("/in"), "bag.txt"), "/in/bag.txt");
        assert_eq!(whole(Some("/in"), "./bag.txt"), "/in/bag.txt");
        assert_eq!(whole(Some("/"), "in"), "/in");
        // The folder or the descriptor itself.
        assert_eq!(whole(Some("/in"), "."), "/in");
        assert_eq!(whole(Some("/in"), ""), "/in");
    }
}
