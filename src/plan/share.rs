//! Getting by with few new crates: cases take turns in shared ones, each with versions of its own.
//!
//! A case can share where it asks nothing that depends on its crate being new or on nobody else having used it. Its versions
//! move into a range of majors that no other turn has, by which the lines of others are told from its own. Cases whose uploads
//! are all plain share among themselves, so that no odd upload of another can spoil the file that they read.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use super::Case;
use crate::suite::{CaseDecl, Check, Credential, Expect, NameForm, Publish, Step, Text, Variant, Verb};

/// So many majors belong to one turn.
const MAJORS: u64 = 1000;

/// Shared crates are at most so many a kind: more would have fewer cases that no crate can be shared for.
const MOST: usize = 4;

/// The crates of a case that may be shared ones.
pub const SHARED: [&str; 3] = ["crate", "dep", "other"];

/// The binding in a transcript that says which turn its case had.
pub const TURN: &str = "turn";

/// What uploads of the cases that share a crate are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Each is what a cargo sends of the plainest package.
    Plain,
    /// Some are odd, or such as a registry refuses.
    Odd,
}

/// A case's place among those that share crates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// With whom it shares.
    pub kind: Kind,
    /// The number that its versions are told by.
    pub number: u64,
    /// Which of its crates are shared ones, by their placeholders.
    pub crates: Vec<&'static str>,
}

/// How the cases of a plan get by with so many new crates.
#[derive(Debug, Clone, Default)]
pub struct Sharing {
    /// The position of each case that takes turns.
    turns: HashMap<String, u64>,
    /// Why each case is not run that cannot be.
    beyond: HashMap<String, String>,
    /// How many crates of each kind are shared.
    pub shared: usize,
}

impl Sharing {
    /// Deals out so many new crates: a share of them to those that take turns, the rest to cases that cannot, first to
    /// those whose requirement nobody else tries. Where cases may not take turns, all of them.
    pub fn of<'c>(cases: impl Iterator<Item = &'c Case> + Clone, new_crates: usize, take_turns: bool) -> Self {
        let mut dealt = Self::default();
        let writers = cases.filter(|case| case.publishes());
        let all: usize = writers.clone().map(|case| case.new_crates() * case.trials).sum();
        if all <= new_crates {
            return dealt;
        }
        let shared = (new_crates / 4).clamp(usize::from(new_crates > 1), MOST);
        dealt.shared = if take_turns { shared } else { 0 };
        let mut left = new_crates - 2 * dealt.shared;
        let mut alone = Vec::new();
        let mut tried = BTreeSet::new();
        for (position, case) in (1..).zip(writers) {
            let room = |crates: &Vec<_>| match crates.len() <= dealt.shared {
                true => Ok(()),
                false => Err("it needs more crates than are shared"),
            };
            match shares(case).and_then(|(_, crates)| room(&crates)) {
                Ok(()) => {
                    tried.extend(case.requirements.iter().cloned());
                    dealt.turns.insert(case.id.clone(), position);
                }
                Err(why) => alone.push((case, why)),
            }
        }
        for new_alone in [true, false] {
            alone.retain(|(case, _)| {
                let crates = case.new_crates() * case.trials;
                let untried = case.requirements.first().is_some_and(|id| !tried.contains(id));
                let fits = crates <= left && (untried || !new_alone);
                if fits {
                    left -= crates;
                    tried.extend(case.requirements.iter().cloned());
                }
                !fits
            });
        }
        let why = |why| format!("it would make more crates than --max-new-crates allows, and can share none: {why}");
        dealt.beyond = alone.into_iter().map(|(case, reason)| (case.id.clone(), why(reason))).collect();
        dealt
    }

    /// Why a case is not run; nothing if it is.
    pub fn beyond(&self, case: &Case) -> Option<&String> {
        self.beyond.get(&case.id)
    }

    /// The case as it goes in its turn; nothing where it has crates of its own.
    pub fn in_turn(&self, case: &Case, attempt: usize) -> Option<Case> {
        let position = self.turns.get(&case.id)?;
        // A case that failed comes again, and then with other versions.
        case.in_turn(position * 4 + u64::try_from(attempt % 4).unwrap_or_default())
    }
}

