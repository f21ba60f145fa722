//! Cases made from a contract's document and its overlays, for every operation; one kind a file.
//!
//! A kind asserts what document and overlays state, and nothing beyond. What the document alone suggests of wrong
//! requests is tried only where there is no overlay, for there nobody has said what holds.

mod bodies;
mod chain;
mod credentials;
mod good;
mod make;
mod methods;
mod odd;
mod pages;
mod parameters;
mod paths;
mod sorting;
mod states;
mod throttled;

pub use make::Generated;

use crate::spec::Spec;

/// The cases of every operation of a contract, with the requirements that they try.
pub fn generated(spec: &Spec) -> Generated {
    let mut made = Generated::default();
    for operation in &spec.operations {
        let mut make = make::Make::new(spec, operation);
        good::add(&mut make);
        if operation.removed.is_none() && operation.refused.is_none() {
            parameters::add(&mut make);
            paths::add(&mut make);
            bodies::add(&mut make);
            states::early(&mut make);
            credentials::add(&mut make);
            methods::add(&mut make);
            pages::add(&mut make);
            sorting::add(&mut make);
            throttled::add(&mut make);
            states::add(&mut make);
        }
        made.take(make);
    }
    made
}

#[cfg(test)]
mod tests;
