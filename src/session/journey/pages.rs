//! A long list walked to its end, by page or by the links that each page hands out.

use serde_json::Value;

use super::super::{End, perform::Run};
use crate::{
    exchange::Role,
    spec::{PageKind, Pagination},
    suite::{Call, Step, Text, Verb},
};

/// About so many pages a walk shall have.
const PAGES: u64 = 5;
/// No more than so many are asked for.
const MOST: usize = 40;
/// A list that others change meanwhile is walked again, so many times.
const TRIES: usize = 3;

impl Run<'_> {
    /// Walks the list of the operation that `when` calls. The pages are marked `page`, the last look at the first page
    /// `again`: what moved meanwhile is not judged.
    pub(super) async fn walk(&mut self, kind: PageKind) -> Result<(), End> {
        let decl = self.case.decl.clone();
        let Some(Step { verb: Verb::Call(call), .. }) = &decl.when else { return Ok(()) };
        let pages = self.session.spec.operation(&call.operation).and_then(|operation| operation.pagination.clone());
        let Some(pages) = pages else { return Ok(()) };
        let kept = self.transcript.exchanges.len();
        for _ in 0..TRIES {
            self.transcript.exchanges.truncate(kept);
            self.once(call, &pages, kind).await?;
            if self.stood_still(&pages) {
                return Ok(());
            }
        }
        Err(End::Inconclusive(format!("the list changed during each of {TRIES} walks")))
    }

    /// Walks it by links, its pages marked `page`, and by numbers, its pages marked `numbered`.
    pub(super) async fn walk_both(&mut self) -> Result<(), End> {
        self.walk(PageKind::Page).await?;
        for exchange in &mut self.transcript.exchanges {
            if matches!(exchange.mark.as_deref(), Some("page" | "again")) {
                exchange.mark = exchange.mark.as_deref().filter(|mark| *mark == "page").map(|_| "numbered".to_owned());
            }
        }
        self.walk(PageKind::Seek).await
    }

    async fn once(&mut self, call: &Call, pages: &Pagination, kind: PageKind) -> Result<(), End> {
        let first = |size: u64| {
            let mut first = call.clone();
            first.query.insert(pages.size.clone(), Text::from(size.to_string().as_str()));
            if kind == PageKind::Page {
                first.query.insert(pages.page.clone(), Text::from("1"));
            }
            first
        };
        // A first look tells how long the list is, and with that what size of page makes a walk of it.
        let at = self.page(&first(2), None).await?;
        let total = pages.total.as_ref().and_then(|pointer| self.body(at).pointer(pointer)?.as_u64()).unwrap_or(8);
        let size = total.div_ceil(PAGES).clamp(2, 100);
        self.transcript.exchanges.truncate(at);
        let mut at = self.page(&first(size), Some("page")).await?;
        for number in 2..=MOST {
            let body = self.body(at);
            let count = body.pointer(&pages.items).and_then(Value::as_array).map_or(0, Vec::len);
            let mut next = first(size);
            match kind {
                // The page behind the last one is looked at, too: it is empty, and says so.
                PageKind::Page if count > 0 => {
                    next.query.insert(pages.page.clone(), Text::from(number.to_string().as_str()));
                }
                PageKind::Seek => match pages.next.as_ref().and_then(|pointer| body.pointer(pointer)?.as_str()) {
                    // The link is followed as it stands; it brings its own query.
                    Some(link) => {
                        next.query.clear();
                        next.query_encoded = Some(Text::from(link.trim_start_matches('?')));
                    }
                    None => break,
                },
                PageKind::Page => break,
            }
            at = self.page(&next, Some("page")).await?;
        }
        self.page(&first(size), Some("again")).await?;
        Ok(())
    }

    async fn page(&mut self, call: &Call, mark: Option<&str>) -> Result<usize, End> {
        let role = if mark == Some("page") { Role::When } else { Role::After };
        let step = Step { mark: mark.map(str::to_owned), ..Step::of(Verb::Call(Box::new(call.clone())), None) };
        self.step(&step, role).await
    }

    fn body(&self, at: usize) -> Value {
        self.transcript.exchanges[at].response().and_then(|reply| reply.body.json().ok()).unwrap_or_default()
    }

    /// The first page is at the end what it was at the beginning.
    fn stood_still(&self, pages: &Pagination) -> bool {
        let look = |mark: &str| {
            let body = self.transcript.marked(mark).map(|at| self.body(at)).unwrap_or_default();
            let ids = |item: &Value| pages.id.iter().map(|id| item.pointer(id).cloned()).collect::<Vec<_>>();
            let items: Vec<_> =
                body.pointer(&pages.items).and_then(Value::as_array).into_iter().flatten().map(ids).collect();
            (items, pages.total.as_ref().and_then(|pointer| body.pointer(pointer).cloned()))
        };
        look("page") == look("again")
    }
}
