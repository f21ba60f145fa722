use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::{Call, Text};

/// One step of a case: a verb, and how its request differs from what a cargo would send.
#[derive(Debug, Clone)]
pub struct Step {
    /// What is done.
    pub verb: Verb,
    /// The name under which checks and later steps refer to its reply.
    pub mark: Option<String>,
    /// Whose credential goes with it; by default what a cargo would send.
    pub credential: Option<Credential>,
    /// The crate it is about, `{crate}` by default.
    pub of: Option<Text>,
    /// Header fields that replace or add to the usual ones.
    pub headers: BTreeMap<String, Text>,
    /// Usual header fields that are left out.
    pub without: Vec<String>,
    /// Send the ETag of the marked reply as If-None-Match.
    pub if_none_match: Option<String>,
    /// Send the Last-Modified of the marked reply as If-Modified-Since.
    pub if_modified_since: Option<String>,
    /// A query string to add.
    pub query: Option<Text>,
    /// Send over a connection of its own, byte for byte as written.
    pub raw: bool,
    /// Do not follow a redirect: the first reply is wanted.
    pub first_hop: bool,
    /// Do not wait until earlier changes show: what is there now is wanted.
    pub at_once: bool,
    /// Read again until this stands in the reply, at most as long as a change may take to show.
    pub until: Option<Until>,
}

/// What a reply comes to say in time.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Until {
    /// JSON Pointer into the body.
    pub pointer: String,
    /// The value there, as JSON.
    pub equals: Text,
}

/// What a step does.
#[derive(Debug, Clone)]
pub enum Verb {
    /// Upload a crate.
    Publish(Publish),
    /// Yank a version.
    Yank(Text),
    /// Take a yank back.
    Unyank(Text),
    /// Read `config.json`.
    Config,
    /// Read the index file of a crate, once what the case changed is visible there.
    Index(Text),
    /// Download a version, by the URL that `dl` makes; redirects are followed.
    Download(Text),
    /// List the owners.
    Owners,
    /// Add owners.
    AddOwners(Vec<Text>),
    /// Remove owners.
    RemoveOwners(Vec<Text>),
    /// Search.
    Search(Search),
    /// Open the page that leads to a token.
    Me,
    /// Any request.
    Request(AnyRequest),
    /// Follow the redirect of the marked reply: one hop, with the token only if the origin stays. Of a 401, the page that
    /// its challenge names. With `#` and a JSON Pointer behind the mark, the link that stands there in the body.
    Follow(String),
    /// Call an operation of the contract's document.
    Call(Box<Call>),
}

impl Verb {
    /// Every verb with the sentence that explains it.
    pub const VOCABULARY: &'static [(&'static str, &'static str)] = &[
        (
            "publish",
            "uploads a version of the crate: a sound one, or what version, name, json, drop, tarball, envelope and edits make of it",
        ),
        ("yank", "yanks a version"),
        ("unyank", "takes a yank back"),
        ("config", "reads config.json"),
        (
            "index",
            "reads the index file of a crate, once what the case changed shows there; at-once = true does not wait",
        ),
        (
            "download",
            "downloads a version by the URL that `dl` makes, and follows redirects; first-hop = true does not",
        ),
        ("owners", "lists the owners"),
        ("add-owners", "adds owners"),
        ("remove-owners", "removes owners"),
        ("search", "searches by q and per-page"),
        ("me", "opens the page that leads to a token"),
        ("request", "sends any request: method, url and body"),
        (
            "follow",
            "follows the redirect of the marked reply by one hop, with the token only where the origin stays; mark#/pointer: a link in its body",
        ),
        (
            "call",
            "calls an operation of the contract's document: operation, path, query, body or upload, and with: whose credential",
        ),
    ];

    /// The verb as suites write it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Publish(_) => "publish",
            Self::Yank(_) => "yank",
            Self::Unyank(_) => "unyank",
            Self::Config => "config",
            Self::Index(_) => "index",
            Self::Download(_) => "download",
            Self::Owners => "owners",
            Self::AddOwners(_) => "add-owners",
            Self::RemoveOwners(_) => "remove-owners",
            Self::Search(_) => "search",
            Self::Me => "me",
            Self::Request(_) => "request",
            Self::Follow(_) => "follow",
            Self::Call(_) => "call",
        }
    }

    /// It asks the target to change something.
    pub fn mutates(&self) -> bool {
        match self {
            Self::Publish(_) | Self::Yank(_) | Self::Unyank(_) | Self::AddOwners(_) | Self::RemoveOwners(_) => true,
            Self::Request(request) => !matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS"),
            _ => false,
        }
    }

    /// The operation of the cargo contract that it calls.
    pub fn operation(&self) -> Option<&'static str> {
        Some(match self {
            Self::Publish(_) => "publish",
            Self::Yank(_) => "yank",
            Self::Unyank(_) => "unyank",
            Self::Config => "index_config",
            Self::Index(_) => "index_file",
            Self::Download(_) => "download",
            Self::Owners => "list_owners",
            Self::AddOwners(_) => "add_owners",
            Self::RemoveOwners(_) => "remove_owners",
            Self::Search(_) => "search",
            Self::Me => "me",
            Self::Request(_) | Self::Follow(_) | Self::Call(_) => return None,
        })
    }
}

