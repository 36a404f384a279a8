//! What lies in a folder of data.

use std::path::{Path, PathBuf};

use super::history;
use crate::failure::Failure;

/// One thing to measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// File name without its endings; behind the name of a subfolder other than `derived`.
    pub(crate) name: String,
    /// One file, or line A and line B.
    pub(crate) paths: Vec<PathBuf>,
}

/// Everything in a folder, by what it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Folder {
    pub(crate) captures: Vec<Found>,
    pub(crate) histories: Vec<Found>,
    /// Files that are neither, and no companion of one.
    pub(crate) others: Vec<Found>,
}

const PACKINGS: [&str; 2] = [".gz", ".zst"];
const CAPTURES: [&str; 3] = [".pcap", ".pcapng", ".itch"];

/// Looks through a folder and its subfolders, in the order of names.
pub(crate) fn look(folder: &Path) -> Result<Folder, Failure> {
    let mut files = Vec::new();
    walk(folder, &mut files)?;
    files.sort();
    let mut found = Folder::default();
    for path in files {
        let file = path.file_name().map_or(String::new(), |name| name.to_string_lossy().into());
        let place = |stem: &str| {
            let within = path.parent().and_then(|parent| parent.strip_prefix(folder).ok());
            match within.map(|within| within.display().to_string()) {
                Some(within) if !within.is_empty() && within != "derived" => {
                    format!("{within}/{stem}")
                }
                _ => stem.to_string(),
            }
        };
        let plain = PACKINGS.iter().find_map(|end| file.strip_suffix(end)).unwrap_or(&file);
        if let Some(stem) = CAPTURES.iter().find_map(|end| plain.strip_suffix(end)) {
            add_capture(&mut found.captures, place(stem), path.clone());
        } else if history::reader(&file).is_some() {
            let stem = file.split('.').next().unwrap_or(&file);
            found.histories.push(Found { name: place(stem), paths: vec![path.clone()] });
        } else if !history::is_companion(&file) {
            found.others.push(Found { name: place(&file), paths: vec![path.clone()] });
        }
    }
    Ok(found)
}

/// `NAME_a` and `NAME_b` are the lines of one feed.
fn add_capture(captures: &mut Vec<Found>, name: String, path: PathBuf) {
    if let Some(base) = name.strip_suffix("_b") {
        let line_a = format!("{base}_a");
        if let Some(both) = captures.iter_mut().find(|one| one.name == line_a) {
            both.name = base.to_string();
            both.paths.push(path);
            return;
        }
    }
    captures.push(Found { name, paths: vec![path] });
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let fail = |error: std::io::Error| Failure::input(format!("{}: {error}", folder.display()));
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_a_and_b_are_one_and_unknown_files_are_told() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("derived")).unwrap();
        std::fs::create_dir_all(folder.path().join("more")).unwrap();
        for file in [
            "derived/x_a.pcap.gz",
            "derived/x_b.pcap.gz",
            "derived/x.ticks.csv.gz",
            "more/y.itch",
            "us_z_1_quote_tick.zip",
            "README.md",
            "odd.bin",
        ] {
            std::fs::write(folder.path().join(file), "").unwrap();
        }
        let found = look(folder.path()).unwrap();
        let names = |list: &[Found]| list.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&found.captures), ["x", "more/y"]);
        assert_eq!(found.captures[0].paths.len(), 2);
        assert_eq!(names(&found.histories), ["us_z_1_quote_tick"]);
        assert_eq!(names(&found.others), ["odd.bin"]);
        assert!(look(&folder.path().join("none")).is_err());
    }
}
