use std::num::NonZeroU32;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::query;
use crate::{exchange::Request, reference::reply::Refusal};

const DEFAULT: u32 = 10;
const MOST: u32 = 100;

/// Which ways through a list an operation offers.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::reference) struct Ways {
    /// By number.
    pub(in crate::reference) page: bool,
    /// By the last item seen.
    pub(in crate::reference) seek: bool,
    /// The highest page number.
    pub(in crate::reference) deepest: Option<u32>,
}

impl Ways {
    /// By number alone.
    pub(in crate::reference) const PAGE: Self = Self { page: true, seek: false, deepest: None };
    /// By the last item seen alone.
    pub(in crate::reference) const SEEK: Self = Self { page: false, seek: true, deepest: None };
}

/// The part of a list that a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::reference) struct Page {
    /// How many items.
    pub(in crate::reference) size: usize,
    /// From where.
    pub(in crate::reference) from: From,
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::reference) enum From {
    /// At the beginning, without saying so.
    Start,
    /// At the page of that number, counted from 1.
    Number(u32),
    /// Behind the item that the text stands for.
    Item(String),
}

/// What a request says of pages, as far as it can be read.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::reference) struct Parameters {
    page: Option<NonZeroU32>,
    pub(in crate::reference) per_page: Option<NonZeroU32>,
    seek: Option<String>,
}

impl Parameters {
    /// Reads `page`, `per_page` and `seek`.
    ///
    /// # Errors
    /// 400 for a number that is none.
    pub(in crate::reference) fn read(request: &Request) -> Result<Self, Refusal> {
        query::query(request)
    }

    /// The page that they mean. The order of the tests is that of crates.io.
    ///
    /// # Errors
    /// 400 for both ways at once, for a way that is not offered, and for more than is given out.
    pub(in crate::reference) fn page(self, ways: Ways) -> Result<Page, Refusal> {
        let refused = |text: String| Err(Refusal::exact(400, text));
        let Self { page, per_page, seek } = self;
        let from = match (page, seek) {
            (Some(_), Some(_)) => return refused("providing both ?page= and ?seek= is unsupported".to_owned()),
            (Some(_), None) if !ways.page => return refused("?page= is not supported for this request".to_owned()),
            (Some(page), None) if ways.deepest.is_some_and(|deepest| page.get() > deepest) => {
                return refused(format!(
                    "Page {page} is unavailable for performance reasons. Please take a look at \
                     https://crates.io/data-access for alternatives."
                ));
            }
            (None, Some(_)) if !ways.seek => return refused("?seek= is not supported for this request".to_owned()),
            (Some(page), None) => From::Number(page.get()),
            (None, Some(seek)) => From::Item(seek),
            (None, None) => From::Start,
        };
        let size = per_page.map_or(DEFAULT, NonZeroU32::get);
        if size > MOST {
            return refused(format!("cannot request more than {MOST} items"));
        }
        Ok(Page { size: usize::try_from(size).unwrap_or(usize::MAX), from })
    }
}

impl Page {
    /// Reads `page`, `per_page` and `seek`, and takes them for what the operation offers.
    ///
    /// # Errors
    /// Those of [`Parameters::read`] and [`Parameters::page`].
    pub(in crate::reference) fn read(request: &Request, ways: Ways) -> Result<Self, Refusal> {
        Parameters::read(request)?.page(ways)
    }

    /// What the request says of the last item that it has seen, as far as it has seen any.
    ///
    /// # Errors
    /// 400 where the text is not what a page of this order handed out.
    pub(in crate::reference) fn after<T: DeserializeOwned>(&self) -> Result<Option<T>, Refusal> {
        let From::Item(text) = &self.from else { return Ok(None) };
        let read = || serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok();
        read().map(Some).ok_or_else(|| Refusal::exact(400, "invalid seek parameter"))
    }

    /// The items of the page with that number; all up to the size where none was asked for.
    pub(in crate::reference) fn cut<T>(&self, items: Vec<T>) -> Vec<T> {
        let before = match self.from {
            From::Number(page) => (usize::try_from(page).unwrap_or(usize::MAX) - 1).saturating_mul(self.size),
            From::Start | From::Item(_) => 0,
        };
        items.into_iter().skip(before).take(self.size).collect()
    }
}

/// The text that stands for an item in `seek`.
pub(in crate::reference) fn seek(key: &impl Serialize) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{From, Page, Ways, seek};
    use crate::{
        exchange::{Request, Response},
        reference::testing::detail,
    };

    fn read(query: &str, ways: Ways) -> Result<Page, String> {
        Page::read(&Request::new("GET", format!("http://a/b?{query}")), ways)
            .map_err(|refusal| detail(&Response::from(refusal)))
    }

    #[test]
    fn what_is_wrong_is_told_in_the_order_of_crates_io() {
        let both = Ways { page: true, seek: true, deepest: Some(200) };
        let number = "Failed to deserialize query string: ";
        for (query, ways, told) in [
            ("per_page=101", both, "cannot request more than 100 items"),
            (
                "per_page=0&page=1&seek=",
                both,
                &format!("{number}per_page: invalid value: integer `0`, expected a nonzero u32"),
            ),
            ("page=-1", both, &format!("{number}page: invalid digit found in string")),
            ("per_page=", both, &format!("{number}per_page: cannot parse integer from empty string")),
            ("per_page=4294967296", both, &format!("{number}per_page: number too large to fit in target type")),
            ("per_page=+5", both, &format!("{number}per_page: invalid digit found in string")),
            ("per_page=5&per_page=5", both, &format!("{number}duplicate field `per_page`")),
            ("page=201&seek=x&per_page=500", both, "providing both ?page= and ?seek= is unsupported"),
            ("page=1&per_page=500", Ways::SEEK, "?page= is not supported for this request"),
            ("seek=&per_page=500", Ways::PAGE, "?seek= is not supported for this request"),
            (
                "page=201&per_page=500",
                both,
                "Page 201 is unavailable for performance reasons. Please take a look at https://crates.io/data-access for alternatives.",
            ),
        ] {
            assert_eq!(read(query, ways).unwrap_err(), told, "{query}");
        }
        assert_eq!(read("per_page=007", both).unwrap(), Page { size: 7, from: From::Start });
        assert_eq!(read("per_page=%2B5&page=200", both).unwrap(), Page { size: 5, from: From::Number(200) });
    }

    #[test]
    fn what_was_handed_out_comes_back() {
        for key in [serde_json::json!(98), serde_json::json!(["foo", 42])] {
            let page = read(&format!("seek={}", seek(&key)), Ways::SEEK).unwrap();
            assert_eq!(page.after::<serde_json::Value>().unwrap(), Some(key));
        }
        assert_eq!((seek(&98), seek(&("foo", 42))), ("OTg".to_owned(), "WyJmb28iLDQyXQ".to_owned()));
        assert!(read("seek=", Ways::SEEK).unwrap().after::<i32>().is_err());
        assert!(read("seek=WyJmb28iLDQyXQ", Ways::SEEK).unwrap().after::<i32>().is_err());
    }

    #[test]
    fn pages_lie_side_by_side() {
        let cut = |query: &str| read(query, Ways::PAGE).unwrap().cut((0..25).collect());
        assert_eq!(cut(""), (0..10).collect::<Vec<_>>());
        assert_eq!(cut("page=3"), (20..25).collect::<Vec<_>>());
        assert!(cut("page=4294967295&per_page=100").is_empty());
    }
}
