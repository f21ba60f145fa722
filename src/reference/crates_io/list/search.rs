use super::super::catalogue::{Crate, canonical};

/// Words that English has everywhere, which say nothing.
const STOP_WORDS: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "in", "is", "it", "of", "on", "or", "that", "the",
    "this", "to", "was", "with",
];

/// How much a word counts in the name, in a keyword, in the description and in the readme.
const WEIGHTS: [f32; 4] = [1.0, 0.4, 0.2, 0.1];

/// Names at least this long are found by any part of them.
const SHORTEST_PART: usize = 3;

/// What a search looks for: words, and a part of a name.
pub(super) struct Search {
    words: Vec<String>,
    name: String,
}

impl Search {
    pub(super) fn new(text: &str) -> Self {
        Self { words: words(text).collect(), name: canonical(text) }
    }

    /// How well a crate fits; none if it does not.
    pub(super) fn rank(&self, entry: &Crate) -> Option<f32> {
        let texts = [
            entry.name.clone(),
            entry.keywords.join(" "),
            entry.description.clone().unwrap_or_default(),
            entry.readme.clone().unwrap_or_default(),
        ];
        let texts = texts.map(|text| words(&text).collect::<Vec<_>>());
        let weight = |word: &String| -> f32 {
            texts.iter().zip(WEIGHTS).filter(|(text, _)| text.contains(word)).map(|(_, weight)| weight).sum()
        };
        let weights: Vec<f32> = self.words.iter().map(weight).collect();
        let found = !weights.is_empty() && weights.iter().all(|weight| *weight > 0.0);
        // Tenths, so that a sum says the same in whichever order it was made.
        let rank = (weights.iter().sum::<f32>() * 10.0).round() / 10.0;
        (found || self.is_part_of(&entry.canonical())).then_some(if found { rank } else { 0.0 })
    }

    fn is_part_of(&self, name: &str) -> bool {
        if self.name.chars().count() >= SHORTEST_PART {
            return name.contains(&self.name);
        }
        let mut parts = name.split('_');
        match self.name.chars().count() {
            0 => false,
            1 => parts.any(|part| part == self.name),
            _ => parts.any(|part| part.starts_with(&self.name)),
        }
    }
}

/// The words of a text that say something, without their plural.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .map(|word| {
            let word = word.to_lowercase();
            word.strip_suffix('s').filter(|stem| stem.len() > 2).map_or(word.clone(), str::to_owned)
        })
        .filter(|word| !word.is_empty() && !STOP_WORDS.contains(&word.as_str()))
        .collect::<Vec<_>>()
        .into_iter()
}
