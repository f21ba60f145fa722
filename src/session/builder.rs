//! From a step to the request that a cargo would send, with the differences that the step asks for.

use serde_json::{Map, Value, json};

use super::{Session, secrets};
use crate::{
    exchange::{Bindings, Request, Response, Transcript},
    package::{self, Crate, Edit, Envelope, Tarball, Upload},
    suite::{Credential, Publish, Step, Text, Verb},
};

/// What a step sends, and what it uploads.
pub(super) struct Built {
    pub(super) request: Request,
    pub(super) upload: Option<Upload>,
}

/// Why a request cannot be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lack {
    /// The run or the suite lacks something.
    Run(String),
    /// The target does not offer what the step builds on.
    Target(String),
}

impl From<String> for Lack {
    fn from(what: String) -> Self {
        Self::Run(what)
    }
}

impl From<&str> for Lack {
    fn from(what: &str) -> Self {
        Self::Run(what.to_owned())
    }
}

/// Builds requests for one case.
pub(super) struct Builder<'a> {
    pub(super) session: &'a Session,
    pub(super) bindings: &'a Bindings,
    pub(super) transcript: &'a Transcript,
}

impl Builder<'_> {
    /// The request of a step.
    ///
    /// # Errors
    /// What the run or the target lacks for it.
    pub(super) fn build(&self, step: &Step) -> Result<Built, Lack> {
        let name = match &step.verb {
            Verb::Call(_) => String::new(),
            _ => self.crate_of(step)?,
        };
        let mut upload = None;
        let mut request = match &step.verb {
            Verb::Publish(publish) => {
                let made = self.upload(publish, &name)?;
                let request = Request::new("PUT", format!("{}/crates/new", self.api()?)).body(made.body.clone());
                upload = Some(made);
                request
            }
            Verb::Yank(version) => {
                Request::new("DELETE", format!("{}/crates/{name}/{}/yank", self.api()?, self.fill(version)?))
            }
            Verb::Unyank(version) => {
                Request::new("PUT", format!("{}/crates/{name}/{}/unyank", self.api()?, self.fill(version)?))
            }
            Verb::Config => Request::new("GET", format!("{}/config.json", self.index()?)),
            Verb::Index(name) => {
                Request::new("GET", format!("{}/{}", self.index()?, package::index_path(&self.fill(name)?)))
            }
            Verb::Download(version) => Request::new("GET", self.download(&name, &self.fill(version)?)?),
            Verb::Owners => Request::new("GET", format!("{}/crates/{name}/owners", self.api()?)),
            Verb::AddOwners(logins) => self.owners("PUT", &name, logins)?,
            Verb::RemoveOwners(logins) => self.owners("DELETE", &name, logins)?,
            Verb::Search(search) => {
                let mut query = Vec::new();
                if let Some(q) = &search.q {
                    query.push(format!("q={}", self.fill(q)?));
                }
                if let Some(per_page) = &search.per_page {
                    query.push(format!("per_page={}", self.fill(per_page)?));
                }
                Request::new("GET", format!("{}/crates?{}", self.api()?, query.join("&")))
            }
            Verb::Me => Request::new("GET", format!("{}/me", self.base()?)),
            Verb::Request(any) => {
                let body = any.body.as_ref().map(|body| self.fill(body)).transpose()?.unwrap_or_default();
                Request::new(any.method.clone(), self.fill(&any.url)?).body(body)
            }
            Verb::Follow(mark) => self.location(mark)?,
            Verb::Call(call) => {
                let (request, made) = self.call(call, step)?;
                upload = made;
                request
            }
        };
        if let Some(query) = &step.query {
            let sign = if request.url.contains('?') { '&' } else { '?' };
            request.url = format!("{}{sign}{}", request.url, self.fill(query)?);
        }
        self.headers(step, &mut request)?;
        Ok(Built { request, upload })
    }

    /// The crate that a step is about.
    pub(super) fn crate_of(&self, step: &Step) -> Result<String, Lack> {
        match &step.of {
            Some(name) => self.fill(name),
            None => self.bindings.get("crate").map(str::to_owned).ok_or_else(|| "the run has no crate to read".into()),
        }
    }

    pub(super) fn fill(&self, text: &Text) -> Result<String, Lack> {
        text.fill(self.bindings).map_err(|name| match name.as_str() {
            "yanked-version" => Lack::Target("the crate that is read has no yanked version".to_owned()),
            _ => Lack::Run(format!("the run has no {name}")),
        })
    }

    pub(super) fn base(&self) -> Result<&str, String> {
        self.session.profile.endpoints.api.as_deref().ok_or_else(|| "the target has no web API".to_owned())
    }

    fn api(&self) -> Result<String, String> {
        Ok(format!("{}/api/v1", self.base()?))
    }

    pub(super) fn index(&self) -> Result<String, String> {
        let session = self.session;
        let folder = session.remote.index_dir.as_ref().map(|folder| format!("file://{}", folder.display()));
        session.profile.endpoints.index.clone().or(folder).ok_or_else(|| "the target has no index".to_owned())
    }

    fn download(&self, name: &str, version: &str) -> Result<String, String> {
        let dl = self.session.profile.endpoints.dl.as_deref().ok_or("config.json has no usable `dl`")?;
        let uploads = self.transcript.uploads.iter().rev();
        let own = uploads
            .clone()
            .find(|upload| upload.name == name && upload.version == version)
            .map(|upload| &upload.sha256);
        let sample = self.session.profile.sample.iter().filter(|sample| sample.name == name);
        let known = sample.flat_map(|sample| &sample.checksums).find(|(known, _)| known == version).map(|(_, sum)| sum);
        let checksum = own.or(known).cloned().unwrap_or_else(|| "0".repeat(64));
        Ok(package::download_url(dl, name, version, &checksum))
    }

    fn owners(&self, method: &str, name: &str, logins: &[Text]) -> Result<Request, Lack> {
        let logins = logins.iter().map(|login| self.fill(login)).collect::<Result<Vec<_>, _>>()?;
        let body = json!({ "users": logins });
        Ok(Request::new(method, format!("{}/crates/{name}/owners", self.api()?)).body(&body))
    }

    fn location(&self, mark: &str) -> Result<Request, Lack> {
        if let Some((mark, pointer)) = mark.split_once('#') {
            return self.linked(mark, pointer);
        }
        let marked = self.transcript.marked(mark).map(|index| &self.transcript.exchanges[index]);
        let exchange = marked.ok_or_else(|| format!("no exchange is marked `{mark}`"))?;
        match exchange.response() {
            Some(reply) if reply.status == 401 => {
                let login =
                    login_url(reply).ok_or_else(|| Lack::Target("the challenge has no login_url".to_owned()))?;
                match self.session.guard.trusts(&login) {
                    true => Ok(Request::new("GET", login)),
                    false => Err(Lack::Target(format!("the login_url {login} is on an origin that you did not name"))),
                }
            }
            Some(reply) if (300..400).contains(&reply.status) && reply.status != 304 => {
                let location = reply.headers.get("location").ok_or("the redirect has no Location")?;
                let target = resolve(&exchange.request.url, location)?;
                self.session.guard.allow_reading(Some(&target));
                Ok(Request::new("GET", target))
            }
            // What did not redirect is its own target.
            _ => Ok(Request::new("GET", exchange.request.url.clone())),
        }
    }

    /// A read of what a link in a body leads to.
    fn linked(&self, mark: &str, pointer: &str) -> Result<Request, Lack> {
        let marked = self.transcript.marked(mark).map(|index| &self.transcript.exchanges[index]);
        let exchange = marked.ok_or_else(|| format!("no exchange is marked `{mark}`"))?;
        let body = exchange.response().and_then(|reply| reply.body.json().ok()).unwrap_or_default();
        let link = body.pointer(pointer).and_then(Value::as_str);
        let link = link.ok_or_else(|| Lack::Target(format!("there is no link at {pointer}")))?;
        Ok(Request::new("GET", resolve(&exchange.request.url, link)?))
    }

    pub(super) fn upload(&self, publish: &Publish, name: &str) -> Result<Upload, Lack> {
        let name = publish.name.as_ref().map_or(Ok(name.to_owned()), |text| self.fill(text))?;
        let mut krate = Crate::new(&name, &self.fill(&publish.version)?);
        if let Some(index) = &self.session.profile.endpoints.index {
            krate.set_home(&format!("sparse+{index}/"));
        }
        krate.set(self.session.profile.policy.fields());
        if let Some(json) = &publish.json {
            let json = self.fill(json)?;
            let members: Map<String, Value> = serde_json::from_str(&json)
                .map_err(|error| format!("`{json}` in the suite is no JSON object: {error}"))?;
            krate.set(members);
        }
        for key in &publish.drop {
            krate.drop_key(key);
        }
        if publish.beyond_limit {
            let limit = self.session.profile.largest_crate;
            let limit = limit.ok_or_else(|| Lack::Target("no largest crate is declared".to_owned()))?;
            krate.add_file("src/beyond-the-limit.bin", noise(limit));
        }
        let tarball: Tarball = form(publish.tarball.as_ref().map(|text| self.fill(text)).transpose()?)?;
        let envelope: Envelope = form(publish.envelope.as_ref().map(|text| self.fill(text)).transpose()?)?;
        let upload = package::upload(&krate, tarball, envelope);
        let Some(edits) = &publish.edits else { return Ok(upload) };
        let edits = self.fill(edits)?;
        let edits: Vec<Edit> =
            serde_json::from_str(&edits).map_err(|error| format!("`{edits}` in the suite are no edits: {error}"))?;
        Ok(upload.edited(&edits))
    }

    fn headers(&self, step: &Step, request: &mut Request) -> Result<(), Lack> {
        let usual: &[(&str, &str)] = match &step.verb {
            Verb::Publish(_) => &[("Accept", "application/json"), ("Content-Type", "application/octet-stream")],
            Verb::AddOwners(_) | Verb::RemoveOwners(_) => {
                &[("Accept", "application/json"), ("Content-Type", "application/json")]
            }
            Verb::Yank(_) | Verb::Unyank(_) | Verb::Owners | Verb::Search(_) => &[("Accept", "application/json")],
            Verb::Config | Verb::Index(_) => &[("Accept", "text/plain"), ("cargo-protocol", "version=1")],
            Verb::Download(_) | Verb::Me | Verb::Request(_) | Verb::Follow(_) => &[("Accept", "*/*")],
            Verb::Call(_) => &[],
        };
        for (name, value) in usual {
            request.headers.push(*name, *value);
        }
        let told = matches!(step.verb, Verb::Call(_));
        if !told && let Some(value) = self.authorization(step, request)? {
            request.headers.push("Authorization", value);
        }
        for (name, value) in &self.session.options.headers {
            request.headers.set(name, value.reveal());
        }
        for (name, value) in &step.headers {
            let value = self.fill(value)?;
            request.headers.set(name, value.chars().flat_map(latin1).collect::<String>());
        }
        for (field, of, mark) in [
            ("If-None-Match", "etag", &step.if_none_match),
            ("If-Modified-Since", "last-modified", &step.if_modified_since),
        ] {
            let Some(mark) = mark else { continue };
            let exchange = self.transcript.marked(mark).map(|index| &self.transcript.exchanges[index]);
            let value = exchange.and_then(|exchange| exchange.response()?.headers.get(of));
            request.headers.set(field, value.ok_or_else(|| Lack::Target(format!("the target sends no {of} here")))?);
        }
        if !step.without.iter().any(|name| name.eq_ignore_ascii_case("user-agent"))
            && !request.headers.has("user-agent")
        {
            request.headers.push("User-Agent", concat!("regspec/", env!("CARGO_PKG_VERSION")));
        }
        for name in &step.without {
            request.headers.remove(name);
        }
        Ok(())
    }

    /// The value of Authorization: what the step says, else what a cargo would send.
    fn authorization(&self, step: &Step, request: &Request) -> Result<Option<String>, Lack> {
        let session = self.session;
        let credential = step.credential.unwrap_or(match &step.verb {
            Verb::Publish(_)
            | Verb::Yank(_)
            | Verb::Unyank(_)
            | Verb::Owners
            | Verb::AddOwners(_)
            | Verb::RemoveOwners(_) => Credential::Token,
            // The target of a redirect gets the token only where the origin stays.
            Verb::Follow(mark) => {
                let from = self.transcript.marked(mark).map(|index| &self.transcript.exchanges[index].request);
                match from {
                    Some(from) if same_origin(&from.url, &request.url) && from.headers.has("authorization") => {
                        Credential::Token
                    }
                    _ => Credential::None,
                }
            }
            _ if session.profile.private && session.guard.trusts(&request.url) => Credential::Token,
            _ => Credential::None,
        });
        let token = session.credentials.token.as_deref();
        Ok(match credential {
            Credential::Token => token.map(str::to_owned),
            Credential::Other => session.credentials.other_token.clone(),
            Credential::Revoked => session.credentials.revoked_token.clone(),
            Credential::None => None,
            Credential::Empty => Some(String::new()),
            Credential::Huge => Some("x".repeat(10_000)),
            Credential::NonAscii => Some("t\u{c3}\u{b6}ken\u{ff}".to_owned()),
            form => {
                let miss = secrets::near_miss(token.unwrap_or("regspec-token-that-nobody-has"), form);
                Some(miss.ok_or_else(|| Lack::Target("every such change of the token means the token itself".into()))?)
            }
        })
    }
}

