//! Long lists: walked to their end by each kind of page that they know, and every wrong way to ask for one.

use super::make::{Aspect, Make, Steps};
use crate::{
    spec::{Condition, Level, PageKind, Pagination},
    suite::{Call, Check, Journey, Text},
};

pub(super) fn add(make: &mut Make<'_>) {
    let Some(pages) = make.operation.pagination.clone() else { return };
    for kind in &pages.kinds {
        walk(make, &pages, *kind);
    }
    let knows = |kind| pages.kinds.contains(&kind);
    let beyond = pages.last_page.map(|last| (last + 1).to_string());
    let mut odd: Vec<(&str, Condition, String)> =
        vec![("both", Condition::PageAndSeek, format!("{}=1&{}=x", pages.page, pages.seek))];
    match knows(PageKind::Page) {
        true => {
            let far = pages.last_page.unwrap_or(4_000_000_000);
            odd.push(("past-end", Condition::PagePastEnd, format!("{}={far}", pages.page)));
        }
        false => odd.push(("page", Condition::PageUnsupported, format!("{}=1", pages.page))),
    }
    match knows(PageKind::Seek) {
        true => {
            for (element, seek) in [("seek-no-base64", "!!!"), ("seek-no-json", "bm9wZQ"), ("seek-empty", "")] {
                odd.push((element, Condition::SeekMalformed, format!("{}={seek}", pages.seek)));
            }
        }
        false => odd.push(("seek", Condition::SeekUnsupported, format!("{}=x", pages.seek))),
    }
    if let Some(beyond) = &beyond {
        odd.push(("beyond-limit", Condition::PageBeyondLimit, format!("{}={beyond}", pages.page)));
    }
    for (element, condition, query) in odd {
        if make.stated(condition, None) || make.stated(condition, Some(&pages.page)) {
            let call = asking(make, &pages, &query);
            let value = if condition == Condition::PageBeyondLimit { beyond.as_deref() } else { None };
            let (given, pointer) = (make.good.given.clone(), place(make));
            make.condition("pages", element, condition, (Some(&pages.page), value), &pointer, (given, call));
        }
    }
}

fn place(make: &Make<'_>) -> String {
    format!("{}/x-regspec-pagination", make.operation.pointer)
}

fn asking(make: &Make<'_>, pages: &Pagination, query: &str) -> Call {
    let mut call = make.good.call.clone();
    if let Some(needs) = &pages.needs {
        call.query.insert(needs.clone(), Text::from("2"));
    }
    call.query_encoded = Some(Text::from(query));
    call
}

fn walk(make: &mut Make<'_>, pages: &Pagination, kind: PageKind) {
    // Where no link leads on, nobody can tell how to go on.
    if kind == PageKind::Seek && pages.next.is_none() {
        return;
    }
    let aspect = Aspect {
        name: format!("pages-{}", kind.name()),
        text: format!(
            "{} hands out its list by {} to the end: no item twice, none missing, totals and links right.",
            make.operation.id,
            kind.name()
        ),
        pointer: place(make),
        level: make.operation.level.unwrap_or(Level::Must),
    };
    let mut call = make.good.call.clone();
    for (name, value) in &pages.query {
        call.query.insert(name.clone(), Text::from(value.as_str()));
    }
    let journey = match kind {
        PageKind::Page => Journey::WalkPages,
        PageKind::Seek => Journey::WalkSeek,
    };
    let steps =
        Steps { given: make.good.given.clone(), when: call, then: vec![Check::Pages(kind)], ..Steps::default() };
    make.journey(aspect, journey, steps);
}
