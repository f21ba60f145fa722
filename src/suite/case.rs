use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::{Expect, Step};
use crate::spec::{LoadError, Need, RequirementId, line_number};

/// The cases of one file.
#[derive(Debug, Clone)]
pub struct Suite {
    /// The file's name without `.toml`, which begins the id of its cases.
    pub name: String,
    /// The file as a finding names it.
    pub file: String,
    /// The file as it stands, for errors that point into it.
    pub text: String,
    /// Its cases with the line in which each begins.
    pub cases: Vec<(usize, Arc<CaseDecl>)>,
}

/// One declared case.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CaseDecl {
    /// Its name within the suite.
    pub name: String,
    /// The requirement that it tries.
    pub requirement: RequirementId,
    /// Further requirements that its checks speak for.
    #[serde(default)]
    pub also: Vec<RequirementId>,
    /// The list over which it is expanded.
    pub each: Option<String>,
    /// What is drawn by chance for `{each}`, many times over.
    pub draw: Option<String>,
    /// What it needs beyond what its requirement and its steps say.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// The kind of registry that it is about; on the embedded target, which of its variants it runs against.
    #[serde(default)]
    pub variant: Variant,
    /// It sends what may hurt a target, and runs only with `--hostile`.
    #[serde(default)]
    pub hostile: bool,
    /// It is about what everybody changes: it runs last and alone.
    #[serde(default)]
    pub quiet: bool,
    /// What it asks of replies comes about a while after what was done: it looks again until then, for as long as
    /// `--settle` says.
    #[serde(default)]
    pub eventual: bool,
    /// How its fresh names are formed.
    #[serde(default)]
    pub names: NameForm,
    /// What is done first. It must succeed.
    #[serde(default)]
    pub given: Vec<Step>,
    /// What is judged.
    pub when: Option<Step>,
    /// What is done afterwards to look at the outcome.
    #[serde(default)]
    pub after: Vec<Step>,
    /// The steps are code, for they need control flow.
    pub journey: Option<Journey>,
    /// What must hold.
    pub then: Vec<Expect>,
}

/// A kind of registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// Whatever the target is; embedded, a public one with ETags.
    #[default]
    Any,
    /// It asks everybody for a token.
    Private,
    /// Its `dl` has all five markers.
    Markers,
    /// It is private and its downloads redirect to another origin.
    Redirect,
    /// Its index offers Last-Modified alone.
    Dated,
    /// It is reached over TLS.
    Tls,
    /// It answers few requests a second.
    Throttling,
}

/// How the fresh names of a case are formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameForm {
    /// From run, suite, case and attempt, to be found in a server's log.
    #[default]
    Telling,
    /// Nine characters, so that bytes of an edge case keep their lengths.
    Nine,
}

/// A case whose steps need control flow; each stands in `src/session/journey/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Journey {
    /// An upload whose connection is cut half way; then the same upload whole.
    CutUpload,
    /// Two different uploads of one version at once.
    RaceSameVersion,
    /// Several versions of one crate at once.
    RaceVersions,
    /// A publish of the next version beside a yank of the first.
    PublishBesideYank,
    /// Reads of the index file while versions are published.
    ReadsDuringPublish,
    /// Two publishes within a second, then a conditional read by the date of the first.
    TwoWithinASecond,
    /// Publish, yank and unyank within a second, with conditional reads between.
    ValidatorsWithinASecond,
    /// Two reads over one connection.
    KeepAlive,
    /// An upload above 1 MiB that waits for `100 Continue`.
    ExpectContinue,
    /// Reads and an upload that offer an upgrade to h2c.
    UpgradeH2c,
    /// Sixty reads at once over HTTP/2.
    Http2Streams,
    /// From the reply to a publish to its line in the index, measured; and the download as soon as the line is there.
    PublishLag,
    /// A path that is missing, published, and read again.
    NegativeCache,
    /// The index polled every few milliseconds while a publish becomes visible.
    PollDuringPublish,
    /// A list walked page by page to its end.
    WalkPages,
    /// A list walked to its end by the links that its pages hand out.
    WalkSeek,
    /// A list walked by the links that its pages hand out, and once more page by page.
    WalkBoth,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Spanned<CaseDecl>>,
}

impl Suite {
    /// Reads `suites/<area>.toml`.
    ///
    /// # Errors
    /// An unknown key, check or step, a case without steps, or a name that stands twice; each with its place.
    pub fn parse(file: &str, text: &str) -> Result<Self, LoadError> {
        let parsed: File = toml::from_str(text).map_err(|error| LoadError::toml(file, text, &error))?;
        let name = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".toml").to_owned();
        let mut cases: Vec<(usize, Arc<CaseDecl>)> = Vec::new();
        for spanned in parsed.case {
            let span = spanned.span();
            let line = line_number(text, span.start);
            let case = spanned.into_inner();
            let wrong = |message: String| Err(LoadError::new(file, message).at(text, span.start..span.start));
            let id = &case.name;
            if id.is_empty() || !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
                return wrong(format!("`{id}` is no case name: lower-case letters, digits and dashes"));
            }
            if let Some((first, _)) = cases.iter().find(|(_, known)| known.name == *id) {
                return wrong(format!("a case named `{id}` stands in line {first} already"));
            }
            if case.journey.is_some_and(|journey| !journey.walks()) == case.when.is_some() {
                return wrong(format!("case `{id}` needs either `when` or `journey`"));
            }
            if case.each.is_some() && case.draw.is_some() {
                return wrong(format!("case `{id}` takes `{{each}}` from `each` or from `draw`, not from both"));
            }
            if case.then.is_empty() {
                return wrong(format!("case `{id}` asks for nothing: `then` is empty"));
            }
            cases.push((line, Arc::new(case)));
        }
        Ok(Self { name, file: file.to_owned(), text: text.to_owned(), cases })
    }
}

impl Journey {
    /// It uploads crates of its own.
    pub fn publishes(self) -> bool {
        !matches!(self, Self::KeepAlive | Self::Http2Streams) && !self.walks()
    }

    /// It walks a list, which nobody may change meanwhile.
    pub fn walks(self) -> bool {
        matches!(self, Self::WalkPages | Self::WalkSeek | Self::WalkBoth)
    }

    /// It is about how the index is served rather than about what it says.
    pub fn is_about_http(self) -> bool {
        matches!(
            self,
            Self::TwoWithinASecond
                | Self::ValidatorsWithinASecond
                | Self::KeepAlive
                | Self::UpgradeH2c
                | Self::Http2Streams
                | Self::NegativeCache
                | Self::PollDuringPublish
        )
    }
}
