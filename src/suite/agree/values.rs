//! The values that a side of `agree` stands for.

use std::{cmp::Ordering, collections::BTreeMap, fmt};

use semver::Version;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Part, Take, Values, parts};
use crate::{
    exchange::{Exchange, Response, Transcript, accepts, redirects},
    spec::{KeyKind, compare_keys},
    suite::Text,
};

/// What `agree` looks at.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// What was sent and received.
    pub transcript: &'a Transcript,
    /// The exchange that the expectation is about.
    pub at: usize,
    /// The body of an exchange as [`document`] reads it, or why it cannot be read.
    pub read: &'a dyn Fn(usize) -> Result<&'a Value, String>,
}

/// Why values could not be had: no reply came, or one that tells nothing of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen(pub String);

impl fmt::Debug for Look<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Look").field("at", &self.at).finish_non_exhaustive()
    }
}

/// What a body says: JSON; of an index file, the list of its lines.
///
/// # Errors
/// It is no JSON.
pub fn document(exchange: &Exchange, content: &[u8]) -> Result<Value, String> {
    if exchange.verb != "index" {
        return serde_json::from_slice(content).map_err(|error| error.to_string());
    }
    let lines = content.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice::<Value>(line).map_err(|error| error.to_string())).collect()
}

impl Look<'_> {
    fn text(&self, text: &Text) -> Result<String, Unseen> {
        text.fill(&self.transcript.bindings).map_err(|name| Unseen(format!("the run has no {name}")))
    }

    fn json(&self, text: &Text) -> Result<Value, Unseen> {
        let filled = self.text(text)?;
        serde_json::from_str(&filled).map_err(|error| Unseen(format!("`{filled}` in the suite is not JSON: {error}")))
    }
}

/// Values, or what stands in a reply where they should be.
pub(super) type Picked = Result<Vec<Value>, Misshapen>;

/// A reply has not the form that its values need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Misshapen {
    pub(super) exchange: usize,
    pub(super) expected: String,
    pub(super) actual: String,
}

impl Values {
    /// Exchanges that it looks at.
    pub fn exchanges(&self, look: &Look<'_>) -> Vec<usize> {
        match (&self.value, &self.r#in) {
            (Some(_), _) => Vec::new(),
            (None, Some(mark)) => look.transcript.all_marked(mark).collect(),
            (None, None) => vec![look.at],
        }
    }

