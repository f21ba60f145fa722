//! `agree`: what values of one reply have to do with those of another, or with one another.

mod parts;
mod relate;
mod values;

pub use relate::{Compared, Odd};
pub use values::{Look, Unseen, document};

use serde::{Deserialize, Deserializer};

use super::Text;
use crate::spec::KeyKind;

/// Declares a closed list of words once: their names in suites, and what `regspec explain` says of them.
macro_rules! words {
    ($(#[doc = $about:literal])+ $name:ident { $( $(#[doc = $doc:literal])+ $word:ident = $key:literal, )+ }) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
        pub enum $name { $( $(#[doc = $doc])+ #[serde(rename = $key)] $word, )+ }

        impl $name {
            /// Every word with the sentence that explains it.
            pub const VOCABULARY: &'static [(&'static str, &'static str)] =
                &[$( ($key, concat!($($doc),+)), )+];
        }
    };
}

/// What is said of values.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Agree {
    /// The values of which something is said.
    pub these: Values,
    /// What is said of them.
    pub are: Relation,
    /// What they are compared with; nothing where a word is about these alone.
    pub those: Option<Values>,
    /// For `alike`: JSON Pointer to what tells items apart.
    pub by: Option<String>,
    /// For `alike`: members that may differ.
    #[serde(default)]
    pub except: Vec<String>,
    /// For `alike`: the only members that are compared.
    #[serde(default)]
    pub only: Vec<String>,
    /// How values are ordered; told by themselves where nothing is said.
    pub r#as: Option<KeyKind>,
}

/// Where values come from.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Values {
    /// The mark of a reply; of several with that mark, the values of one after those of the other. The reply that the
    /// expectation is about if none is named.
    pub r#in: Option<String>,
    /// What of the reply.
    #[serde(default)]
    pub of: Part,
    /// JSON Pointers in which a part `*` stands for each item of a list, or each member's value of an object. The values of
    /// one come after those of the other.
    #[serde(default, deserialize_with = "one_or_several")]
    pub at: Vec<String>,
    /// A JSON object: of what stands at the last `*`, only those are meant that have these members; a name that begins
    /// with `/` is a JSON Pointer.
    pub r#where: Option<Text>,
    /// What is made of all the values, one after the other.
    #[serde(default, deserialize_with = "one_or_several")]
    pub take: Vec<Take>,
    /// The value, as JSON, where there is nothing left to take.
    pub none: Option<Text>,
    /// The value itself, as JSON; several if it is a list.
    pub value: Option<Text>,
}

words! {
    /// What is said of values. The values on either side are called these and those.
    Relation {
        /// These are those, in this order.
        Equal = "equal",
        /// These are those, in any order.
        SameSet = "same-set",
        /// Each of these stands among those.
        Within = "within",
        /// None of these stands among those.
        Apart = "apart",
        /// Each of these is at most the one of those or, where there are as many, its counterpart.
        AtMost = "at-most",
        /// Each of these is at least the one of those or, where there are as many, its counterpart.
        AtLeast = "at-least",
        /// Each of these is a point in time no more than a second away from its counterpart.
        Near = "near",
        /// Each of these begins with the one of those, in any case.
        Begins = "begins",
        /// None of these has the one of those in it.
        Lacks = "lacks",
        /// Those of these that have a partner, `by` which they are told apart, among those are the same as it; `only` and `except` say in which members.
        Alike = "alike",
        /// None of these stands there twice.
        Once = "once",
        /// Each of these is followed by one that is no less.
        Rising = "rising",
        /// Each of these is followed by one that is no more.
        Falling = "falling",
    }
}

words! {
    /// What is made of all the values.
    Take {
        /// How many there are.
        Count = "count",
        /// Their sum.
        Sum = "sum",
        /// The least of them.
        Least = "least",
        /// The greatest of them.
        Greatest = "greatest",
        /// Whether all of them are true.
        All = "all",
        /// Each of them once.
        Distinct = "distinct",
        /// Of slugs those that stand below no other: without `::`.
        Roots = "roots",
        /// The names of their members.
        Names = "names",
        /// Dependencies, in the one form that index lines, uploads and the web API share.
        Dependencies = "dependencies",
        /// Of index lines, features and features2 in one.
        Features = "features",
        /// Of version numbers the highest; all that differ from it by build metadata alone.
        Highest = "highest",
        /// Of version numbers the highest that is no pre-release; all that differ from it by build metadata alone.
        HighestStable = "highest-stable",
        /// Of versions the number of that which was created last; all that were at the same time.
        Newest = "newest",
        /// Of versions the number of that which stands for the crate: one that is not yanked before one that is, a stable one before a pre-release, then the highest.
        Best = "best",
        /// Of version numbers without pre-release the release tracks: the major version, and with 0 in front the minor one.
        Tracks = "tracks",
        /// Of version numbers without pre-release the highest of each release track.
        HighestOfTracks = "highest-of-tracks",
    }
}

words! {
    /// What of a reply is looked at.
    Part {
        /// The body: JSON; of an index file, the list of its lines.
        Body = "body",
        /// The status.
        Status = "status",
        /// The SHA-256 of the body, in lower-case hexadecimal.
        Sha256 = "sha256",
        /// How many bytes the body has.
        Size = "size",
        /// The header field Location.
        Location = "location",
        /// The last part of the path in the header field Location.
        FileName = "file-name",
        /// The header fields that a reply to HEAD shares with that to GET.
        Fields = "fields",
        /// Of a download, the manifest in the crate.
        Manifest = "manifest",
        /// Of an upload, the metadata that was sent.
        Metadata = "metadata",
    }
}

#[expect(clippy::derivable_impls, reason = "the words are declared by a macro, which knows no default")]
impl Default for Part {
    fn default() -> Self {
        Self::Body
    }
}

impl Part {
    /// Values are picked from it by JSON Pointer.
    pub fn is_document(self) -> bool {
        matches!(self, Self::Body | Self::Manifest | Self::Metadata)
    }
}

impl Relation {
    /// It is about these alone.
    pub fn is_about_one_side(self) -> bool {
        matches!(self, Self::Once | Self::Rising | Self::Falling)
    }
}

fn one_or_several<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Given<T> {
        One(T),
        Several(Vec<T>),
    }
    Ok(match Given::deserialize(deserializer)? {
        Given::One(one) => vec![one],
        Given::Several(several) => several,
    })
}

impl Agree {
    /// Both sides, each behind its key.
    pub fn sides(&self) -> impl Iterator<Item = (&'static str, &Values)> {
        std::iter::once(("these", &self.these)).chain(self.those.iter().map(|those| ("those", those)))
    }

    /// What is wrong with how it is written.
    pub fn misfit(&self) -> Option<(&'static str, String)> {
        if self.those.is_some() == self.are.is_about_one_side() {
            let wants = if self.those.is_some() { "is about `these` alone" } else { "needs `those`" };
            return Some(("are", format!("this word {wants}")));
        }
        if self.by.is_some() != (self.are == Relation::Alike) {
            return Some(("by", "`alike` and no other word tells items apart by `by`".to_owned()));
        }
        let pointer = |text: &str| text.is_empty() || text.starts_with('/');
        self.sides().find_map(|(key, side)| match side {
            side if !side.at.iter().all(|at| pointer(at)) => {
                Some(("at", format!("`{}` is no JSON Pointer: it begins with `/`", side.at.join(", "))))
            }
            side if side.value.is_some() && (side.r#in.is_some() || !side.at.is_empty() || side.of != Part::Body) => {
                Some((key, "a `value` stands for itself and comes from no reply".to_owned()))
            }
            side if side.r#where.is_some() && !side.at.iter().all(|at| at.contains("/*")) => {
                Some(("where", "`where` chooses among what stands at a `*`".to_owned()))
            }
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests;