/// An upload. `publish = "1.0.0"` is short for the sound upload of that version.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Publish {
    /// The version.
    pub version: Text,
    /// The name, where it is not that of the step's crate.
    pub name: Option<Text>,
    /// A JSON object whose members replace those of the upload's metadata.
    pub json: Option<Text>,
    /// Members left out of the metadata.
    #[serde(default)]
    pub drop: Vec<String>,
    /// How the tarball is made: a name of [`crate::package::Tarball`].
    pub tarball: Option<Text>,
    /// How the parts are framed: a name of [`crate::package::Envelope`].
    pub envelope: Option<Text>,
    /// Edits to the bytes of the upload, as the JSON of a list of [`crate::package::Edit`].
    pub edits: Option<Text>,
    /// The crate is larger than the target declares that it takes.
    #[serde(default)]
    pub beyond_limit: bool,
}

impl From<Text> for Publish {
    fn from(version: Text) -> Self {
        Self {
            version,
            name: None,
            json: None,
            drop: Vec::new(),
            tarball: None,
            envelope: None,
            edits: None,
            beyond_limit: false,
        }
    }
}

/// A search. `search = "words"` is short for the query with the page size that cargo sends.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Search {
    /// The value of `q`, percent-encoded as it shall be sent.
    pub q: Option<Text>,
    /// The value of `per_page`; left out if absent.
    pub per_page: Option<Text>,
}

impl From<Text> for Search {
    fn from(q: Text) -> Self {
        Self { q: Some(q), per_page: Some("10".into()) }
    }
}

/// Any request.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AnyRequest {
    /// The method.
    pub method: String,
    /// The absolute URL.
    pub url: Text,
    /// The body.
    pub body: Option<Text>,
}

/// Whose credential a request carries, or what stands in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Credential {
    /// The main account's token.
    Token,
    /// The second account's token.
    Other,
    /// A token that was valid once.
    Revoked,
    /// No Authorization at all.
    None,
    /// An empty Authorization.
    Empty,
    /// A token of the right form that nobody was given.
    Unknown,
    /// The main token behind `Bearer `.
    Bearer,
    /// The main token without its last character.
    Prefix,
    /// The main token in the other case.
    OtherCase,
    /// The main token with a character more.
    Padded,
    /// 10 kB.
    Huge,
    /// Bytes outside ASCII.
    NonAscii,
}