    /// In words: `the count of /versions/* in the reply \`list\``.
    pub(super) fn told(&self) -> String {
        if let Some(value) = &self.value {
            return value.raw().to_owned();
        }
        let mut told = match (self.of, self.at.join(" and ").as_str()) {
            (Part::Body, "") => "the body".to_owned(),
            (Part::Body, at) => at.to_owned(),
            (part, at) if part.is_document() => format!("{at} of the {}", Part::VOCABULARY[part as usize].0),
            (part, _) => format!("the {}", Part::VOCABULARY[part as usize].0),
        };
        if let Some(members) = &self.r#where {
            told = format!("{told} where {}", members.raw());
        }
        for take in &self.take {
            told = format!("{} of {told}", Take::VOCABULARY[*take as usize].0);
        }
        match &self.r#in {
            Some(mark) => format!("{told} in the reply `{mark}`"),
            None => told,
        }
    }

    /// The values.
    pub(super) fn pick(&self, look: &Look<'_>) -> Result<Picked, Unseen> {
        if let Some(value) = &self.value {
            return Ok(Ok(match look.json(value)? {
                Value::Array(values) => values,
                value => vec![value],
            }));
        }
        let exchanges = self.exchanges(look);
        if exchanges.is_empty() {
            return Err(Unseen(format!("no exchange is marked `{}`", self.r#in.as_deref().unwrap_or_default())));
        }
        let members = self.r#where.as_ref().map(|text| look.json(text)).transpose()?;
        let mut values = Vec::new();
        for at in exchanges {
            let exchange = &look.transcript.exchanges[at];
            let reply = exchange.response().ok_or_else(|| Unseen(format!("{} got no reply", exchange.verb)))?;
            if !self.of.is_document() {
                values.push(self.part(reply)?);
                continue;
            }
            if !accepts(reply) {
                return Err(Unseen(format!("{} answered {}", exchange.request.target(), reply.status)));
            }
            let misshapen = |expected: String, actual: String| Misshapen { exchange: at, expected, actual };
            let made;
            let body = match self.of {
                Part::Manifest => match parts::manifest(&reply.body) {
                    Ok(manifest) => {
                        made = manifest;
                        &made
                    }
                    Err(why) => return Ok(Err(misshapen("a crate with a manifest".to_owned(), why))),
                },
                Part::Metadata => {
                    let upload = look.transcript.uploads.iter().find(|upload| upload.exchange == at);
                    let upload = upload.ok_or_else(|| Unseen(format!("{} uploads nothing", exchange.verb)))?;
                    made = upload.metadata.clone().into();
                    &made
                }
                _ => match (look.read)(at) {
                    Ok(body) => body,
                    Err(why) => return Ok(Err(misshapen("a JSON body".to_owned(), why))),
                },
            };
            let whole = [String::new()];
            for pointer in if self.at.is_empty() { &whole } else { self.at.as_slice() } {
                let parts: Vec<&str> = pointer.split('/').skip(1).collect();
                if let Err((place, found)) = walk(body, &parts, members.as_ref(), &mut values) {
                    return Ok(Err(misshapen(format!("a list at {place}"), found.to_string())));
                }
            }
        }
        let taken = self.take.iter().try_fold(values, |values, take| taken(*take, values));
        let values = taken.map_err(Unseen)?;
        match &self.none {
            Some(none) if values.is_empty() => Ok(Ok(vec![look.json(none)?])),
            _ => Ok(Ok(values)),
        }
    }

    fn part(&self, reply: &Response) -> Result<Value, Unseen> {
        let whole = || match reply.cut || reply.headers.has("content-encoding") {
            true => Err(Unseen("the body is cut off or compressed".to_owned())),
            false if accepts(reply) => Ok(&reply.body),
            false => Err(Unseen(format!("status {}", reply.status))),
        };
        Ok(match self.of {
            Part::Body | Part::Manifest | Part::Metadata => Value::Null,
            Part::Fields => parts::fields(reply),
            Part::Status => json!(reply.status),
            Part::Size => json!(whole()?.len()),
            Part::Sha256 => {
                let digest = Sha256::digest(&whole()?[..]);
                digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
            }
            Part::Location | Part::FileName => match reply.headers.get("location").filter(|_| redirects(reply)) {
                Some(location) if self.of == Part::FileName => parts::file_name(location).into(),
                Some(location) => location.into(),
                None => return Err(Unseen(format!("status {} without Location", reply.status))),
            },
        })
    }
}

/// Adds what stands at a path. Where nothing stands, that is null.
fn walk<'v>(
    value: &'v Value,
    parts: &[&str],
    members: Option<&Value>,
    into: &mut Vec<Value>,
) -> Result<(), (String, &'v Value)> {
    let Some((part, rest)) = parts.split_first() else {
        into.push(value.clone());
        return Ok(());
    };
    if *part != "*" {
        let found = value.pointer(&format!("/{part}")).unwrap_or(&Value::Null);
        return walk(found, rest, members, into).map_err(|(place, found)| (format!("/{part}{place}"), found));
    }
    let items: Vec<&Value> = match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(items) => items.values().collect(),
        _ => return Err((String::new(), value)),
    };
    let last = !rest.contains(&"*");
    let meant = |item: &&&Value| {
        let has = |(name, wanted): (&String, &Value)| match name.starts_with('/') {
            true => item.pointer(name) == Some(wanted),
            false => item.get(name) == Some(wanted),
        };
        !last || members.and_then(Value::as_object).into_iter().flatten().all(has)
    };
    items
        .iter()
        .filter(meant)
        .try_for_each(|item| walk(item, rest, members, into).map_err(|(place, found)| (format!("/*{place}"), found)))
}