fn form<T: serde::de::DeserializeOwned + Default>(name: Option<String>) -> Result<T, String> {
    match name {
        None => Ok(T::default()),
        Some(name) => serde_json::from_value(Value::String(name)).map_err(|error| error.to_string()),
    }
}

/// Bytes that no compression makes fewer.
fn noise(length: u64) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::new();
    for _ in 0..length.div_ceil(8) {
        // xorshift64, whose output deflate finds no repetition in.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes
}

/// The `login_url` of a challenge: the page to which cargo sends a user (cargo, http_remote.rs).
fn login_url(reply: &Response) -> Option<String> {
    let challenge =
        reply.headers.all("www-authenticate").find(|value| value.to_ascii_lowercase().starts_with("cargo "))?;
    let (_, rest) = challenge.split_once("login_url=\"")?;
    rest.split_once('"').map(|(url, _)| url.to_owned())
}

/// One char for each byte of the UTF-8 of a char, as header values hold them.
fn latin1(c: char) -> impl Iterator<Item = char> {
    let mut buffer = [0; 4];
    let bytes: Vec<char> = c.encode_utf8(&mut buffer).bytes().map(char::from).collect();
    bytes.into_iter()
}

/// An absolute URL from a Location and the URL that it was given for.
pub(super) fn resolve(from: &str, location: &str) -> Result<String, String> {
    if location.contains("://") {
        return Ok(location.to_owned());
    }
    let base = url::Url::parse(from).map_err(|error| error.to_string())?;
    base.join(location).map(String::from).map_err(|error| format!("Location `{location}` leads nowhere: {error}"))
}

pub(super) fn same_origin(a: &str, b: &str) -> bool {
    super::guard::origin(a) == super::guard::origin(b)
}
