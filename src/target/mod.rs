//! What is tested, what it claims, and what the run holds to test it with.

mod claims;
mod credentials;
mod inputs;
mod options;
mod policy;
mod profile;
mod secret;

pub use claims::{Action, Claims, Writers};
pub use credentials::{Credentials, HeldCookie, HeldToken, HeldUser, OneOrMany, Plain, TokenState};
pub use inputs::{Inputs, TargetTable};
pub use options::{Options, random_run_id, run_id_of};
pub use policy::{ManifestField, Policy};
pub use profile::{Profile, Sample};
pub use secret::Secret;

use crate::spec::LoadError;

/// The registry under test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The reference registry inside regspec, in the variants that a plan needs.
    Embedded,
    /// A registry that runs elsewhere.
    Remote(Remote),
}

/// Where a registry is reached. Each base is without a slash at its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remote {
    /// The base of the sparse index, without `sparse+`.
    pub index: Option<String>,
    /// The base of the web API.
    pub api: Option<String>,
    /// A folder with a clone of a git index.
    pub index_dir: Option<std::path::PathBuf>,
}

impl Target {
    /// Reads `embedded`, `sparse+http(s)://…/` for an index, or `http(s)://…` for a web API.
    ///
    /// # Errors
    /// It is none of these; the error says what it looks like and the way out.
    pub fn parse(text: &str) -> Result<Self, LoadError> {
        let error = |message: String| LoadError::new("TARGET", message);
        if text == "embedded" {
            return Ok(Self::Embedded);
        }
        if let Some(index) = text.strip_prefix("sparse+") {
            let index = Some(base(index)?);
            return Ok(Self::Remote(Remote { index, ..Remote::default() }));
        }
        let git = text.starts_with("git+")
            || text.starts_with("ssh://")
            || text.starts_with("git@")
            || text.ends_with(".git");
        if git || text.starts_with("file://") {
            return Err(error(format!("`{text}` is a git index, which is not read over the wire"))
                .hint("clone it, and give --index-dir CLONE together with the web API: regspec run http://… --index-dir CLONE"));
        }
        if text.starts_with("http://") || text.starts_with("https://") {
            return Ok(Self::Remote(Remote { api: Some(base(text)?), ..Remote::default() }));
        }
        Err(error(format!("`{text}` is no target"))
            .hint("a target is `embedded`, an index such as sparse+http://127.0.0.1:8080/index/, or a web API such as http://127.0.0.1:8080"))
    }
}

/// An absolute HTTP URL without the slash at its end.
///
/// # Errors
/// It is not one.
pub fn base(text: &str) -> Result<String, LoadError> {
    let text = text.strip_prefix("sparse+").unwrap_or(text);
    match url::Url::parse(text) {
        Ok(url) if url.password().is_some() || !url.username().is_empty() => {
            let origin = format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default());
            Err(LoadError::new(origin, "the URL holds a login, which would stand in every report")
                .hint("give the whole value of Authorization with --token, such as `Basic …`"))
        }
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
            Ok(text.trim_end_matches('/').to_owned())
        }
        Ok(url) => {
            Err(LoadError::new(text, format!("the scheme `{}` is not HTTP", url.scheme()))
                .hint("use http:// or https://"))
        }
        Err(error) => Err(LoadError::new(text, format!("not an absolute URL: {error}"))),
    }
}

/// Whether a URL leads to this machine.
pub fn is_loopback(text: &str) -> bool {
    match url::Url::parse(text).ok().as_ref().and_then(|url| url.host()) {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether a URL leads to crates.io itself, which no test may write to.
pub fn is_crates_io(text: &str) -> bool {
    let host = url::Url::parse(text).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    host == "crates.io" || host.ends_with(".crates.io")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_an_index_from_a_web_api() {
        let Ok(Target::Remote(remote)) = Target::parse("sparse+http://127.0.0.1:1/index/") else { panic!() };
        assert_eq!(remote.index.as_deref(), Some("http://127.0.0.1:1/index"));
        let Ok(Target::Remote(remote)) = Target::parse("http://127.0.0.1:1/a/b/") else { panic!() };
        assert_eq!(remote.api.as_deref(), Some("http://127.0.0.1:1/a/b"));
    }

    #[test]
    fn a_git_index_is_told_so() {
        for text in ["https://example.org/index.git", "git@example.org:index", "file:///srv/index"] {
            let error = Target::parse(text).unwrap_err().to_string();
            assert!(error.contains("is a git index") && error.contains("--index-dir"), "{error}");
        }
    }
}
