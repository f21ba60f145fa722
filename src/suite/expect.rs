use serde::Deserialize;

use super::{ErrorReply, Ordered, ReplyRule, Text, step::Nothing};
use crate::spec::{PageKind, RequirementId};

/// One expectation of a case: a check, the reply that it looks at, and the requirement that it speaks for.
#[derive(Debug, Clone)]
pub struct Expect {
    /// What is checked.
    pub check: Check,
    /// The mark of the reply; that of `when` if none.
    pub at: Option<String>,
    /// The requirement; the case's first if none.
    pub requirement: Option<RequirementId>,
}

/// Declares the closed vocabulary of checks once: the keys of `then`, their data, and what `regspec explain` says of them.
macro_rules! vocabulary {
    ($( $(#[doc = $doc:literal])+ $key:ident: $kind:ident($data:ty), )+) => {
        /// A check and its data. What it means stands in [`crate::check`].
        #[derive(Debug, Clone)]
        pub enum Check { $( $(#[doc = $doc])+ $kind($data), )+ }

        impl Check {
            /// Every check with the sentence that explains it.
            pub const VOCABULARY: &'static [(&'static str, &'static str)] =
                &[$( (stringify!($key), concat!($($doc),+)), )+];

            /// The key of the check.
            pub fn name(&self) -> &'static str {
                match self { $( Self::$kind(_) => stringify!($key), )+ }
            }
        }

        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        struct ExpectDecl {
            $( $key: Option<$data>, )+
            at: Option<String>,
            r#for: Option<RequirementId>,
        }

        impl<'de> Deserialize<'de> for Expect {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let decl = ExpectDecl::deserialize(deserializer)?;
                let mut checks = [$( decl.$key.map(Check::$kind), )+].into_iter().flatten();
                let (Some(check), None) = (checks.next(), checks.next()) else {
                    return Err(serde::de::Error::custom("an expectation has exactly one check, such as status or body"));
                };
                drop(checks);
                Ok(Self { check, at: decl.at, requirement: decl.r#for })
            }
        }
    };
}

vocabulary! {
    /// The status is one of these: a number, or a class such as "4xx".
    status: Status(Vec<Status>),
    /// The status is none of these.
    not_status: NotStatus(Vec<Status>),
    /// There is a reply at all; the connection was not dropped.
    answered: Answered(Nothing),
    /// Refused: a status of 400 or more, or 2xx with `errors`, and nothing changed.
    refused: Refused(Nothing),
    /// Accepted: 2xx without `errors`.
    accepted: Accepted(Nothing),
    /// Whichever of the two came, its checks hold: for what the sources leave open.
    outcome: Outcome(Outcome),
    /// A place in a JSON body.
    json: Json(JsonPlace),
    /// The body is JSON that fits this schema of the contract; each fault speaks for the requirement of its node.
    schema: Schema(String),
    /// A header field.
    header: Header(HeaderField),
    /// The body as a whole.
    body: Body(BodyForm),
    /// Something that stayed as it was in the marked reply.
    same: Same(Same),
    /// Every rule on the lines of an index file; each fault speaks for its own requirement.
    index_file: IndexFile(Sound),
    /// Which versions an index file lists.
    versions: Versions(Versions),
    /// Members of the line of one version.
    line: Line(LineMembers),
    /// The line of a version says what was uploaded; each fault speaks for the requirement of its fact.
    as_uploaded: AsUploaded(AsUploaded),
    /// The SHA-256 of the body is the `cksum` of the version's line in the marked index file, and that of the upload.
    checksum: Checksum(Checksum),
    /// Every rule on the content of a `.crate`; each fault speaks for its own requirement.
    tarball: Tarball(Sound),
    /// Who is in a list of owners.
    logins: Logins(Logins),
    /// What a search found.
    results: Results(Results),
    /// One rule on `config.json`.
    config: Config(ConfigRule),
    /// One rule on redirects.
    redirect: Redirect(RedirectRule),
    /// One rule on the `WWW-Authenticate: Cargo` challenge.
    challenge: Challenge(ChallengeRule),
    /// One rule on validators and encodings.
    caching: Caching(CachingRule),
    /// No secret that the run holds stands in any reply of the case.
    secrets: Secrets(Absent),
    /// One rule on what several requests at once left behind, over all replies with the mark.
    race: Race(RaceRule),
    /// The reply to a call is as the contract's document says of its operation.
    reply: Reply(ReplyRule),
    /// The reply to a call is as the overlays say of a condition; where they are silent, a refusal.
    error_reply: ErrorReply(ErrorReply),
    /// A list walked to its end is whole: no item twice, none missing, totals and links right.
    pages: Pages(PageKind),
    /// A list is in the order that the overlays tell of the value of its sort parameter.
    ordered: Ordered(Ordered),
    /// Changes showed within so many seconds.
    shown_within: ShownWithin(f64),
}

/// A status or a class of statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// This one.
    Is(u16),
    /// Hundreds: 4 for `4xx`.
    Class(u16),
}

impl Status {
    /// Whether a status is meant.
    pub fn covers(self, status: u16) -> bool {
        match self {
            Self::Is(number) => number == status,
            Self::Class(hundreds) => status / 100 == hundreds,
        }
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberOrClass;
        impl serde::de::Visitor<'_> for NumberOrClass {
            type Value = Status;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a status such as 200, or a class such as \"4xx\"")
            }
            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Status, E> {
                match u16::try_from(number) {
                    Ok(status @ 100..=599) => Ok(Status::Is(status)),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Signed(number), &self)),
                }
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Status, E> {
                match text.as_bytes() {
                    [hundreds @ b'1'..=b'5', b'x', b'x'] => Ok(Status::Class(u16::from(hundreds - b'0'))),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(NumberOrClass)
    }
}

/// Both sides of what a source leaves open.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// What holds if it was accepted.
    #[serde(default)]
    pub accepted: Vec<Expect>,
    /// What holds if it was refused.
    #[serde(default)]
    pub refused: Vec<Expect>,
}

/// A place in a JSON body and what stands there.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct JsonPlace {
    /// JSON Pointer; empty for the whole.
    pub pointer: String,
    /// The value, as JSON.
    pub equals: Option<Text>,
    /// Its type, by the name that JSON Schema uses; `absent` for nothing.
    pub kind: Option<Vec<JsonKind>>,
}

/// A JSON type, or absence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "JSON's own words")]
pub enum JsonKind {
    Absent,
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

/// A header field and what is said of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HeaderField {
    /// Its name.
    pub name: String,
    /// Whether it is there.
    pub present: Option<bool>,
    /// Its value contains this, in any case.
    pub contains: Option<Text>,
    /// Its value contains none of these, in any case.
    #[serde(default)]
    pub lacks: Vec<String>,
    /// Every byte of it is visible ASCII or a blank.
    pub ascii: Option<Nothing>,
}

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BodyForm {
    /// The tarball that the case uploaded last and that was accepted.
    Published,
    /// Not a byte.
    Empty,
    /// JSON.
    Json,
    /// JSON, or nothing.
    JsonOrEmpty,
    /// UTF-8 without a byte order mark.
    Utf8,
    /// Errors as `{"errors":[{"detail":"…"}]}`.
    Errors,
    /// A status that is no success, or a body that is not the crate: a page instead of a file is neither.
    NotACrate,
    /// Nothing of what a search or a list of owners holds: a refusal, a redirect, a page, or an empty list.
    GivesNothing,
}

/// What stayed as it was.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Same {
    /// The mark of the reply to compare with.
    pub r#as: String,
    /// What is compared.
    pub what: SameWhat,
    /// Members of index lines that may differ.
    #[serde(default)]
    pub except: Vec<String>,
    /// The versions whose lines are compared; those of the marked reply if none are named.
    #[serde(default)]
    pub versions: Vec<Text>,
}

