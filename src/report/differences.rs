use std::collections::{BTreeMap, BTreeSet};

use crate::{engine::traffic::DIFFERS, verdict::Record};

/// How a server whose traffic was judged differs from what the document alone says, one line a difference with the number
/// of exchanges that show it; statuses of an operation in one line. Empty where nothing differs.
pub fn differences(records: &[Record]) -> String {
    let mut counted: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for record in records {
        let operation = record.id.split("::").next().unwrap_or_default();
        for difference in record.notes.iter().filter_map(|note| note.strip_prefix(DIFFERS)) {
            *counted.entry((operation, difference)).or_default() += 1;
        }
    }
    let operations: BTreeSet<&str> = counted.keys().map(|(operation, _)| *operation).collect();
    let mut lines = Vec::new();
    for operation in operations {
        let of = counted.iter().filter(|((known, _), _)| *known == operation);
        let (statuses, others): (Vec<_>, Vec<_>) = of.partition(|((_, told), _)| told.starts_with("status "));
        if !statuses.is_empty() {
            let list: Vec<String> =
                statuses.iter().map(|((_, told), times)| format!("{} ({times})", &told["status ".len()..])).collect();
            lines.push(format!("{operation}: status {} not in the document", list.join(", ")));
        }
        lines.extend(others.iter().map(|((_, told), times)| format!("{operation}: {told} ({times})")));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Verdict;

    fn record(id: &str, notes: &[&str]) -> Record {
        let notes = notes.iter().map(|note| (*note).to_owned()).collect();
        Record { notes, ..Record::bare(id, Verdict::Conforms) }
    }

    #[test]
    fn what_differs_is_counted_by_operation() {
        let records = [
            record("find::recorded::a", &["differs: status 404", "other"]),
            record("find::recorded::b", &["differs: status 404"]),
            record("find::recorded::c", &["differs: status 400", "differs: `/a` is not in the document"]),
            record("list::recorded::d", &[]),
        ];
        let told = "find: status 400 (1), 404 (2) not in the document\nfind: `/a` is not in the document (1)";
        assert_eq!(differences(&records), told);
        assert_eq!(differences(&records[3..]), "");
    }
}
