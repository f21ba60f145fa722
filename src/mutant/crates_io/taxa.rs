//! Keywords and categories that do not go with the crates.

use serde_json::{Value, json};

use super::{
    CRATE,
    spoil::{asked, is, json as edit, list},
    spoilt, without,
};
use crate::{mutant::Mutant, reference::Rule};

const CATEGORIES: &str = "/api/v1/categories";
const CATEGORY: &str = "/api/v1/categories/{category}";
const SLUGS: &str = "/api/v1/category_slugs";
const KEYWORD: &str = "/api/v1/keywords/{keyword}";

pub(super) const MUTANTS: &[Mutant] = &[
    spoilt("crate-forgets-a-keyword", &["taxa/of-a-crate"], |registry, request| {
        edit(registry, request, is(request, "GET", CRATE), |body| {
            body["crate"]["keywords"].as_array_mut().into_iter().for_each(|keywords| drop(keywords.pop()));
        })
    }),
    spoilt("crate-with-six-keywords", &["taxa/at-most-five", "taxa/of-a-crate"], |registry, request| {
        edit(registry, request, is(request, "GET", CRATE), |body| {
            let words = ["one", "two", "three", "four", "five", "six"];
            body["keywords"] = words.iter().map(|word| json!({ "id": word, "keyword": word })).collect();
            body["crate"]["keywords"] = json!(words);
        })
    }),
    spoilt("keyword-counts-one-crate-more", &["taxa/keyword-count", "taxa/replaced"], |registry, request| {
        edit(registry, request, is(request, "GET", KEYWORD), |body| add(&mut body["keyword"]["crates_cnt"], 1))
    }),
    spoilt(
        "category-counts-what-is-not-in-it",
        &["taxa/category-count", "taxa/category-count-with-those-below"],
        |registry, request| {
            edit(registry, request, is(request, "GET", CATEGORY), |body| add(&mut body["category"]["crates_cnt"], 1000))
        },
    ),
    spoilt("categories-count-nothing-below-them", &["taxa/category-count-with-those-below"], |registry, request| {
        list(registry, request, is(request, "GET", CATEGORIES), |categories| {
            categories.iter_mut().for_each(|category| category["crates_cnt"] = json!(0));
        })
    }),
    spoilt("categories-lack-one", &["taxa/tops"], |registry, request| {
        list(registry, request, is(request, "GET", CATEGORIES), |categories| drop(categories.pop()))
    }),
    spoilt("slugs-say-nothing", &["taxa/slugs"], |registry, request| {
        list(registry, request, is(request, "GET", SLUGS), |slugs| {
            slugs.iter_mut().for_each(|slug| slug["description"] = "".into());
        })
    }),
    spoilt("slugs-the-other-way-round", &["taxa/slugs-sorted"], |registry, request| {
        list(registry, request, is(request, "GET", SLUGS), |slugs| slugs.reverse())
    }),
    spoilt("categories-know-no-parents", &["taxa/family"], |registry, request| {
        edit(registry, request, is(request, "GET", CATEGORY), |body| body["category"]["parent_categories"] = json!([]))
    }),
    spoilt("all-keywords-is-not-looked-at", &["taxa/all-keywords"], |registry, request| {
        asked(registry, request, |name, value| (name != "all_keywords").then(|| value.to_owned()))
    }),
    spoilt("popular-from-the-end", &["taxa/popular"], |registry, request| {
        edit(registry, request, is(request, "GET", "/api/v1/summary"), |body| {
            body["popular_keywords"].as_array_mut().into_iter().for_each(|keywords| keywords.reverse());
        })
    }),
    without("keywords-of-every-publish", &["taxa/replaced"], Rule::KeywordsReplaced),
];

fn add(count: &mut Value, more: u64) {
    *count = json!(count.as_u64().unwrap_or_default() + more);
}