impl Case {
    /// The case with the versions of one turn; nothing where it cannot take turns.
    pub fn in_turn(&self, number: u64) -> Option<Self> {
        let (kind, crates) = shares(self).ok()?;
        let mut decl = (*self.decl).clone();
        let moved = |text: &mut Text| {
            let filled = filled(self, text);
            if let Some(version) = later(&filled, number) {
                *text = version.as_str().into();
            }
        };
        decl.given.iter_mut().chain(&mut decl.when).chain(&mut decl.after).for_each(|step| {
            versions_of(step).into_iter().for_each(moved);
        });
        decl.then.iter_mut().for_each(|expect| versions_in(&mut expect.check).into_iter().for_each(moved));
        Some(Self { decl: Arc::new(decl), turn: Some(Turn { kind, number, crates }), ..self.clone() })
    }

    /// Whether a version of the case's crate is one that another case uploaded in its turn.
    pub fn is_anothers(&self, version: &str) -> bool {
        let Some(turn) = &self.turn else { return false };
        let digits = version.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        digits.parse::<u64>().is_ok_and(|major| major >= MAJORS && major / MAJORS != turn.number)
    }

    /// A version as the case's turn has it; the same where it has crates of its own.
    pub fn version(&self, version: &str) -> String {
        self.turn.as_ref().and_then(|turn| later(version, turn.number)).unwrap_or_else(|| version.to_owned())
    }
}

/// A version moved into the majors of a turn; nothing if it is none that can be.
fn later(version: &str, turn: u64) -> Option<String> {
    let mut version = semver::Version::parse(version).ok().filter(|version| version.major < MAJORS)?;
    version.major += turn * MAJORS;
    Some(version.to_string())
}

/// With what a case shares, and which of its crates; why it cannot.
fn shares(case: &Case) -> Result<(Kind, Vec<&'static str>), &'static str> {
    let decl = &*case.decl;
    if decl.journey.is_some() || decl.draw.is_some() {
        return Err("its steps are many and made while it runs");
    }
    if decl.names != NameForm::Telling || decl.variant != Variant::Any {
        return Err("its crate is of a kind of its own");
    }
    let uploads = || {
        case.steps().filter_map(|step| match &step.verb {
            Verb::Publish(publish) => Some((step, publish)),
            _ => None,
        })
    };
    let versions = own_versions(case)?;
    let mut crates = Vec::new();
    let odd = uploads().any(|(step, publish)| !is_plain(publish) || step.credential.is_some());
    for step in case.steps() {
        touches(case, step, &versions)?;
        let name = match &step.verb {
            Verb::Publish(publish) if publish.name.is_some() => return Err("it is about the crate's name"),
            Verb::Publish(_) => shared(step)?,
            // What nobody has published is not there yet.
            Verb::Index(name) => match SHARED.into_iter().find(|slot| name.raw() == format!("{{{slot}}}")) {
                Some(slot) if !crates.contains(&slot) => return Err("it looks for its crate before it is there"),
                _ => continue,
            },
            _ => continue,
        };
        if !crates.contains(&name) {
            crates.push(name);
        }
    }
    if uploads().any(|(step, _)| step.credential == Some(Credential::Other)) {
        return Err("another account publishes as well");
    }
    decl.then.iter().try_for_each(asks)?;
    let mut texts = decl.then.iter().flat_map(|expect| expect.check.json_texts());
    if texts.any(|(_, text)| versions.iter().any(|version| filled(case, text).contains(version.as_str()))) {
        return Err("its versions stand in a text");
    }
    Ok((if odd { Kind::Odd } else { Kind::Plain }, crates))
}

/// The placeholder of the crate that an upload is about.
fn shared(step: &Step) -> Result<&'static str, &'static str> {
    let Some(of) = &step.of else { return Ok(SHARED[0]) };
    SHARED.into_iter().find(|slot| of.raw() == format!("{{{slot}}}")).ok_or("it is about the crate's name")
}

fn is_plain(publish: &Publish) -> bool {
    publish.json.is_none()
        && publish.drop.is_empty()
        && publish.tarball.is_none()
        && publish.envelope.is_none()
        && publish.edits.is_none()
        && !publish.beyond_limit
}

/// The versions that the steps of a case name, each of which can be moved.
fn own_versions(case: &Case) -> Result<Vec<String>, &'static str> {
    let mut decl: CaseDecl = (*case.decl).clone();
    let mut versions = Vec::new();
    let steps = decl.given.iter_mut().chain(&mut decl.when).chain(&mut decl.after).flat_map(versions_of);
    let checks = decl.then.iter_mut().flat_map(|expect| versions_in(&mut expect.check));
    for text in steps.chain(checks) {
        let filled = filled(case, text);
        later(&filled, 1).ok_or("it is about the version's form")?;
        versions.push(filled);
    }
    Ok(versions)
}

