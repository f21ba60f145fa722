//! The command line of regspec.

use std::process::ExitCode;

fn main() -> ExitCode {
    regspec::cli::main()
}
