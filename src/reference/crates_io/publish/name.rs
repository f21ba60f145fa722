use crate::reference::reply::Refusal;

/// The longest name, in characters.
const LONGEST: usize = 64;

/// Names that no crate may have, whichever way they are spelled: those of the toolchain's own crates, and those that Windows gives to devices.
const RESERVED: &[&str] = &[
    "alloc",
    "arena",
    "ast",
    "builtins",
    "collections",
    "compiler_builtins",
    "core",
    "coretest",
    "debug",
    "driver",
    "flate",
    "fmt_macros",
    "grammar",
    "graphviz",
    "macro",
    "macros",
    "proc_macro",
    "rbml",
    "rust_installer",
    "rustbook",
    "rustc",
    "rustdoc",
    "rustllvm",
    "rustuv",
    "serialize",
    "std",
    "std_unicode",
    "syntax",
    "test",
    "unicode",
    "aux",
    "con",
    "nul",
    "prn",
    "com0",
    "com1",
    "com2",
    "com3",
    "com4",
    "com5",
    "com6",
    "com7",
    "com8",
    "com9",
    "lpt0",
    "lpt1",
    "lpt2",
    "lpt3",
    "lpt4",
    "lpt5",
    "lpt6",
    "lpt7",
    "lpt8",
    "lpt9",
];

/// Whether a crate may be called so; `what` is what is called so.
///
/// # Errors
/// 400 with the first rule that the name breaks.
pub(super) fn check(what: &str, name: &str) -> Result<(), Refusal> {
    if name.chars().count() > LONGEST {
        return refused(format!("the {what} name `{name}` is too long (max {LONGEST} characters)"));
    }
    identifier(what, name, |c| c.is_ascii_alphabetic())
}

/// Whether a dependency may be called so by the crate that has it: it may begin with `_`, too.
///
/// # Errors
/// 400 with the first rule that the name breaks.
pub(super) fn check_rename(name: &str) -> Result<(), Refusal> {
    identifier("dependency", name, |c| c.is_ascii_alphabetic() || c == '_')
}

fn identifier(what: &str, name: &str, begins: fn(char) -> bool) -> Result<(), Refusal> {
    let Some(first) = name.chars().next() else {
        return refused(format!("{what} name cannot be empty"));
    };
    if first.is_ascii_digit() {
        return refused(format!(
            "the name `{name}` cannot be used as a {what} name, the name cannot start with a digit"
        ));
    }
    if !begins(first) {
        return refused(format!(
            "invalid character `{first}` in {what} name: `{name}`, the first character must be an ASCII character"
        ));
    }
    match name.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))) {
        None => Ok(()),
        Some(odd) => refused(format!(
            "invalid character `{odd}` in {what} name: `{name}`, characters must be an ASCII alphanumeric characters, `-`, or `_`"
        )),
    }
}

/// Whether nobody may take the name, given in canonical form.
pub(super) fn is_reserved(canonical: &str) -> bool {
    RESERVED.contains(&canonical)
}

fn refused(text: String) -> Result<(), Refusal> {
    Err(Refusal::exact(400, text))
}
