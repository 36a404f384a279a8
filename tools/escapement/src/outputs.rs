//! Files that a command writes: looked at before the work, so that hours of it are not lost to a mistyped path.

use std::fs::OpenOptions;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::failure::Failure;

/// Which file a path names, whatever the path looks like.
fn identity(path: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(path).ok().map(|data| (data.dev(), data.ino()))
}

/// Refuses outputs that are one of the inputs or one another.
pub(crate) fn refuse_overwriting<'p>(
    inputs: impl IntoIterator<Item = &'p Path>,
    outputs: &[&Path],
) -> Result<(), Failure> {
    let mut taken: Vec<(u64, u64)> = inputs.into_iter().filter_map(identity).collect();
    for (place, output) in outputs.iter().enumerate() {
        let found = identity(output);
        if found.is_some_and(|file| taken.contains(&file)) || outputs[..place].contains(output) {
            return Err(Failure::input(format!(
                "{}: this file is also an input or another output, it would be overwritten",
                output.display()
            )));
        }
        // devices such as /dev/null take several outputs
        taken.extend(found.filter(|_| output.is_file()));
    }
    Ok(())
}

/// Makes sure that a file can be written; it is created if missing and keeps what it holds.
pub(crate) fn assure_writable(path: &Path) -> Result<(), Failure> {
    let opened = OpenOptions::new().write(true).create(true).truncate(false).open(path);
    opened.map(|_| ()).map_err(|error| Failure::input(format!("{}: {error}", path.display())))
}

/// Refuses inputs that cannot be read twice.
pub(crate) fn refuse_streams<'p>(
    inputs: impl IntoIterator<Item = &'p Path>,
) -> Result<(), Failure> {
    for path in inputs {
        // what cannot be looked at is named when it is opened
        let Ok(data) = std::fs::metadata(path) else { continue };
        if data.is_dir() {
            return Err(Failure::input(format!(
                "{}: a folder, expected a capture file",
                path.display()
            )));
        }
        if !data.is_file() {
            return Err(Failure::input(format!(
                "{}: a pipe or device, expected a file: captures are read twice",
                path.display()
            )));
        }
    }
    Ok(())
}
