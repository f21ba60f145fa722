use super::Catalogue;

/// What crates can be filed under.
#[derive(Debug, Clone, Copy)]
pub(in crate::reference) struct Category {
    /// The name in paths and manifests; those above it are its beginnings before each `::`.
    pub(in crate::reference) slug: &'static str,
    /// The name for people.
    pub(in crate::reference) name: &'static str,
}

impl Category {
    /// The category of that slug, in whatever case.
    pub(in crate::reference) fn find(slug: &str) -> Option<&'static Self> {
        let slug = slug.to_ascii_lowercase();
        CATEGORIES.iter().find(|category| category.slug == slug)
    }

    /// It stands below no other.
    pub(in crate::reference) fn is_top(&self) -> bool {
        !self.slug.contains("::")
    }

    /// What it is for.
    pub(in crate::reference) fn description(&self) -> String {
        format!("Crates that have to do with: {}.", self.name.to_lowercase())
    }

    /// Whether it stands anywhere below another.
    pub(in crate::reference) fn is_below(&self, other: &Self) -> bool {
        self.slug.strip_prefix(other.slug).is_some_and(|rest| rest.starts_with("::"))
    }

    /// The categories right below it.
    pub(in crate::reference) fn children(&self) -> impl Iterator<Item = &'static Self> {
        let depth = self.depth() + 1;
        CATEGORIES.iter().filter(move |other| other.is_below(self) && other.depth() == depth)
    }

    /// The categories that it stands below, the outermost first.
    pub(in crate::reference) fn parents(&self) -> impl Iterator<Item = &'static Self> {
        CATEGORIES.iter().filter(|other| self.is_below(other))
    }

    fn depth(&self) -> usize {
        self.slug.matches("::").count()
    }
}

impl Catalogue {
    /// How many crates are filed under exactly this category.
    pub(in crate::reference) fn filed_under(&self, category: &Category) -> usize {
        self.crates().filter(|entry| entry.categories.iter().any(|slug| slug == category.slug)).count()
    }

    /// How many are filed under it and those below it; a crate under several of them counts for each.
    pub(in crate::reference) fn filed_below(&self, category: &Category) -> usize {
        let below = CATEGORIES.iter().filter(|other| other.is_below(category));
        self.filed_under(category) + below.map(|other| self.filed_under(other)).sum::<usize>()
    }
}

const fn named(slug: &'static str, name: &'static str) -> Category {
    Category { slug, name }
}

/// Every category, by slug. Slugs and names are those of crates.io, as far as its replies were recorded.
#[rustfmt::skip]
pub(in crate::reference) const CATEGORIES: &[Category] = &[
    named("accessibility", "Accessibility"),
    named("aerospace", "Aerospace"),
    named("aerospace::drones", "Drones"),
    named("aerospace::protocols", "Protocols"),
    named("aerospace::simulation", "Simulation"),
    named("aerospace::space-protocols", "Space protocols"),
    named("aerospace::unmanned-aerial-vehicles", "Unmanned aerial vehicles"),
    named("algorithms", "Algorithms"),
    named("api-bindings", "API bindings"),
    named("artificial-intelligence", "Artificial intelligence"),
    named("asynchronous", "Asynchronous"),
    named("authentication", "Authentication"),
    named("automotive", "Automotive"),
    named("caching", "Caching"),
    named("command-line-interface", "Command-line interface"),
    named("command-line-utilities", "Command line utilities"),
    named("compilers", "Compilers"),
    named("compression", "Compression"),
    named("computer-vision", "Computer vision"),
    named("concurrency", "Concurrency"),
    named("config", "Configuration"),
    named("cryptography", "Cryptography"),
    named("cryptography::cryptocurrencies", "Cryptocurrencies"),
    named("data-structures", "Data structures"),
    named("database", "Database interfaces"),
    named("database-implementations", "Database implementations"),
    named("date-and-time", "Date and time"),
    named("development-tools", "Development tools"),
    named("development-tools::build-utils", "Build Utils"),
    named("development-tools::cargo-plugins", "Cargo plugins"),
    named("development-tools::debugging", "Debugging"),
    named("development-tools::ffi", "FFI"),
    named("development-tools::procedural-macro-helpers", "Procedural macro helpers"),
    named("development-tools::profiling", "Profiling"),
    named("development-tools::testing", "Testing"),
    named("email", "Email"),
    named("embedded", "Embedded development"),
    named("emulators", "Emulators"),
    named("encoding", "Encoding"),
    named("external-ffi-bindings", "External FFI bindings"),
    named("filesystem", "Filesystem"),
    named("finance", "Finance"),
    named("game-development", "Game development"),
    named("game-engines", "Game engines"),
    named("games", "Games"),
    named("graphics", "Graphics"),
    named("gui", "GUI"),
    named("hardware-support", "Hardware support"),
    named("internationalization", "Internationalization (i18n)"),
    named("localization", "Localization (L10n)"),
    named("mathematics", "Mathematics"),
    named("memory-management", "Memory management"),
    named("multimedia", "Multimedia"),
    named("network-programming", "Network programming"),
    named("no-std", "No standard library"),
    named("os", "Operating systems"),
    named("parser-implementations", "Parser implementations"),
    named("parsing", "Parsing tools"),
    named("rendering", "Rendering"),
    named("rust-patterns", "Rust patterns"),
    named("science", "Science"),
    named("science::bioinformatics", "Bioinformatics"),
    named("science::bioinformatics::genomics", "Genomics"),
    named("security", "Security"),
    named("simulation", "Simulation"),
    named("template-engine", "Template engine"),
    named("text-editors", "Text editors"),
    named("text-processing", "Text processing"),
    named("value-formatting", "Value formatting"),
    named("virtualization", "Virtualization"),
    named("visualization", "Visualization"),
    named("wasm", "WebAssembly"),
    named("web-programming", "Web programming"),
];
