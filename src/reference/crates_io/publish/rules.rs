use url::Url;

use super::{
    license,
    manifest::{self, MaybeInherited, Package, local},
};
use crate::reference::reply::Refusal;

/// The longest description, in bytes, although it is told of characters.
const LONGEST_DESCRIPTION: usize = 1000;
/// How many keywords, and how many categories.
const MOST: usize = 5;
/// The longest keyword, in bytes.
const LONGEST_KEYWORD: usize = 20;

/// What a package says about itself, for people.
#[derive(Debug, Default)]
pub(super) struct About {
    pub(super) description: Option<String>,
    pub(super) license: Option<String>,
    pub(super) homepage: Option<String>,
    pub(super) documentation: Option<String>,
    pub(super) repository: Option<String>,
    pub(super) rust_version: Option<String>,
    pub(super) keywords: Vec<String>,
    pub(super) categories: Vec<String>,
}

/// What a package says about itself, if it says it as it must.
///
/// # Errors
/// 400 with the first rule that it breaks.
pub(super) fn about(package: &Package) -> Result<About, Refusal> {
    let text = |value: &Option<MaybeInherited<String>>| {
        local(value.as_ref()).filter(|text| !text.is_empty()).map(String::to_owned)
    };
    let (description, license) = (text(&package.description), text(&package.license));
    let license_file = text(&package.license_file);
    complete(&description, &license, &license_file)?;
    if description.as_ref().is_some_and(|description| description.len() > LONGEST_DESCRIPTION) {
        return refused(format!(
            "The `description` is too long. A maximum of {LONGEST_DESCRIPTION} characters are currently allowed."
        ));
    }
    if let Some(license) = &license {
        license::check(license)?;
    }
    let homepage = link("homepage", text(&package.homepage))?;
    let documentation = link("documentation", text(&package.documentation))?;
    let repository = link("repository", text(&package.repository))?;
    if !package.rust_version().is_none_or(is_rust_version) {
        return Err(manifest::refusal("invalid `rust-version` value"));
    }
    let list = |value: &Option<MaybeInherited<Vec<String>>>| local(value.as_ref()).cloned().unwrap_or_default();
    let (keywords, categories) = (list(&package.keywords), list(&package.categories));
    if keywords.len() > MOST {
        return refused(format!("expected at most {MOST} keywords per crate"));
    }
    keywords.iter().try_for_each(|keyword| check_keyword(keyword))?;
    if categories.len() > MOST {
        return refused(format!("expected at most {MOST} categories per crate"));
    }
    Ok(About {
        description,
        license: license.or(license_file.map(|_| "non-standard".to_owned())),
        homepage,
        documentation,
        repository,
        rust_version: package.rust_version().map(str::to_owned),
        keywords: lower_case(keywords),
        categories: once(categories),
    })
}

fn complete(
    description: &Option<String>,
    license: &Option<String>,
    license_file: &Option<String>,
) -> Result<(), Refusal> {
    let missing: Vec<&str> =
        [("description", description.is_none()), ("license", license.is_none() && license_file.is_none())]
            .into_iter()
            .filter_map(|(field, missing)| missing.then_some(field))
            .collect();
    if missing.is_empty() {
        return Ok(());
    }
    refused(format!(
        "missing or empty metadata fields: {}. Please see https://doc.rust-lang.org/cargo/reference/manifest.html for more information on \
         configuring these fields",
        missing.join(", ")
    ))
}

fn link(field: &str, text: Option<String>) -> Result<Option<String>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    if !text.starts_with("http://") && !text.starts_with("https://") {
        return refused(format!("URL for field `{field}` must begin with http:// or https:// (url: {text})"));
    }
    if Url::parse(&text).is_err() {
        return refused(format!("`{field}` is not a valid url: `{text}`"));
    }
    Ok(Some(text))
}

/// One to three numbers.
fn is_rust_version(text: &str) -> bool {
    let mut parts = text.split('.');
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.by_ref().take(3).all(number) && parts.next().is_none()
}

fn check_keyword(keyword: &str) -> Result<(), Refusal> {
    if keyword.len() > LONGEST_KEYWORD {
        return refused(format!(
            "\"{keyword}\" is an invalid keyword (keywords must have less than {LONGEST_KEYWORD} characters)"
        ));
    }
    let begins = keyword.chars().next().is_some_and(|first| first.is_ascii_alphanumeric());
    if !begins || !keyword.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+')) {
        return refused(format!("\"{keyword}\" is an invalid keyword"));
    }
    Ok(())
}

fn lower_case(keywords: Vec<String>) -> Vec<String> {
    once(keywords.into_iter().map(|keyword| keyword.to_lowercase()).collect())
}

/// Each item at the place where it comes first.
fn once(list: Vec<String>) -> Vec<String> {
    let mut kept = Vec::<String>::new();
    for item in list {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}

fn refused<T>(text: String) -> Result<T, Refusal> {
    Err(Refusal::exact(400, text))
}