/// What is compared of two replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SameWhat {
    /// The status.
    Status,
    /// The bytes of the body.
    Body,
    /// The body as JSON.
    Json,
    /// The ETag.
    Etag,
    /// The lines of the index file, parsed, by version.
    Lines,
    /// Status, and the body with names and versions of the two requests masked.
    Look,
}

/// `sound`: all rules of the family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sound {
    /// All rules.
    Sound,
}

/// `absent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Absent {
    /// None there.
    Absent,
}

/// Which versions an index file lists. A missing file lists none.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Versions {
    /// These are there, each once.
    #[serde(default)]
    pub includes: Vec<Text>,
    /// These are not.
    #[serde(default)]
    pub lacks: Vec<Text>,
    /// There are no others than `includes`.
    #[serde(default)]
    pub only: bool,
}

/// Members of the line of one version.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LineMembers {
    /// The version whose line is meant.
    pub version: Text,
    /// A JSON object: each member stands so in the line.
    pub has: Option<Text>,
    /// For each member named, the value in the line is one of these: a JSON array; null also stands for absence.
    pub one_of: Option<OneOf>,
    /// Members that stand in the line.
    #[serde(default)]
    pub present: Vec<String>,
}

/// A member and the values that it may have.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OneOf {
    /// JSON Pointer into the line.
    pub pointer: String,
    /// A JSON array of values; null also stands for absence.
    pub values: Text,
}

