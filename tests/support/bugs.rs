//! The rows of docs/known-bugs.md.

use std::{fs, path::Path};

/// Where a row tells of a fault that nobody can see from outside, a dash stands in place of its cases.
pub const NONE: &str = "–";

/// One row.
pub struct Bug {
    /// Where the bug stands in the list.
    pub id: String,
    /// The requirements that it broke, or `none:` and why it cannot be seen.
    pub requirements: String,
    /// The cases that would have found it, each perhaps one that expands over a list.
    pub cases: String,
    /// The mutants that repeat it.
    pub mutants: String,
}

/// Every row, in order.
pub fn rows() -> Vec<Bug> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/known-bugs.md")).unwrap();
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let rows =
        text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| id ") && !line.starts_with("| --"));
    rows.map(cells)
        .map(|cells| {
            let [id, _, _, requirements, cases, mutants, _] =
                cells.try_into().unwrap_or_else(|cells| panic!("a row has seven cells: {cells:?}"));
            Bug { id, requirements, cases, mutants }
        })
        .collect()
}

/// What stands in backquotes.
pub fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// Whether a case is that one, or one that it expands to.
pub fn is_of(case: &str, name: &str) -> bool {
    case.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}
