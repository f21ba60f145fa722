use serde_json::json;

use super::{Registry, Rule, clock, reply, reply::Refusal};
use crate::exchange::{Request, Response};

impl Registry {
    /// Marks a version as not to be chosen any more. Twice is as good as once.
    pub(super) fn yank(&self, request: &Request, name: &str, version: &str) -> Result<Response, Refusal> {
        let rules = [Rule::TokenForYank, Rule::OwnerForYank, Rule::YankWorks];
        self.mark(request, name, version, true, rules)
    }

    /// Takes a yank back.
    pub(super) fn unyank(&self, request: &Request, name: &str, version: &str) -> Result<Response, Refusal> {
        let rules = [Rule::TokenForUnyank, Rule::OwnerForUnyank, Rule::UnyankWorks];
        self.mark(request, name, version, false, rules)
    }

    fn mark(
        &self,
        request: &Request,
        name: &str,
        number: &str,
        yanked: bool,
        [token, owner, works]: [Rule; 3],
    ) -> Result<Response, Refusal> {
        let caller = self.caller(request, token)?;
        let mut state = self.state();
        let Some(entry) = state.crate_mut(name).filter(|entry| entry.version(number).is_some()) else {
            return if self.upholds(Rule::YankUnknown) {
                Err(Refusal::missing(format!("there is no version {number:?} of a crate {name:?}")))
            } else {
                Ok(done())
            };
        };
        if !caller.is_among(&entry.owners) && self.upholds(owner) {
            return Err(Refusal::denied("only owners of a crate may yank its versions"));
        }
        if !self.upholds(works) {
            return Ok(done());
        }
        let mut changed = false;
        for version in &mut entry.versions {
            if version.line.vers == number || !self.upholds(Rule::YankOnlyThat) {
                changed |= version.line.yanked != yanked;
                version.line.yanked = yanked;
                if !self.upholds(Rule::PubtimeImmutable) {
                    version.line.pubtime = clock::timestamp(self.config.clock.now() + 1);
                }
            }
        }
        if changed && self.upholds(Rule::ValidatorMovesOnYank) {
            state.touch(&self.config, name);
        }
        Ok(done())
    }
}

/// Cargo panics on `false` and fails on anything else.
fn done() -> Response {
    reply::ok(&json!({ "ok": true }))
}

#[cfg(test)]
mod tests {
    use crate::reference::{
        Clock, Registry, Rule,
        testing::{config, tarball},
    };

    fn registry(broken: &[Rule]) -> Registry {
        let registry = Registry::new(config().broken(broken.iter().copied()).clock(Clock::fixed(784_111_777)));
        assert_eq!((registry.upload("a", "1.0.0+b.1"), registry.upload("a", "2.0.0")), (200, 200));
        registry
    }

    fn yank(registry: &Registry, token: &str, version: &str) -> u16 {
        registry.send("DELETE", &format!("/api/v1/crates/a/{version}/yank"), token, b"").status
    }

    #[test]
    fn a_yank_changes_one_flag_and_goes_back() {
        let registry = registry(&[]);
        let before = registry.lines("1/a");
        assert_eq!(yank(&registry, "main", "1.0.0+b.1"), 200);
        assert_eq!(yank(&registry, "main", "1.0.0%2Bb.1"), 200);
        let mut expected = before.clone();
        expected[0]["yanked"] = true.into();
        assert_eq!(registry.lines("1/a"), expected);
        assert_eq!(&*registry.get("/api/v1/crates/a/1.0.0+b.1/download").body, tarball("a", "1.0.0+b.1"));
        let back = registry.send("PUT", "/api/v1/crates/a/1.0.0+b.1/unyank", "main", b"");
        assert_eq!(back.body.json().unwrap()["ok"], true);
        assert_eq!(registry.lines("1/a"), before);
    }

    #[test]
    fn strangers_and_strange_versions_are_refused() {
        let registry = registry(&[]);
        assert_eq!(yank(&registry, "", "2.0.0"), 403);
        assert_eq!(yank(&registry, "other", "2.0.0"), 403);
        assert_eq!(yank(&registry, "main", "3.0.0"), 404);
        assert_eq!(registry.send("DELETE", "/api/v1/crates/b/1.0.0/yank", "main", b"").status, 404);
        assert_eq!(registry.lines("1/a")[1]["yanked"], false);
    }

    #[test]
    fn a_broken_rule_shows() {
        let open = registry(&[Rule::TokenForYank, Rule::YankOnlyThat]);
        assert_eq!(yank(&open, "", "2.0.0"), 200);
        assert!(open.lines("1/a").iter().all(|line| line["yanked"] == true));
        let idle = registry(&[Rule::YankWorks]);
        assert_eq!(yank(&idle, "main", "2.0.0"), 200);
        assert_eq!(idle.lines("1/a")[1]["yanked"], false);
    }
}