/// A step changes no more than the crate's versions, and names them nowhere else.
fn touches(case: &Case, step: &Step, versions: &[String]) -> Result<(), &'static str> {
    match &step.verb {
        Verb::AddOwners(_) | Verb::RemoveOwners(_) => return Err("it changes the crate's owners"),
        Verb::Search(_) => return Err("it looks for a crate that is new"),
        Verb::Call(_) => return Err("its operations make what they need"),
        _ => {}
    }
    let mut copy = step.clone();
    let own: BTreeSet<_> = versions_of(&mut copy).into_iter().map(|text| text.raw().to_owned()).collect();
    for text in step.texts().into_iter().filter(|text| !own.contains(text.raw())) {
        let text = filled(case, text);
        if versions.iter().any(|version| text.contains(version.as_str())) || text.contains("\"vers\"") {
            return Err("its versions stand in a text");
        }
        if text.contains("\"name\"") && text.contains("{crate}") || text.contains("{crate-") {
            return Err("it is about the crate's name");
        }
    }
    Ok(())
}

/// An expectation can be judged although others used the crate.
fn asks(expect: &Expect) -> Result<(), &'static str> {
    match &expect.check {
        Check::Logins(_) => Err("it is about the crate's owners"),
        Check::Results(_) | Check::Race(_) | Check::Reply(_) | Check::ErrorReply(_) | Check::Pages(_) => {
            Err("it asks for more than its crate")
        }
        Check::Outcome(both) => both.accepted.iter().chain(&both.refused).try_for_each(asks),
        _ => Ok(()),
    }
}

/// A text with the element's value in it, its other placeholders as they are.
fn filled(case: &Case, text: &Text) -> String {
    let value = |name: &str| match &case.element {
        Some(element) if name == "each" => Some(element.value.clone()),
        _ => Some(format!("{{{name}}}")),
    };
    text.replace(value).unwrap_or_default()
}

/// The texts of a step that are versions.
fn versions_of(step: &mut Step) -> Vec<&mut Text> {
    match &mut step.verb {
        Verb::Publish(publish) => vec![&mut publish.version],
        Verb::Yank(version) | Verb::Unyank(version) | Verb::Download(version) => vec![version],
        _ => Vec::new(),
    }
}

/// The texts of a check that are versions.
fn versions_in(check: &mut Check) -> Vec<&mut Text> {
    match check {
        Check::Versions(versions) => versions.includes.iter_mut().chain(&mut versions.lacks).collect(),
        Check::Line(line) => vec![&mut line.version],
        Check::AsUploaded(uploaded) => uploaded.version.iter_mut().collect(),
        Check::Checksum(checksum) => vec![&mut checksum.version],
        Check::Same(same) => same.versions.iter_mut().collect(),
        Check::Outcome(both) => {
            let both = both.accepted.iter_mut().chain(&mut both.refused);
            both.flat_map(|expect| versions_in(&mut expect.check)).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
