use std::fmt;

use serde::{Deserialize, Serialize};

/// The id of a requirement, `area/slug`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequirementId(String);

impl RequirementId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for RequirementId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

impl std::borrow::Borrow<str> for RequirementId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequirementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How much a source demands. It comes from the requirement, never from a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Informational: told in notes, never a finding.
    May,
    /// Recommended: a warning, which fails only under `--strict`.
    Should,
    /// Demanded: a violation.
    Must,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::May => "MAY",
            Self::Should => "SHOULD",
            Self::Must => "MUST",
        })
    }
}

/// What a requirement or a case needs of target and run before it can be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// Requests that change something: `--write`.
    Write,
    /// A published crate to read.
    Sample,
    /// A yanked version of that crate.
    YankedSample,
    /// A second account's token: `--other-token`.
    OtherToken,
    /// The main account's login: `--login`.
    Login,
    /// A second account's login: `--other-login`.
    OtherLogin,
    /// A third account's login: `--third-login`.
    ThirdLogin,
    /// A token that was issued and is no longer valid, from a credentials file.
    RevokedToken,
    /// The whole registry asks for a token.
    Private,
    /// The registry can be read without a token.
    Public,
    /// Search is offered.
    Search,
    /// Owner lists are offered.
    Owners,
    /// Yanking is offered.
    Yank,
    /// Only owners may change a crate.
    Ownership,
    /// Writing asks for a token.
    WriteToken,
    /// There is a web API.
    Api,
    /// There is an index, sparse or as a clone of a git index.
    Index,
    /// The index is read over HTTP.
    Sparse,
    /// Downloads answer with a redirect.
    Redirect,
    /// `dl` has markers.
    Markers,
    /// Index files carry an ETag.
    Etag,
    /// Index files carry Last-Modified and no ETag.
    LastModified,
    /// The target declares how large a crate may be.
    DeclaredLimit,
    /// It takes crates of 6 MB.
    LargeCrates,
    /// The target is reached over TLS.
    Tls,
    /// A real cargo.
    Cargo,
    /// A nightly cargo.
    Nightly,
    /// A second registry.
    SecondRegistry,
    /// A target that throttled this run.
    Throttled,
}

/// Whether and where a requirement is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// A case of this contract tries it.
    #[default]
    Testable,
    /// It needs what this run has not, such as a real cargo.
    Deferred,
    /// Another contract demands it.
    OtherContract,
    /// Nobody can see it from outside.
    Untestable,
}

/// One demand on a registry.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Requirement {
    /// Stable id, `area/slug`.
    pub id: RequirementId,
    /// MUST, SHOULD or MAY, from the source.
    pub level: Level,
    /// The demand in one sentence.
    pub text: String,
    /// Where it is written.
    pub source: String,
    /// What has to be there before it can be tried.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// What a real cargo does when it is broken, where measured.
    pub breaks: Option<String>,
    /// The undefined area in which a target may refuse; a refusal then makes a case not applicable.
    pub may_refuse: Option<String>,
    /// Whether and where it is tried.
    #[serde(default)]
    pub state: State,
    /// Why it is deferred or untestable.
    pub reason: Option<String>,
    /// The contract that demands it instead.
    pub contract: Option<String>,
}

impl Requirement {
    /// One that a document makes, and not the catalogue: testable wherever its operation is.
    pub(crate) fn made(id: RequirementId, level: Level, text: String, source: String) -> Self {
        Self {
            id,
            level,
            text,
            source,
            needs: Vec::new(),
            breaks: None,
            may_refuse: None,
            state: State::Testable,
            reason: None,
            contract: None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RequirementFile {
    pub requirement: Vec<toml::Spanned<Requirement>>,
}

/// Ground that the sources leave open.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Undefined {
    /// The name that `may-refuse` uses.
    pub id: String,
    /// Its place in the list of undefined areas.
    pub number: u8,
    /// What is left open.
    pub text: String,
    /// What a check may not assert there.
    pub aspects: Vec<Aspect>,
    /// Requirements that assert it nevertheless, at the level they have.
    #[serde(default)]
    pub exceptions: Vec<RequirementId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UndefinedFile {
    pub area: Vec<Undefined>,
}

/// A subject that a check may assert something about, as far as it is undefined somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each name is explained by the undefined area that lists it")]
pub enum Aspect {
    SearchMatching,
    SearchRanking,
    SearchPageOdd,
    SearchEmptyQuery,
    SearchDelay,
    OwnerAddImmediate,
    OwnerMessage,
    OwnerOrder,
    OwnerAnonymousList,
    OwnerLast,
    OwnerRemoveStranger,
    OwnerBatch,
    OwnerPermission,
    ErrorStatus,
    SecondYank,
    TrailingBytes,
    DuplicateJsonKey,
    ChunkedUpload,
    JsonSize,
    ManifestAuthority,
    PolicyFields,
    PathSpelling,
    IndexPathCase,
    ValidatorOffered,
    GzipOffered,
    Http2Offered,
    Range,
    Head,
    Cors,
    CacheControl,
    DownloadRedirect,
    DownloadErrorStatus,
    DownloadContentType,
    RemovedIndexFile,
    OptionalKeyPresence,
    KeyOrder,
    LineOrder,
    TokenFormat,
    TokenScope,
    MeContent,
    IdenticalRepublish,
    Deletion,
    IndexDelay,
    GitIndex,
    ExtraEndpoints,
}

/// A place where the documentation, the client and practice disagree.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it: who says what, and what follows")]
pub struct Contradiction {
    pub id: String,
    pub subject: String,
    pub book: String,
    pub client: String,
    pub consequence: String,
    #[serde(default)]
    pub requirements: Vec<RequirementId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContradictionFile {
    pub contradiction: Vec<Contradiction>,
}
