use std::fmt;

use serde_json::Value;

use super::{Readings, encoding, index::Entry, show, uploads};
use crate::{
    exchange::{Exchange, Response, Transcript, Uploaded},
    plan::Case,
    spec::{RequirementId, Spec},
    suite::Text,
};

/// What one check may look at.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The contract.
    pub spec: &'a Spec,
    /// The case.
    pub case: &'a Case,
    /// Everything that the case sent and received.
    pub transcript: &'a Transcript,
    /// What its replies hold.
    pub readings: &'a Readings,
    /// The index of the exchange that the check is about.
    pub at: usize,
}

/// Something that is not as a requirement demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The requirement, where the check knows better than the case.
    pub requirement: Option<RequirementId>,
    /// What was demanded: a lowercase fragment such as `status 200`.
    pub expected: String,
    /// What was there.
    pub actual: String,
    /// The index of the exchange that shows it.
    pub exchange: usize,
    /// It is about the content of a crate rather than about the protocol.
    pub data: bool,
    /// The check that found it, set when it is judged.
    pub check: &'static str,
}

impl Fault {
    /// Says which requirement is broken.
    #[must_use]
    pub fn of(mut self, requirement: impl Into<RequirementId>) -> Self {
        self.requirement = Some(requirement.into());
        self
    }

    /// Says that it is about the content of a crate: an index line, a `.crate`.
    #[must_use]
    pub fn data(mut self) -> Self {
        self.data = true;
        self
    }

    /// Points at another exchange.
    #[must_use]
    pub fn at(mut self, exchange: usize) -> Self {
        self.exchange = exchange;
        self
    }
}

/// What a check found.
pub type Faults = Vec<Fault>;

/// Why a check could not look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unjudged(pub String);

impl fmt::Display for Unjudged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'a> Evidence<'a> {
    /// The exchange that the check is about.
    pub fn exchange(&self) -> &'a Exchange {
        &self.transcript.exchanges[self.at]
    }

    /// The reply that the check is about.
    ///
    /// # Errors
    /// None came.
    pub fn reply(&self) -> Result<&'a Response, Unjudged> {
        self.exchange().reply.as_ref().map_err(|failure| Unjudged(format!("no reply: {failure}")))
    }

    /// The same evidence, about the exchange with that mark.
    ///
    /// # Errors
    /// There is none.
    pub fn at_mark(&self, mark: &str) -> Result<Evidence<'a>, Unjudged> {
        let at = self.transcript.marked(mark).ok_or_else(|| Unjudged(format!("no exchange is marked `{mark}`")))?;
        Ok(Evidence { at, ..*self })
    }

    /// A text of the suite with its placeholders filled in.
    ///
    /// # Errors
    /// The run lacks what a placeholder stands for.
    pub fn text(&self, text: &Text) -> Result<String, Unjudged> {
        text.fill(&self.transcript.bindings).map_err(|name| Unjudged(format!("the run has no {name}")))
    }

    /// A text of the suite as JSON.
    ///
    /// # Errors
    /// The run lacks what a placeholder stands for, or what comes out is not JSON.
    pub fn json(&self, text: &Text) -> Result<Value, Unjudged> {
        let filled = self.text(text)?;
        serde_json::from_str(&filled).map_err(|error| Unjudged(format!("`{filled}` in the suite is not JSON: {error}")))
    }

    /// The body without its content encodings.
    ///
    /// # Errors
    /// No reply came, it was cut off, or it is not what its label says.
    pub fn content(&self) -> Result<&'a [u8], Unjudged> {
        let reply = self.reply()?;
        if reply.cut {
            return Err(Unjudged(show::cut()));
        }
        self.readings.at(self.at).content(reply).map_err(|why| Unjudged(why.to_owned()))
    }

    /// The fault that a body is not what its label says, where the request offered to read what the label says: every cargo offers gzip
    /// and deflate, and gives up on what it cannot unpack.
    pub fn damage(&self) -> Option<Fault> {
        let reply = self.exchange().response().filter(|reply| !reply.cut)?;
        self.readings.at(self.at).content(reply).err()?;
        let why = encoding::damage(reply)?;
        let as_offered = encoding::foreign(reply, &encoding::offers(&self.exchange().request)).is_empty();
        let labels = encoding::encodings(reply).join(" in ");
        as_offered.then(|| self.fault(format!("a body in {labels}, as its label says"), why))
    }

    /// The body as JSON, or the fault that it is none.
    ///
    /// # Errors
    /// Those of [`Evidence::content`].
    pub fn content_json(&self) -> Result<Result<&'a Value, Fault>, Unjudged> {
        let content = self.content()?;
        Ok(self.readings.at(self.at).json(content).map_err(|error| {
            let status = show::reply(self.exchange().reply.as_ref().expect("a body came with a reply"));
            self.fault("a JSON body", format!("{}, {status} ({error})", show::bytes(content)))
        }))
    }

    /// The body as an index file, taken apart.
    ///
    /// # Errors
    /// Those of [`Evidence::content`].
    pub(super) fn entries(&self) -> Result<&'a [Entry], Unjudged> {
        // Where cases take turns in a crate, the lines of the others are theirs to judge.
        let anothers = |entry: &Entry| entry.version().is_some_and(|version| self.case.is_anothers(version));
        let read = |content: &[u8]| {
            let mut entries = super::index::entries(content);
            entries.retain(|entry| !anothers(entry));
            entries
        };
        Ok(self.readings.at(self.at).entries(self.content()?, read))
    }

    /// The last accepted upload before this exchange of a version of the crate that its URL is about.
    ///
    /// # Errors
    /// The case made none.
    pub fn upload(&self, version: &str) -> Result<&'a Uploaded, Unjudged> {
        uploads::accepted_before(self, self.at)
            .rfind(|upload| upload.version == version && uploads::is_about(self.exchange(), upload))
            .ok_or_else(|| Unjudged(format!("the case has no accepted upload of {version} to compare with")))
    }

    /// A fault at this exchange.
    pub fn fault(&self, expected: impl Into<String>, actual: impl Into<String>) -> Fault {
        Fault {
            requirement: None,
            expected: expected.into(),
            actual: actual.into(),
            exchange: self.at,
            data: false,
            check: "",
        }
    }
}
