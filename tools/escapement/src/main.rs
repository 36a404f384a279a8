//! The `escapement` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    escapement_tool::command::run()
}
