use super::{index, line::Line};

/// A `dl` for one version. Only the five markers mean anything; without any of them the default suffix is appended.
/// Cargo book, Index Format, Index Configuration.
pub(super) fn expand(template: &str, line: &Line) -> String {
    let prefix = index::prefix(&line.name);
    let lower = prefix.to_lowercase();
    let markers = [
        ("{crate}", line.name.as_str()),
        ("{version}", &line.vers),
        ("{prefix}", &prefix),
        ("{lowerprefix}", &lower),
        ("{sha256-checksum}", &line.cksum),
    ];
    if !markers.iter().any(|(marker, _)| template.contains(marker)) {
        return format!("{template}/{}/{}/download", line.name, line.vers);
    }
    markers.iter().fold(template.to_owned(), |url, (marker, value)| url.replace(marker, value))
}

#[cfg(test)]
mod tests {
    use super::expand;
    use crate::reference::line::Line;

    #[test]
    fn markers_keep_case_except_the_lower_prefix() {
        let line = Line { name: "MyCrate".into(), vers: "1.0.0+b".into(), cksum: "c0".into(), ..Line::default() };
        assert_eq!(
            expand("/{prefix}/{lowerprefix}/{crate}-{version}-{sha256-checksum}.crate", &line),
            "/My/Cr/my/cr/MyCrate-1.0.0+b-c0.crate"
        );
    }

    #[test]
    fn unknown_markers_do_not_replace_the_suffix() {
        let line = Line { name: "ab".into(), vers: "1.0.0".into(), ..Line::default() };
        assert_eq!(expand("/x/{name}", &line), "/x/{name}/ab/1.0.0/download");
    }
}
