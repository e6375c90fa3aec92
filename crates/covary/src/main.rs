//! The `covary` program.

fn main() -> std::process::ExitCode {
    covary::program::main()
}
