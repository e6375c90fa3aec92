//! The `covary` program.
fn main() {}
