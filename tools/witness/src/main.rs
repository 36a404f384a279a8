//! The `witness` command.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::net::SocketAddrV4;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use escapement_witness::{
    compare, read, Bounds, Destination, Reading, Teller, Transport, WitnessError, HEADER,
};

/// Reads ITCH 5.0 captures without the golden model.
///
/// Exit codes: 0 fine, 1 a difference, 2 bad input or usage.
#[derive(Parser)]
#[command(name = "witness", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the ticks of captures
    Ticks {
        #[command(flatten)]
        input: Input,
        /// CSV to write (- for stdout)
        #[arg(short, value_name = "FILE")]
        output: PathBuf,
        /// Write the orders that do not fit the table here
        #[arg(long, value_name = "FILE", requires = "overflow")]
        untracked: Option<PathBuf>,
    },
    /// Compare the ticks that a card made of captures
    Compare {
        /// What `escapement replay --ticks` wrote
        ticks: PathBuf,
        #[command(flatten)]
        input: Input,
        /// The same stream without loss: each unflagged row is held against it too
        #[arg(long, value_name = "CAPTURE")]
        truth: Option<PathBuf>,
    },
}

#[derive(Args)]
struct Input {
    /// Captures, one a line, A first; or one file of length-prefixed messages (.itch)
    #[arg(required = true, value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
    /// Group and port of the feed [default: each capture's first]
    #[arg(long, value_name = "ADDRESS:PORT")]
    feed: Option<SocketAddrV4>,
    /// Follow these symbols alone
    #[arg(long, value_delimiter = ',', value_name = "SYMBOL,...")]
    symbols: Option<Vec<String>>,
    /// The order table holds no more than this
    #[arg(long, value_name = "SETS,WAYS")]
    overflow: Option<Bounds>,
}

impl Input {
    fn reading(&self) -> Reading {
        Reading {
            captures: self.captures.clone(),
            feed: self.feed.map(|feed| Destination { address: *feed.ip(), port: feed.port() }),
            symbols: self.symbols.clone(),
            bounds: self.overflow,
        }
    }
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Ticks { input, output, untracked } => {
            ticks(&input.reading(), &output, untracked.as_deref())
        }
        Command::Compare { ticks, input, truth } => {
            against(&ticks, &input.reading(), truth.as_deref())
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("witness: {error}");
            ExitCode::from(2)
        }
    }
}

fn ticks(reading: &Reading, output: &Path, untracked: Option<&Path>) -> Result<bool, String> {
    let to_stdout = output.as_os_str() == "-";
    let mut writer: Box<dyn Write> = if to_stdout {
        Box::new(BufWriter::new(std::io::stdout().lock()))
    } else {
        create(output)?
    };
    let fail = |error: std::io::Error| format!("{}: {error}", output.display());
    writeln!(writer, "{HEADER}").map_err(fail)?;
    let (mut broken, mut written) = (None, 0u64);
    let (transport, teller) = read(reading, |_, rows| {
        for row in rows {
            if broken.is_none() {
                broken = writeln!(writer, "{row}").err();
                written += 1;
            }
        }
        Ok(())
    })
    .map_err(|error: WitnessError| error.to_string())?;
    let flushed = writer.flush().err();
    if let Some(error) = broken.or(flushed) {
        return Err(fail(error));
    }
    if let Some(path) = untracked {
        let fail = |error: std::io::Error| format!("{}: {error}", path.display());
        let mut file = create(path)?;
        writeln!(file, "msg_index,seq,reference,symbol").map_err(fail)?;
        for order in teller.untracked() {
            let symbol = String::from_utf8_lossy(&order.symbol);
            let (index, seq, reference) = (order.msg_index, order.seq, order.reference);
            writeln!(file, "{index},{seq},{reference},{}", symbol.trim_end()).map_err(fail)?;
        }
        file.flush().map_err(fail)?;
    }
    if !to_stdout {
        print!("{}", report(&transport, &teller));
    }
    Ok(true)
}

fn against(ticks: &Path, reading: &Reading, truth: Option<&Path>) -> Result<bool, String> {
    let outcome = compare(ticks, reading, truth).map_err(|error| error.to_string())?;
    print!("{}", report(&outcome.transport, &outcome.teller));
    println!("equal {}\nproven {}\ndifferent {}", outcome.equal, outcome.proven, outcome.different);
    for difference in &outcome.first {
        println!("{difference}");
    }
    Ok(outcome.different == 0)
}

fn create(path: &Path) -> Result<Box<dyn Write>, String> {
    match File::create(path) {
        Ok(file) => Ok(Box::new(BufWriter::new(file))),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

/// A line for each count.
fn report(transport: &Transport, teller: &Teller) -> String {
    let counts = teller.counts();
    let named = transport.named().into_iter().chain(counts.named());
    named.map(|(name, value)| format!("{name} {value}\n")).collect()
}
