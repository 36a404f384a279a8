//! `escapement bench codec`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::{print, write_json};
use crate::bench::codec::{self, Options};
use crate::failure::Failure;
use crate::outputs;
use crate::replay::settings::Settings;

#[derive(Args)]
pub(super) struct Arguments {
    /// Folder with captures and histories; its subfolders are looked through too
    #[arg(long, value_name = "FOLDER")]
    data: PathBuf,
    /// Only what has this in its name; may be given several times
    #[arg(long, value_name = "TEXT")]
    only: Vec<String>,
    /// Without the yardsticks under zstd -19, which take most of the time
    #[arg(long)]
    no_zstd: bool,
    /// How long each of encode, decode and copy is timed on each capture
    #[arg(long, value_name = "TIME", default_value = "200ms", value_parser = crate::duration::parse_ns)]
    time: u64,
    #[command(flatten)]
    settings: Settings,
    /// Write JSON here (- for stdout instead of the table)
    #[arg(long, value_name = "OUT")]
    json: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let to_stdout = arguments.json.as_ref().is_some_and(|path| path.as_os_str() == "-");
    let json = arguments.json.as_deref().filter(|_| !to_stdout);
    if let Some(path) = json {
        outputs::assure_writable(path)?;
    }
    let report = codec::run(&Options {
        data: &arguments.data,
        only: &arguments.only,
        settings: &arguments.settings,
        zstd: !arguments.no_zstd,
        time: Duration::from_nanos(arguments.time),
        json,
    })?;
    if let Some(path) = &arguments.json {
        write_json(path, &report)?;
    }
    if to_stdout {
        return Ok(());
    }
    print(&codec::text(&report))
}