/// What of an upload is compared with its index line.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AsUploaded {
    /// The version; by default that of the upload which is judged.
    pub version: Option<Text>,
    /// The facts compared.
    pub facts: Vec<Fact>,
}

/// A fact of an upload that its index line repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// The spelling of the name.
    Name,
    /// The version, verbatim.
    Version,
    /// The checksum of the tarball.
    Checksum,
    /// Every dependency, mapped from upload to index.
    Deps,
    /// The union of `features` and `features2`.
    Features,
    /// `links`.
    Links,
    /// `rust_version`.
    RustVersion,
    /// One line of that version, and no second.
    Once,
}

/// Where the checksum of a download stands.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Checksum {
    /// The version.
    pub version: Text,
    /// The mark of the index file.
    pub index: String,
}

/// Who is in a list of owners.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Logins {
    /// These are.
    #[serde(default)]
    pub includes: Vec<Text>,
    /// These are not.
    #[serde(default)]
    pub lacks: Vec<Text>,
    /// Nobody stands there twice.
    #[serde(default)]
    pub once: bool,
    /// There is somebody.
    #[serde(default)]
    pub some: bool,
    /// Whoever was listed in the reply with this mark still is, but for those that are not to be.
    pub keeps: Option<String>,
}

/// What a search found.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Results {
    /// Crates of these names are listed.
    #[serde(default)]
    pub includes: Vec<Text>,
    /// At most so many are listed.
    pub at_most: Option<usize>,
    /// Nothing is listed and the total is 0.
    pub none: Option<Nothing>,
    /// The total is at least the number listed.
    pub total_covers_page: Option<Nothing>,
    /// The total is at least the number listed in the marked reply.
    pub total_covers: Option<String>,
    /// Of `includes`, only the crates that the marked reply lists are asked for.
    pub found_in: Option<String>,
    /// `max_version` of the case's crate is a version in the marked index file.
    pub max_version_in: Option<String>,
    /// So many are listed, or all that the total counts.
    pub page_of: Option<u64>,
}

/// One rule on `config.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each is the slug of the requirement that it carries")]
pub enum ConfigRule {
    StrictJson,
    DlAbsolute,
    DlMarkerSet,
    DlNoTrailingSlash,
    ApiAbsolute,
    ApiNoTrailingSlash,
    AuthRequiredTrue,
    AuthRequiredKey,
    ModestCaching,
}

/// One rule on redirects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RedirectRule {
    /// The status is not 3xx.
    None,
    /// A 3xx has a Location.
    Location,
    /// A 3xx has no validators.
    NoValidators,
    /// No Location carries the caller's token.
    NoToken,
}

/// One rule on the challenge of a private index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChallengeRule {
    /// There is one of the scheme `Cargo`.
    Present,
    /// A quoted `login_url` is an absolute URL.
    Absolute,
    /// A `login_url` is quoted.
    Quoted,
}

/// One rule on validators and encodings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CachingRule {
    /// There is an ETag or a Last-Modified.
    Validator,
    /// 304 without a body.
    NotModified,
    /// The content encoding is one that the request offered.
    EncodingOffered,
    /// The body, decoded as labelled, is what came without compression in the reply marked `plain`.
    DecodesToPlain,
    /// A throttled reply says when to come back, in seconds or as an HTTP date.
    RetryAfter,
    /// No shared cache is invited to keep a reply to an Authorization.
    NotShared,
    /// The body is framed, so that its end can be told from a cut.
    Framed,
}

/// One rule on what several requests at once left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RaceRule {
    /// At most one upload of a version was accepted.
    AtMostOneWins,
    /// One was.
    OneWins,
    /// Every accepted upload stands in the index, once, with its own checksum.
    EveryWinnerListed,
    /// Every reply of the mark is an index file whose lines are all whole.
    WholeReads,
    /// The connection carried every request of the mark.
    OneConnection,
}
