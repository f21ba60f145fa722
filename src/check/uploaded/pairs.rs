//! Which dependency of a line stands for which of the upload.

use super::deps::Dep;

type Pairs<'d> = (Vec<(&'d Dep, &'d Dep)>, Vec<&'d Dep>, Vec<&'d Dep>);

/// Pairs by likeness, the most alike first; then what is left on either side.
pub(super) fn pairs<'d>(uploaded: &'d [Dep], listed: &'d [Dep], own: Option<&str>) -> Pairs<'d> {
    let mut scores: Vec<(usize, usize, usize)> = Vec::new();
    for (at, one) in uploaded.iter().enumerate() {
        for (to, other) in listed.iter().enumerate() {
            let names = [&one.name, &one.package];
            // Without a name in common they are two dependencies.
            if names.contains(&&other.name) || names.contains(&&other.package) {
                scores.push((one.differences(other, own).len(), at, to));
            }
        }
    }
    scores.sort_unstable();
    let (mut taken, mut given) = (vec![false; uploaded.len()], vec![false; listed.len()]);
    let mut paired = Vec::new();
    for (_, at, to) in scores {
        if !taken[at] && !given[to] {
            (taken[at], given[to]) = (true, true);
            paired.push((&uploaded[at], &listed[to]));
        }
    }
    let missing = uploaded.iter().zip(taken).filter(|(_, taken)| !taken).map(|(dep, _)| dep).collect();
    let extra = listed.iter().zip(given).filter(|(_, given)| !given).map(|(dep, _)| dep).collect();
    (paired, missing, extra)
}
