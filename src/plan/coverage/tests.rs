use super::*;
use crate::{
    plan::{declared, generated},
    suite,
};

/// At most so many percent of a contract's cells are excused.
const MOST_EXCUSED: f64 = 5.0;

fn matrix(contract: &str) -> Matrix {
    let mut spec = Spec::bundled(contract).unwrap();
    let made = generated(&spec);
    spec.catalogue.add_made("openapi.json", made.requirements);
    let mut cases = declared(&spec, &suite::bundled(contract).unwrap(), &suite::corpora().unwrap()).unwrap();
    cases.extend(made.cases);
    Matrix::of(&spec, &cases)
}

fn named(matrix: &Matrix, wanted: impl Fn(&Cell) -> bool) -> Vec<String> {
    let rows = matrix.operations.iter();
    rows.flat_map(|row| row.cells.iter().map(move |cell| (row, cell)))
        .filter(|(_, cell)| wanted(cell))
        .map(|(row, cell)| {
            let why = cell.excuse.map(|excuse| format!(" ({})", excuse.name())).unwrap_or_default();
            format!("{}: {}{why}", row.operation, cell.aspect)
        })
        .collect()
}

/// The bundled contracts whose cases are made from documents.
const CONTRACTS: [&str; 4] = ["apis-io", "crates-io", "legacy", "oanor"];

#[test]
fn no_cell_is_empty_without_a_reason() {
    let open: Vec<String> = CONTRACTS
        .iter()
        .flat_map(|contract| {
            named(&matrix(contract), Cell::is_open).into_iter().map(move |cell| format!("{contract} {cell}"))
        })
        .collect();
    assert!(open.is_empty(), "{} open\n{}", open.len(), open.join("\n"));
}

#[test]
fn few_cells_are_excused() {
    let mut too_many = Vec::new();
    for contract in CONTRACTS {
        let matrix = matrix(contract);
        let count = matrix.count();
        if count.excused_share() > MOST_EXCUSED {
            let excused = named(&matrix, |cell| cell.cases.is_empty() && cell.excuse.is_some());
            too_many.push(format!("{contract}: {count:?}\n{}", excused.join("\n")));
        }
    }
    assert!(too_many.is_empty(), "{}", too_many.join("\n"));
}

#[test]
fn no_overlay_excuses_what_has_cases_or_is_not_there() {
    for contract in CONTRACTS {
        let (spec, matrix) = (Spec::bundled(contract).unwrap(), matrix(contract));
        let stale = named(&matrix, |cell| cell.stale);
        assert!(stale.is_empty(), "{contract}: {}", stale.join("\n"));
        let known: BTreeSet<String> =
            matrix.operations.iter().flat_map(|row| &row.cells).map(|cell| cell.aspect.name()).collect();
        for operation in &spec.operations {
            for name in operation.layers.iter().flat_map(|layer| layer.excuses.keys()) {
                assert!(known.contains(name), "{contract} {}: no cell `{name}`", operation.id);
            }
        }
    }
}
