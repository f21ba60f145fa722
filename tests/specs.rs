//! The bundled documents and their overlays, and what `regspec specs` says of documents.

use regspec::spec::Spec;

/// Every bundled contract, with how many operations its documents have.
const CONTRACTS: &[(&str, usize)] = &[("apis-io", 12), ("crates-io", 63), ("legacy", 28), ("oanor", 4), ("cargo", 12)];

#[test]
fn every_contract_loads_with_all_of_its_overlays() {
    for (contract, operations) in CONTRACTS {
        match Spec::bundled(contract) {
            Ok(spec) => assert_eq!(spec.operations.len(), *operations, "{contract}"),
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(Spec::names().collect::<Vec<_>>(), CONTRACTS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}
