//! The command line: subcommands, their arguments, and exit codes.

mod bench;
mod bench_codec;
mod capture;
mod capture_itch;
mod card;
mod replay;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;

/// FPGA market-data card: replay captures through a card, make and inspect captures, measure.
///
/// Exit codes: 0 fine, 1 a check failed, 2 bad input or usage.
#[derive(Parser)]
#[command(name = "escapement", version, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Replay captures through a card and read the ticks from its ring
    Replay(replay::Arguments),
    /// Inspect or make captures
    #[command(subcommand)]
    Capture(capture::Command),
    /// Look at a card
    #[command(subcommand)]
    Card(card::Command),
    /// Measure
    #[command(subcommand)]
    Bench(bench::Command),
}

/// Runs the command with the arguments of the process.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    let done = match arguments.command {
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Capture(command) => capture::run(&command),
        Command::Card(command) => card::run(&command),
        Command::Bench(command) => bench::run(&command),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("escapement: {failure}");
            failure.exit_code()
        }
    }
}

/// Help and version as they are, anything wrong in one line.
fn usage(error: &clap::Error) -> ExitCode {
    use clap::error::ErrorKind;
    let kind = error.kind();
    if !error.use_stderr() || kind == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = error.print();
        return ExitCode::from(error.exit_code() as u8);
    }
    let text = error.render().to_string();
    let first = text.lines().take_while(|line| !line.is_empty()).map(str::trim);
    let line = first.collect::<Vec<_>>().join(" ");
    eprintln!("escapement: {} (--help says more)", line.trim_start_matches("error: "));
    ExitCode::from(2)
}

/// Prints to stdout; a reader that went away (`| head`) ends the command quietly.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    use std::io::Write;
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| Failure::input(format!("stdout: {error}"))),
    }
}

/// Writes JSON to a file, or to stdout for `-`.
fn write_json(path: &std::path::Path, value: &serde_json::Value) -> Result<(), Failure> {
    let text = format!("{value:#}\n");
    if path.as_os_str() == "-" {
        return print(&text);
    }
    std::fs::write(path, text)
        .map_err(|error| Failure::input(format!("{}: {error}", path.display())))
}
