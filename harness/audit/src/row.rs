//! The rows of an audit: what the acts are about.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! rows {
    ($($name:ident $title:literal,)*) => {
        /// A row.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "each has its title")]
        pub enum Row { $($name),* }

        impl Row {
            /// Every row, in order.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its id, such as `U4`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),* }
            }

            /// What it is about.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }
        }
    };
}

rows! {
    U1 "files that must not be read",
    U2 "writes outside",
    U3 "what must work",
    U4 "TCP",
    U5 "UDP and raw sockets",
    U6 "unix sockets by path",
    U7 "abstract unix sockets",
    U8 "other ways to a socket",
    U9 "environment and descriptors",
    U10 "other processes",
    U11 "becoming another program",
    U12 "keyrings, shared memory, queues",
    U13 "the kernel's surface",
    U14 "the terminal",
    U15 "files of root's",
    U16 "identity, seen from outside",
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
