//! What the data files still owe. Each list is to be emptied; none may grow unnoticed.

/// Testable MUST and SHOULD requirements without a case.
pub const UNCOVERED: &[&str] = &[];

/// Lists that no case expands over yet.
pub const IDLE_LISTS: &[&str] = &[];

/// Journeys that no case takes yet.
pub const IDLE_JOURNEYS: &[&str] = &[];

/// Rows of docs/known-bugs.md that name no case yet.
pub const UNNAMED_BUGS: &[&str] = &[
    "A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "A10", "A11", "A12", "A13", "A14", "A15", "A16", "B1", "B2",
    "B3", "B4", "B5", "B6", "B7", "B9", "B10", "B11", "B13", "B15", "B16", "B18", "C1", "C2", "C3", "C4", "C6", "C7",
    "C8", "C9", "C10", "D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "D10", "D11", "D12", "D14", "D15", "D16",
    "D17", "D18", "D19", "D20",
];
