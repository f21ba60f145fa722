//! `caching`: one rule on validators, encodings and framing.

use super::{Evidence, Fault, Judged, Unjudged, encoding, show};
use crate::{exchange::Response, suite::CachingRule};

pub(super) fn caching(rule: CachingRule, seen: &Evidence<'_>) -> Judged {
    let reply = seen.reply()?;
    let fault = match rule {
        CachingRule::Validator => {
            let offered = reply.headers.has("etag") || reply.headers.has("last-modified");
            (!offered).then(|| seen.fault("an ETag or a Last-Modified", format!("neither, {}", show::reply(reply))))
        }
        CachingRule::NotModified => not_modified(seen, reply),
        CachingRule::EncodingOffered => encoding_offered(seen, reply),
        CachingRule::DecodesToPlain => decodes_to_plain(seen, reply)?,
        CachingRule::RetryAfter => retry_after(seen, reply),
        CachingRule::NotShared => not_shared(seen, reply),
        CachingRule::Framed => framed(seen, reply)?,
    };
    Ok(fault.into_iter().collect())
}

fn not_modified(seen: &Evidence<'_>, reply: &Response) -> Option<Fault> {
    let expected = "status 304 without a body";
    match reply.status {
        304 if reply.body.is_empty() => None,
        304 => Some(seen.fault(expected, format!("status 304 with {}", show::bytes(&reply.body)))),
        _ => Some(seen.fault(expected, show::reply(reply))),
    }
}

fn encoding_offered(seen: &Evidence<'_>, reply: &Response) -> Option<Fault> {
    let offers = encoding::offers(&seen.exchange().request);
    let foreign = encoding::foreign(reply, &offers);
    let expected = || match offers.as_slice() {
        [] => "no content encoding, for none was offered".to_owned(),
        offers => format!("a content encoding among those offered: {}", show::list(offers)),
    };
    (!foreign.is_empty()).then(|| seen.fault(expected(), format!("content-encoding: {}", show::list(&foreign))))
}

fn decodes_to_plain(seen: &Evidence<'_>, reply: &Response) -> Result<Option<Fault>, Unjudged> {
    let other = seen.at_mark("plain")?;
    let plain = other.reply()?;
    let expected = "the content of the reply without compression";
    if reply.status != plain.status {
        return Ok(Some(seen.fault(format!("{expected}, {}", show::reply(plain)), show::reply(reply))));
    }
    if reply.cut {
        return Err(Unjudged(show::cut()));
    }
    let wanted = other.content()?;
    Ok(match encoding::decode(reply) {
        Ok(content) if content == wanted => None,
        Ok(content) => Some(seen.fault(format!("{expected}: {}", told(wanted)), told(&content))),
        Err(why) => Some(seen.fault(expected, why)),
    })
}

fn told(content: &[u8]) -> String {
    format!("{} bytes, {}", content.len(), show::bytes(content))
}

/// A Retry-After that cargo can read, if there is one: it looks at 429 and 503 alone (cargo's `retry.rs`).
fn retry_after(seen: &Evidence<'_>, reply: &Response) -> Option<Fault> {
    let value = reply.headers.get("retry-after").filter(|_| matches!(reply.status, 429 | 503))?;
    let sound = value.parse::<u32>().is_ok() || httpdate::parse_http_date(value).is_ok();
    (!sound).then(|| {
        seen.fault("Retry-After in whole seconds or as an HTTP date", format!("retry-after: {}", show::clip(value)))
    })
}

/// What lets a shared cache keep a reply to a request with Authorization (RFC 9111, 3.5), unless it is forbidden anyway
/// or has to ask again each time.
fn not_shared(seen: &Evidence<'_>, reply: &Response) -> Option<Fault> {
    if seen.exchange().request.headers.get("authorization").is_none_or(str::is_empty) {
        return None;
    }
    let fields = reply.headers.all("cache-control").flat_map(|field| field.split(','));
    let directives: Vec<String> = fields.map(|directive| directive.trim().to_ascii_lowercase()).collect();
    let is = |directive: &str, name: &str| directive.split('=').next().is_some_and(|found| found.trim() == name);
    let any = |names: &[&str]| directives.iter().find(|directive| names.iter().any(|name| is(directive, name)));
    let asks = directives.iter().any(|directive| directive == "max-age=0") && any(&["public", "s-maxage"]).is_none();
    if any(&["private", "no-store", "no-cache"]).is_some() || asks {
        return None;
    }
    let found = any(&["public", "s-maxage", "must-revalidate"])?;
    let expected = "no leave for shared caches to keep a reply to an Authorization";
    Some(seen.fault(expected, format!("cache-control: {found}")))
}

/// The end of the body can be told from a cut. HTTP/2 frames by itself and is spoken over TLS alone.
fn framed(seen: &Evidence<'_>, reply: &Response) -> Result<Option<Fault>, Unjudged> {
    let request = &seen.exchange().request;
    let bodyless = request.method == "HEAD" || matches!(reply.status, 100..=199 | 204 | 304);
    let chunked = |value: &str| value.to_ascii_lowercase().contains("chunked");
    if bodyless || reply.headers.has("content-length") || reply.headers.all("transfer-encoding").any(chunked) {
        return Ok(None);
    }
    if request.url.starts_with("https:") && !reply.headers.has("connection") {
        return Err(Unjudged("no length and no chunks; HTTP/2 needs neither".to_owned()));
    }
    Ok(Some(seen.fault("a Content-Length, or chunks", "neither: the body ends with the connection")))
}

#[cfg(test)]
#[path = "caching_tests.rs"]
mod tests;