impl Credential {
    /// It is a wrong one, of which a target may count how many it has seen.
    pub fn is_wrong_token(self) -> bool {
        !matches!(self, Self::Token | Self::Other | Self::None | Self::Bearer)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct StepDecl {
    #[serde(default, deserialize_with = "shorthand")]
    publish: Option<Publish>,
    yank: Option<Text>,
    unyank: Option<Text>,
    config: Option<Nothing>,
    index: Option<Text>,
    download: Option<Text>,
    owners: Option<Nothing>,
    add_owners: Option<Vec<Text>>,
    remove_owners: Option<Vec<Text>>,
    #[serde(default, deserialize_with = "shorthand")]
    search: Option<Search>,
    me: Option<Nothing>,
    request: Option<AnyRequest>,
    follow: Option<String>,
    call: Option<Call>,
    mark: Option<String>,
    r#as: Option<Credential>,
    of: Option<Text>,
    #[serde(default)]
    headers: BTreeMap<String, Text>,
    #[serde(default)]
    without: Vec<String>,
    if_none_match: Option<String>,
    if_modified_since: Option<String>,
    query: Option<Text>,
    #[serde(default)]
    raw: bool,
    #[serde(default)]
    first_hop: bool,
    #[serde(default)]
    at_once: bool,
    until: Option<Until>,
}

/// `{}`: a verb or a check that needs no more than its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let decl = StepDecl::deserialize(deserializer)?;
        let mut verbs = [
            decl.publish.map(Verb::Publish),
            decl.yank.map(Verb::Yank),
            decl.unyank.map(Verb::Unyank),
            decl.config.map(|_| Verb::Config),
            decl.index.map(Verb::Index),
            decl.download.map(Verb::Download),
            decl.owners.map(|_| Verb::Owners),
            decl.add_owners.map(Verb::AddOwners),
            decl.remove_owners.map(Verb::RemoveOwners),
            decl.search.map(Verb::Search),
            decl.me.map(|_| Verb::Me),
            decl.request.map(Verb::Request),
            decl.follow.map(Verb::Follow),
            decl.call.map(|call| Verb::Call(Box::new(call))),
        ]
        .into_iter()
        .flatten();
        let (Some(verb), None) = (verbs.next(), verbs.next()) else {
            return Err(serde::de::Error::custom("a step has exactly one verb, such as publish, index or download"));
        };
        drop(verbs);
        Ok(Self {
            verb,
            mark: decl.mark,
            credential: decl.r#as,
            of: decl.of,
            headers: decl.headers,
            without: decl.without,
            if_none_match: decl.if_none_match,
            if_modified_since: decl.if_modified_since,
            query: decl.query,
            raw: decl.raw,
            first_hop: decl.first_hop,
            at_once: decl.at_once,
            until: decl.until,
        })
    }
}

/// Reads `T` from a table, or from a string that stands for its commonest form.
pub(super) fn shorthand<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + From<Text>,
{
    struct StringOrTable<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de> + From<Text>> Visitor<'de> for StringOrTable<T> {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string or a table")
        }
        fn visit_str<E>(self, text: &str) -> Result<T, E> {
            Ok(Text::from(text).into())
        }
        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }
    deserializer.deserialize_any(StringOrTable(PhantomData)).map(Some)
}

impl Step {
    /// A step that differs in nothing from what a cargo would send.
    pub fn of(verb: Verb, of: Option<Text>) -> Self {
        Self {
            verb,
            mark: None,
            credential: None,
            of,
            headers: BTreeMap::new(),
            without: Vec::new(),
            if_none_match: None,
            if_modified_since: None,
            query: None,
            raw: false,
            first_hop: false,
            at_once: false,
            until: None,
        }
    }

    /// It differs in nothing from what a cargo would send.
    pub fn is_plain(&self) -> bool {
        self.credential.is_none()
            && self.headers.is_empty()
            && self.without.is_empty()
            && self.if_none_match.is_none()
            && self.if_modified_since.is_none()
            && self.query.is_none()
            && !self.raw
            && !self.first_hop
    }

    /// Every text of the step in which placeholders may stand.
    pub fn texts(&self) -> Vec<&Text> {
        let mut texts: Vec<&Text> = self.headers.values().chain(&self.of).chain(&self.query).collect();
        texts.extend(self.until.iter().map(|until| &until.equals));
        match &self.verb {
            Verb::Publish(publish) => {
                texts.push(&publish.version);
                texts.extend(
                    publish
                        .name
                        .iter()
                        .chain(&publish.json)
                        .chain(&publish.tarball)
                        .chain(&publish.envelope)
                        .chain(&publish.edits),
                );
            }
            Verb::Yank(text) | Verb::Unyank(text) | Verb::Index(text) | Verb::Download(text) => texts.push(text),
            Verb::AddOwners(logins) | Verb::RemoveOwners(logins) => texts.extend(logins),
            Verb::Search(search) => texts.extend(search.q.iter().chain(&search.per_page)),
            Verb::Request(request) => texts.extend(std::iter::once(&request.url).chain(&request.body)),
            Verb::Call(call) => texts.extend(call.texts()),
            Verb::Config | Verb::Owners | Verb::Me | Verb::Follow(_) => {}
        }
        texts
    }
}
