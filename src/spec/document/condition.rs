use serde::{Deserialize, Serialize};

/// What is wrong with a request, or odd about it, by a name of a closed list. How each is made stands in
/// `plan::generated`; what it is answered with stands in the overlays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it, and specs/overlay-keys.schema.json lists them")]
pub enum Condition {
    UnknownCrate,
    UnknownVersion,
    UnknownResource,
    VersionNotSemver,
    IdentifierNotInteger,
    IdentifierOverflow,
    #[serde(rename = "path-invalid-utf8")]
    PathInvalidUtf8,
    PathNul,
    PathEncodedSlash,
    PathEncodedPercent,
    PathEmpty,
    PathTrailingSlash,
    PathTooLong,
    PathOtherCase,
    PathOtherDash,
    RouteUnknown,
    OperationRemoved,
    MethodUnsupported,
    Head,
    Options,
    ParameterMissing,
    ParameterWrongType,
    ParameterBelowMinimum,
    ParameterAboveMaximum,
    ParameterEmpty,
    ParameterDoubled,
    ParameterOverflow,
    ParameterNul,
    #[serde(rename = "parameter-invalid-utf8")]
    ParameterInvalidUtf8,
    ParameterHuge,
    ParameterNotInEnum,
    ParameterWrongFormat,
    ParameterUnknown,
    PageAndSeek,
    PageUnsupported,
    SeekUnsupported,
    SeekMalformed,
    PageBeyondLimit,
    PagePastEnd,
    PageTooDeep,
    IncludeUnknown,
    FilterMissing,
    FilterConflict,
    BodyMissing,
    BodyNotJson,
    BodyWrongShape,
    BodyWrongMediaType,
    BodyFieldMissing,
    BodyFieldWrongType,
    BodyExtraField,
    BodyTooLarge,
    BodyInvalidValue,
    CredentialMissing,
    CredentialMalformed,
    CredentialUnknown,
    CredentialRevoked,
    CredentialExpired,
    CredentialLacksScope,
    CredentialLacksCrateScope,
    CredentialLegacyRefused,
    CredentialScopedRefused,
    CredentialTokenOnCookieOperation,
    CredentialCookieOnTokenOperation,
    CredentialTrustpubRefused,
    NotOwner,
    NotSelf,
    NotFoundForCaller,
    AccountLocked,
    OriginRefused,
    UserAgentMissing,
    EmailUnverified,
    LimitAge,
    HasDependents,
    AlreadyThere,
    AlreadyGone,
    Expired,
    LimitReached,
    Throttled,
    ReadOnly,
}

impl Condition {
    /// The name, as overlays and cases write it.
    pub fn name(self) -> String {
        serde_json::to_value(self).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_schema_of_our_keys_lists_every_condition_and_no_other() {
        let schema: Value = serde_json::from_str(super::super::KEYS).unwrap();
        let names: Vec<Value> = schema["$defs"]["condition"]["enum"].as_array().unwrap().clone();
        for name in &names {
            let condition: Condition = serde_json::from_value(name.clone()).unwrap();
            assert_eq!(json!(condition.name()), *name);
        }
        assert_eq!(names.len(), Condition::ReadOnly as usize + 1);
    }
}
