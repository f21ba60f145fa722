//! What is wrong with a value: each condition of parameters with the values that meet it.

use crate::spec::{Condition, Parameter};

/// A value that meets a condition.
pub(super) struct Odd {
    pub(super) condition: Condition,
    /// A word for it, unique within the parameter.
    pub(super) slug: String,
    /// As it is sent: percent-encoded already.
    pub(super) encoded: String,
    /// As it is meant.
    pub(super) value: String,
    /// The document alone says that it is wrong.
    pub(super) breaks_document: bool,
}

fn odd(condition: Condition, slug: &str, encoded: impl Into<String>, breaks_document: bool) -> Odd {
    let encoded = encoded.into();
    let value = decoded(&encoded);
    Odd { condition, slug: slug.to_owned(), encoded, value, breaks_document }
}

/// What a text of a URL means.
pub(super) fn decoded(encoded: &str) -> String {
    percent_encoding::percent_decode_str(encoded).decode_utf8_lossy().into_owned()
}

/// The odd values of a parameter, wherever it stands.
pub(super) fn values(parameter: &Parameter) -> Vec<Odd> {
    use Condition::{
        ParameterAboveMaximum, ParameterBelowMinimum, ParameterEmpty, ParameterHuge, ParameterInvalidUtf8,
        ParameterNotInEnum, ParameterNul, ParameterOverflow, ParameterWrongFormat, ParameterWrongType,
    };
    let mut odds = Vec::new();
    let types = parameter.types();
    if parameter.is_integer() {
        for (slug, text) in
            [("word", "abc"), ("fraction", "1.5"), ("exponent", "1e2"), ("hexadecimal", "0x10"), ("blank", "%205")]
        {
            odds.push(odd(ParameterWrongType, slug, text, true));
        }
        // Bounds that a format implies are no limits: what lies beyond them overflows.
        let implied = [i64::from(i32::MIN), i64::from(i32::MAX), i64::MIN, i64::MAX];
        let real = |bound: Option<i64>| bound.filter(|bound| !implied.contains(bound)).map(i128::from);
        if let Some(least) = real(parameter.minimum()) {
            odds.push(odd(ParameterBelowMinimum, "below-minimum", (least - 1).to_string(), true));
            if least >= 0 {
                odds.push(odd(ParameterWrongType, "negative", "-1", least == 0));
            }
        }
        if let Some(most) = real(parameter.maximum()) {
            odds.push(odd(ParameterAboveMaximum, "above-maximum", (most + 1).to_string(), true));
            odds.push(odd(ParameterAboveMaximum, "far-above-maximum", (most * 10 + 7).to_string(), true));
        }
        let first = parameter.overflow.unwrap_or(1 << 32);
        odds.push(odd(ParameterOverflow, "overflow", first.to_string(), parameter.schema["format"] == "int32"));
        odds.push(odd(ParameterOverflow, "overflow-64-bit", "18446744073709551616", true));
    } else if types == ["boolean"] {
        odds.push(odd(ParameterWrongType, "word", "maybe", true));
    } else if types == ["number"] {
        odds.push(odd(ParameterWrongType, "word", "abc", true));
    } else {
        if parameter.schema["format"] == "date" {
            for (slug, text) in [
                ("word", "yesterday"),
                ("month-13", "2025-13-01"),
                ("day-first", "01-02-2025"),
                ("year-of-five-digits", "12025-01-01"),
            ] {
                odds.push(odd(ParameterWrongFormat, slug, text, true));
            }
        }
        if !parameter.choices().is_empty() {
            odds.push(odd(ParameterNotInEnum, "unknown-value", "regspec-unknown", true));
        }
        odds.push(odd(ParameterNul, "nul", "a%00b", false));
        odds.push(odd(ParameterHuge, "huge", "a".repeat(4000), false));
    }
    odds.push(odd(ParameterInvalidUtf8, "invalid-utf-8", "%ff", false));
    odds.push(odd(ParameterEmpty, "empty", "", parameter.is_integer()));
    odds
}
