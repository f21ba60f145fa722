use std::time::Duration;

use super::{Bounds, Ends, On, Wire, fault::Fault};

/// Cases that read an index file, with what they ask of it.
const READS: &[&str] = &["lines::one-line-a-version", "lines::sample-compressed", "caching::etag-moves-on-publish"];

const fn wire(id: &'static str, on: On, fault: Fault, ends: Ends) -> Wire {
    let only = match on {
        On::Config => &["config::exists"],
        On::Index => READS,
        On::Download => &["downloads::status-200"],
        On::Publish => &["envelope::layout", "envelope::little-endian"],
    };
    let bounds = Bounds { time: Duration::from_secs(30), memory: 128 << 20 };
    Wire { id, breaks: &[], on, private: false, ends, only, bounds, fault }
}

impl Wire {
    const fn breaking(mut self, requirements: &'static [&'static str]) -> Self {
        self.breaks = requirements;
        self
    }

    const fn only(mut self, cases: &'static [&'static str]) -> Self {
        self.only = cases;
        self
    }

    const fn private(mut self) -> Self {
        self.private = true;
        self
    }
}

const TIMEOUT: &str = "no whole reply within 1 s";
/// After three of them.
const GAVE_UP: &str = "had no reply in time";
const CLOSED: &str = "connection closed before";
const ENDED: &str = "end of file before";

pub(super) const WIRES: &[Wire] = &[
    wire("config-silence", On::Config, Fault::Silence, Ends::Unreachable(TIMEOUT)),
    wire("config-closed", On::Config, Fault::ClosedBefore, Ends::Unreachable(CLOSED)),
    wire("config-closed-in-head", On::Config, Fault::ClosedInHead, Ends::Unreachable(CLOSED)),
    wire("config-closed-in-body", On::Config, Fault::ClosedInBody, Ends::Unreachable(ENDED)),
    wire("config-length-too-long", On::Config, Fault::LengthTooLong, Ends::Unreachable(TIMEOUT)),
    wire("config-length-too-short", On::Config, Fault::LengthTooShort, Ends::Unreachable("is not JSON")),
    wire("config-trickles", On::Config, Fault::Trickle, Ends::Unreachable(TIMEOUT)),
    wire("config-endless", On::Config, Fault::Endless, Ends::Unreachable(TIMEOUT)),
    wire("config-redirect-loop", On::Config, Fault::RedirectLoop, Ends::Unreachable("status 302")),
    wire("config-endless-head", On::Config, Fault::EndlessHead, Ends::Unreachable("message head is too large")),
    wire("config-of-a-gigabyte", On::Config, Fault::LongBody(1 << 30), Ends::Unreachable("longer than")),
    wire("config-giant-chunk", On::Config, Fault::GiantChunk, Ends::Unreachable(TIMEOUT)),
    wire("config-endless-continue", On::Config, Fault::EndlessContinue, Ends::Unreachable(TIMEOUT)),
    wire("config-not-http", On::Config, Fault::NotHttp, Ends::Unreachable("not HTTP")),
    wire("index-silence", On::Index, Fault::Silence, Ends::Inconclusive(GAVE_UP)),
    wire("index-closed", On::Index, Fault::ClosedBefore, Ends::Inconclusive(CLOSED)),
    wire("index-closed-in-head", On::Index, Fault::ClosedInHead, Ends::Inconclusive(CLOSED)),
    wire("index-closed-in-body", On::Index, Fault::ClosedInBody, Ends::Inconclusive(ENDED)),
    wire("index-length-too-long", On::Index, Fault::LengthTooLong, Ends::Inconclusive(GAVE_UP)),
    wire("index-length-too-short", On::Index, Fault::LengthTooShort, Ends::Violates).breaking(&["line/ndjson"]),
    wire("index-trickles", On::Index, Fault::Trickle, Ends::Inconclusive(GAVE_UP)),
    wire("index-endless", On::Index, Fault::Endless, Ends::Inconclusive(GAVE_UP)),
    wire("index-stale-304", On::Index, Fault::Stale304, Ends::Violates).breaking(&["http/etag-moves-on-publish"]),
    wire("index-gzip-announced", On::Index, Fault::GzipAnnounced, Ends::Violates)
        .breaking(&["http/no-unasked-encoding"])
        .only(&["caching::no-unasked-encoding"]),
    wire("index-gzip-unannounced", On::Index, Fault::GzipUnannounced, Ends::Violates).breaking(&["line/ndjson"]),
    wire("index-redirect-loop", On::Index, Fault::RedirectLoop, Ends::Violates)
        .breaking(&["http/status-200-only"])
        .only(&["caching::status-200-only"]),
    wire("index-redirect-elsewhere", On::Index, Fault::RedirectElsewhere, Ends::Conforms).private(),
    wire("index-long-field", On::Index, Fault::LongField(100_000), Ends::Conforms),
    wire("index-of-a-gigabyte", On::Index, Fault::LongBody(1 << 30), Ends::Inconclusive("more than 16 MiB")),
    wire("index-giant-chunk", On::Index, Fault::GiantChunk, Ends::Inconclusive(GAVE_UP)),
    wire("index-not-http", On::Index, Fault::NotHttp, Ends::Inconclusive("not HTTP")),
    wire("download-closed-in-body", On::Download, Fault::ClosedInBody, Ends::Inconclusive(ENDED)),
    wire("download-without-length", On::Download, Fault::Unframed, Ends::Violates)
        .breaking(&["dl/length-known"])
        .only(&["downloads::length-known"]),
    wire("download-redirect-elsewhere", On::Download, Fault::RedirectElsewhere, Ends::Conforms).private(),
    wire("download-of-a-gigabyte", On::Download, Fault::LongBody(1 << 30), Ends::Inconclusive("longer than")),
    wire("publish-silence", On::Publish, Fault::Silence, Ends::Inconclusive(TIMEOUT)),
    wire("publish-closed", On::Publish, Fault::ClosedBefore, Ends::Violates).breaking(&["env/layout"]),
    wire("publish-locked-by-a-cut", On::Publish, Fault::LockedByACut, Ends::Violates)
        .breaking(&["env/abort-atomic"])
        .only(&["envelope::abort-atomic"]),
    wire("publish-not-http", On::Publish, Fault::NotHttp, Ends::Violates).breaking(&["env/layout"]),
];
