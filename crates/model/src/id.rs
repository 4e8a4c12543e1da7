//! Ids: one 64-bit sequence across all kinds of entity, as Cytomine's clients assume.
//!
//! Values stay below 2^53, so that every JSON reader keeps them exact; gaps are allowed. Each kind
//! has its own type, so that a project id cannot be passed where an image id is wanted.

use serde::{Deserialize, Serialize};

use crate::each_kind;

/// An id of some kind.
pub trait Id:
    Copy + Eq + std::fmt::Debug + std::fmt::Display + From<i64> + Into<i64> + Send + Sync + 'static
{
}

macro_rules! ids {
    (
        kinds { $($(#[$doc:meta])+ $kind:ident, $id:ident, $table:literal;)+ }
        ids { $($(#[$other_doc:meta])+ $other:ident;)+ }
    ) => {
        $(ids!($(#[$doc])+ $id);)+
        $(ids!($(#[$other_doc])+ $other);)+
    };
    ($(#[$doc:meta])+ $name:ident) => {
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl Id for $name {}

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> i64 {
                id.0
            }
        }

        impl From<i64> for $name {
            fn from(id: i64) -> Self {
                Self(id)
            }
        }
    };
}
each_kind!(ids);
