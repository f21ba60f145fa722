use chrono::NaiveDate;

use super::{
    super::{
        catalogue::{Crate, canonical},
        filter::Filters,
    },
    order::Row,
    search::Search,
};
use crate::reference::{
    Registry, Rule, State,
    accounts::{Id, Owner},
    reply::Refusal,
};

/// Which crates a request is about.
pub(super) struct Selection<'a> {
    pub(super) q: Option<&'a str>,
    category: Option<&'a str>,
    /// Crates of which every version is yanked are left out.
    live: bool,
    narrow: Narrow<'a>,
}

/// The one filter of which only the first that is there counts.
enum Narrow<'a> {
    None,
    AllKeywords(&'a str),
    Keyword(&'a str),
    Letter(&'a str),
    User(Id),
    Team(Id),
    Followed,
    Named(Vec<&'a str>),
}

impl<'a> Selection<'a> {
    /// Reads every filter, for one that is malformed is refused even where another makes it moot.
    pub(super) fn read(filters: &'a Filters) -> Result<Self, Refusal> {
        let following = filters.text("following")?;
        let narrow = [
            filters.clean("all_keywords")?.map(Narrow::AllKeywords),
            filters.clean("keyword")?.map(Narrow::Keyword),
            filters.clean("letter")?.map(Narrow::Letter),
            filters.number("user_id")?.map(Narrow::User),
            filters.number("team_id")?.map(Narrow::Team),
            following.map(|_| Narrow::Followed),
            filters.list("ids[]")?.map(Narrow::Named),
        ];
        Ok(Self {
            q: filters.clean("q")?,
            category: filters.clean("category")?,
            live: filters.text("include_yanked")?.is_some_and(|value| value != "yes"),
            narrow: narrow.into_iter().flatten().next().unwrap_or(Narrow::None),
        })
    }

    /// The crates, in no particular order.
    pub(super) fn rows<'s>(
        &self,
        registry: &Registry,
        state: &'s State,
        follower: Option<Id>,
        since: NaiveDate,
    ) -> Vec<Row<'s>> {
        let search = self.q.map(Search::new);
        let mut rows = Vec::new();
        for entry in state.catalogue.crates() {
            let kept = self.is_in_category(registry, entry)
                && (!self.live || !entry.is_yanked() || !registry.upholds(Rule::YankedFilter))
                && (self.narrow.fits(state, entry, follower) || !registry.upholds(Rule::ListFilters));
            let found = search.as_ref().map_or(Some(0.0), |search| search.rank(entry));
            if let (true, Some(rank)) = (kept, found) {
                let exact = self.q.is_some_and(|q| canonical(q) == entry.canonical());
                rows.push(Row { entry, exact, rank, downloads: entry.downloads(), recent: entry.recent(since) });
            }
        }
        rows
    }

    fn is_in_category(&self, registry: &Registry, entry: &Crate) -> bool {
        let Some(wanted) = self.category else { return true };
        let below = |slug: &str| {
            slug.strip_prefix(wanted).is_some_and(|rest| rest.starts_with("::"))
                && registry.upholds(Rule::Subcategories)
        };
        entry.categories.iter().any(|slug| slug == wanted || below(slug))
    }
}

impl Narrow<'_> {
    fn fits(&self, state: &State, entry: &Crate, follower: Option<Id>) -> bool {
        let tagged = |keyword: &str| entry.keywords.iter().any(|own| *own == keyword.to_lowercase());
        match self {
            Self::None => true,
            Self::AllKeywords(all) => all.split_whitespace().all(tagged),
            Self::Keyword(keyword) => tagged(keyword),
            // The letter goes into a pattern as it is, and there these two stand for any.
            Self::Letter(letter) => {
                let letter = letter.chars().next().unwrap_or_default();
                matches!(letter, '%' | '_') || entry.canonical().starts_with(&letter.to_lowercase().to_string())
            }
            Self::User(user) => state.accounts.owns(entry.id, Owner::User(*user)),
            Self::Team(team) => state.accounts.owns(entry.id, Owner::Team(*team)),
            Self::Followed => follower.is_some_and(|user| state.accounts.follows(user, entry.id)),
            Self::Named(names) => names.contains(&entry.name.as_str()),
        }
    }
}
