//! Where a capture that is made goes: a file, or stdout, so that a pipe can take it.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use escapement_capture::PcapWriter;

use crate::failure::Failure;

/// A capture that is being written.
pub(crate) type Output = PcapWriter<BufWriter<Box<dyn Write>>>;

fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The name of an output, for people.
pub(crate) fn shown(path: &Path) -> String {
    if is_stdout(path) {
        "stdout".into()
    } else {
        path.display().to_string()
    }
}

/// Starts a capture: a new file (`force` overwrites), or for `-` stdout unless somebody would have to look at the bytes.
pub(crate) fn open(path: &Path, force: bool) -> Result<Output, Failure> {
    let to: Box<dyn Write> = if is_stdout(path) {
        if io::stdout().is_terminal() {
            return Err(Failure::input(
                "stdout: a terminal, expected a file or a pipe: a capture is not text",
            ));
        }
        Box::new(io::stdout().lock())
    } else {
        Box::new(create(path, force)?)
    };
    let writer = BufWriter::new(to);
    let output = if path.extension().is_some_and(|extension| extension == "gz") {
        PcapWriter::gzip(writer)
    } else {
        PcapWriter::new(writer)
    };
    output.map_err(|error| Failure::input(format!("{}: {error}", shown(path))))
}

fn create(path: &Path, force: bool) -> Result<std::fs::File, Failure> {
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    options.open(path).map_err(|error| {
        let advice = match error.kind() {
            io::ErrorKind::AlreadyExists => " (-f overwrites)",
            _ => "",
        };
        Failure::input(format!("{}: {error}{advice}", path.display()))
    })
}

/// Says what was written: on stdout, or on stderr if a capture went there.
pub(crate) fn tell(text: &str, outputs: &[&Path]) -> Result<(), Failure> {
    if outputs.iter().any(|path| is_stdout(path)) {
        eprint!("{text}");
        return Ok(());
    }
    crate::command::print(text)
}
