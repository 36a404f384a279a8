//! The `escapement` command.
fn main() {}
