use std::cmp::{Ordering, Reverse};

use serde_json::{Value, json};

use super::super::{
    catalogue::{Catalogue, Crate, Time},
    page::Page,
};
use crate::reference::{Registry, Rule, accounts::Id, reply::Refusal};

/// A crate with what lists are ordered by.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) entry: &'a Crate,
    /// Its name is what was searched for.
    pub(super) exact: bool,
    /// How well it fits what was searched for.
    pub(super) rank: f32,
    pub(super) downloads: u64,
    pub(super) recent: Option<u64>,
}

/// How a list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Name,
    /// By name, what was searched for first.
    ExactThenName,
    Relevance,
    Downloads,
    RecentDownloads,
    RecentUpdates,
    New,
}

impl Order {
    /// The order that `sort` asks for. A value that nobody knows is by name, and none at all by relevance if there is any.
    pub(super) fn of(sort: Option<&str>, searched: bool) -> Self {
        match sort {
            Some("downloads") => Self::Downloads,
            Some("recent-downloads") => Self::RecentDownloads,
            Some("recent-updates") => Self::RecentUpdates,
            Some("new") => Self::New,
            Some("relevance") | None if searched => Self::Relevance,
            _ if searched => Self::ExactThenName,
            _ => Self::Name,
        }
    }

    /// Puts rows into order.
    pub(super) fn sort(self, registry: &Registry, rows: &mut [Row<'_>]) {
        let exact = |row: &Row<'_>| row.exact && registry.upholds(Rule::ExactFirst);
        rows.sort_by(|one, other| {
            self.compare(&Row { exact: exact(one), ..*one }, &Row { exact: exact(other), ..*other })
        });
        let descends = matches!(self, Self::Downloads | Self::RecentDownloads | Self::RecentUpdates | Self::New);
        if descends && !registry.upholds(Rule::SortDirection) {
            rows.reverse();
        }
    }

    fn compare(self, one: &Row<'_>, other: &Row<'_>) -> Ordering {
        // None is less than any number, so of the missing the reverse comes last.
        let down = |one: (Option<u64>, Id), other: (Option<u64>, Id)| other.cmp(&one);
        let late = |one: (Time, Id), other: (Time, Id)| other.cmp(&one);
        let name = || one.entry.name.cmp(&other.entry.name);
        let exact = || other.exact.cmp(&one.exact);
        match self {
            Self::Name => name(),
            Self::ExactThenName => exact().then_with(name),
            Self::Relevance => exact()
                .then_with(|| other.rank.total_cmp(&one.rank))
                .then_with(|| other.recent.cmp(&one.recent))
                .then_with(name),
            Self::Downloads => down((Some(one.downloads), one.entry.id), (Some(other.downloads), other.entry.id)),
            Self::RecentDownloads => down((one.recent, one.entry.id), (other.recent, other.entry.id)),
            Self::RecentUpdates => late((one.entry.updated, one.entry.id), (other.entry.updated, other.entry.id)),
            Self::New => late((one.entry.created, one.entry.id), (other.entry.created, other.entry.id)),
        }
    }

    /// What a row is known by in `seek`.
    pub(super) fn key(self, row: &Row<'_>) -> Value {
        let id = row.entry.id;
        match self {
            Self::Name => json!(id),
            Self::ExactThenName => json!([row.exact, id]),
            Self::Relevance => json!([row.exact, row.rank, row.recent, id]),
            Self::Downloads => json!([row.downloads, id]),
            Self::RecentDownloads => json!([row.recent, id]),
            Self::RecentUpdates => json!([row.entry.updated, id]),
            Self::New => json!([row.entry.created, id]),
        }
    }

    /// The rows behind the one that `seek` stands for.
    ///
    /// # Errors
    /// 400 for a `seek` that another order, or nobody, handed out.
    pub(super) fn behind<'a>(
        self,
        page: &Page,
        catalogue: &Catalogue,
        rows: Vec<Row<'a>>,
    ) -> Result<Vec<Row<'a>>, Refusal> {
        let kept = |behind: &dyn Fn(&Row<'a>) -> bool, rows: Vec<Row<'a>>| rows.into_iter().filter(behind).collect();
        let name = |id: Id| catalogue.by_id(id).map_or("\u{10ffff}", |entry| entry.name.as_str());
        Ok(match self {
            Self::Name => match page.after::<Id>()? {
                None => rows,
                Some(id) => kept(&|row| row.entry.name.as_str() > name(id), rows),
            },
            Self::ExactThenName => match page.after::<(bool, Id)>()? {
                None => rows,
                Some((exact, id)) => {
                    kept(&|row| (Reverse(row.exact), row.entry.name.as_str()) > (Reverse(exact), name(id)), rows)
                }
            },
            Self::Relevance => match page.after::<(bool, f32, Option<u64>, Id)>()? {
                None => rows,
                Some((exact, rank, recent, id)) => {
                    let behind = |row: &Row<'_>| {
                        exact
                            .cmp(&row.exact)
                            .then_with(|| rank.total_cmp(&row.rank))
                            .then_with(|| recent.cmp(&row.recent))
                            .then_with(|| row.entry.name.as_str().cmp(name(id)))
                            .is_gt()
                    };
                    kept(&behind, rows)
                }
            },
            Self::Downloads => match page.after::<(u64, Id)>()? {
                None => rows,
                Some(key) => kept(&|row| (row.downloads, row.entry.id) < key, rows),
            },
            Self::RecentDownloads => match page.after::<(Option<u64>, Id)>()? {
                None => rows,
                Some(key) => kept(&|row| (row.recent, row.entry.id) < key, rows),
            },
            Self::RecentUpdates => match page.after::<(Time, Id)>()? {
                None => rows,
                Some(key) => kept(&|row| (row.entry.updated, row.entry.id) < key, rows),
            },
            Self::New => match page.after::<(Time, Id)>()? {
                None => rows,
                Some(key) => kept(&|row| (row.entry.created, row.entry.id) < key, rows),
            },
        })
    }
}
