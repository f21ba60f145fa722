//! The cargo contract, one test a case: on the embedded registry, or on `REGSPEC_TARGET`.

fn main() -> std::process::ExitCode {
    regspec::harness::main()
}
