use serde::Deserialize;

use crate::reference::reply::Refusal;

/// The longest metadata, in bytes.
const LONGEST_METADATA: usize = 1 << 20;

/// The largest file, in bytes.
const LARGEST_FILE: usize = 10 << 20;

/// What counts of the metadata; the manifest in the file rules over all the rest.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct PublishMetadata {
    pub(super) name: String,
    pub(super) vers: String,
    pub(super) readme: Option<String>,
    #[expect(dead_code, reason = "it has to be text where it is given")]
    pub(super) readme_file: Option<String>,
}

/// The metadata of an upload, and what comes behind it.
///
/// # Errors
/// 413 where there is too much of it, 400 where it cannot be read.
pub(super) fn metadata(body: &[u8]) -> Result<(PublishMetadata, &[u8]), Refusal> {
    let (length, rest) = length(body).ok_or_else(|| Refusal::exact(400, "invalid metadata length"))?;
    if length > LONGEST_METADATA {
        return Err(Refusal::exact(413, "JSON metadata blob too large"));
    }
    let (metadata, rest) = rest
        .split_at_checked(length)
        .ok_or_else(|| Refusal::exact(400, format!("invalid metadata length for remaining payload: {length}")))?;
    let metadata = serde_json::from_slice(metadata)
        .map_err(|error| Refusal::exact(400, format!("invalid upload request: {error}")))?;
    Ok((metadata, rest))
}

/// The file of an upload; bytes behind it are ignored.
///
/// # Errors
/// 413 where it is too large, 400 where it is not all there.
pub(super) fn file(rest: &[u8]) -> Result<&[u8], Refusal> {
    let (length, rest) = length(rest).ok_or_else(|| Refusal::exact(400, "invalid tarball length"))?;
    if length > LARGEST_FILE {
        return Err(Refusal::exact(413, format!("max upload size is: {LARGEST_FILE}")));
    }
    rest.get(..length)
        .ok_or_else(|| Refusal::exact(400, format!("invalid tarball length for remaining payload: {length}")))
}

fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    Some((usize::try_from(u32::from_le_bytes(*length)).ok()?, rest))
}