fn taken(take: Take, values: Vec<Value>) -> Result<Vec<Value>, String> {
    Ok(match take {
        Take::Count => vec![json!(values.len())],
        Take::Sum => {
            let number = |value: &Value| value.as_i64().ok_or_else(|| format!("{value} is no integer to add"));
            vec![json!(values.iter().map(number).sum::<Result<i64, _>>()?)]
        }
        Take::Least => extreme(values, Ordering::Less)?,
        Take::Greatest => extreme(values, Ordering::Greater)?,
        Take::All => vec![json!(values.iter().all(|value| *value == json!(true)))],
        Take::Distinct => distinct(values),
        Take::Roots => {
            values.into_iter().filter(|slug| slug.as_str().is_some_and(|slug| !slug.contains("::"))).collect()
        }
        Take::Dependencies => {
            values.iter().map(|told| parts::dependency(told).map_err(|Unseen(why)| why)).collect::<Result<_, _>>()?
        }
        Take::Features => values.iter().map(parts::features).collect(),
        Take::Names => values
            .iter()
            .flat_map(|value| value.as_object().into_iter().flat_map(|members| members.keys()))
            .map(|name| Value::from(name.as_str()))
            .collect(),
        Take::Highest => highest(&numbers(&values)?),
        Take::HighestStable => {
            let mut stable = numbers(&values)?;
            stable.retain(|(number, _)| number.pre.is_empty());
            highest(&stable)
        }
        Take::Newest => {
            let last =
                extreme(values.iter().map(|version| version["created_at"].clone()).collect(), Ordering::Greater)?;
            let at_last = |version: &&Value| last.first() == Some(&version["created_at"]);
            values.iter().filter(at_last).map(|version| version["num"].clone()).collect()
        }
        Take::Best => best(&values)?,
        Take::Tracks => distinct(tracks(&numbers(&values)?).into_keys().map(Value::from).collect()),
        Take::HighestOfTracks => tracks(&numbers(&values)?).values().flat_map(|of_track| highest(of_track)).collect(),
    })
}

fn distinct(values: Vec<Value>) -> Vec<Value> {
    let mut distinct: Vec<Value> = Vec::new();
    for value in values {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    distinct
}

fn extreme(values: Vec<Value>, wanted: Ordering) -> Result<Vec<Value>, String> {
    let mut extreme: Option<Value> = None;
    for value in values.into_iter().filter(|value| !value.is_null()) {
        let further = match &extreme {
            None => true,
            Some(known) => {
                ordering(None, &value, known).ok_or_else(|| format!("{value} and {known} have no order"))? == wanted
            }
        };
        if further {
            extreme = Some(value);
        }
    }
    Ok(extreme.into_iter().collect())
}

/// As points in time where both are, for a fraction of a second may be left out; else as their kind goes.
pub(super) fn ordering(kind: Option<KeyKind>, a: &Value, b: &Value) -> Option<Ordering> {
    let time = kind.is_none().then(|| compare_keys(Some(KeyKind::Time), a, b)).flatten();
    time.or_else(|| compare_keys(kind, a, b))
}

type Number<'v> = (Version, &'v Value);

fn numbers(values: &[Value]) -> Result<Vec<Number<'_>>, String> {
    values.iter().map(|value| Ok((number(value)?, value))).collect()
}

fn number(value: &Value) -> Result<Version, String> {
    value.as_str().and_then(|text| Version::parse(text).ok()).ok_or_else(|| format!("{value} is no version"))
}

fn highest(numbers: &[Number<'_>]) -> Vec<Value> {
    let Some((top, _)) = numbers.iter().max_by(|one, other| one.0.cmp_precedence(&other.0)) else { return Vec::new() };
    numbers.iter().filter(|(number, _)| number.cmp_precedence(top).is_eq()).map(|(_, value)| (*value).clone()).collect()
}

fn best(versions: &[Value]) -> Result<Vec<Value>, String> {
    let mut ranked: BTreeMap<(bool, bool), Vec<Number<'_>>> = BTreeMap::new();
    for version in versions {
        let number = number(&version["num"])?;
        let rank = (version["yanked"] == json!(false), number.pre.is_empty());
        ranked.entry(rank).or_default().push((number, &version["num"]));
    }
    Ok(ranked.last_key_value().map(|(_, numbers)| highest(numbers)).unwrap_or_default())
}

fn tracks<'n, 'v>(numbers: &'n [Number<'v>]) -> BTreeMap<String, Vec<Number<'v>>> {
    let mut tracks: BTreeMap<String, Vec<Number<'v>>> = BTreeMap::new();
    for (number, value) in numbers.iter().filter(|(number, _)| number.pre.is_empty()) {
        let track = if number.major == 0 { format!("0.{}", number.minor) } else { number.major.to_string() };
        tracks.entry(track).or_default().push((number.clone(), value));
    }
    tracks
}
