//! The texts of a history's file: plain, gzip, or the members of a zip archive.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

/// A text and the name that its errors carry.
pub(super) struct Text {
    /// File, and member of an archive.
    pub(super) name: String,
    /// Name of the member, or of the file.
    pub(super) member: String,
    pub(super) text: String,
}

impl Text {
    /// Its lines without their ends, each with its number from 1; empty ones are left out.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate();
        lines.filter(|(_, line)| !line.is_empty()).map(|(at, line)| (at + 1, line))
    }

    /// The error of a line.
    pub(super) fn at(&self, line: usize, reason: &str) -> String {
        format!("{}: line {line}: {reason}", self.name)
    }
}

fn open(path: &Path) -> Result<BufReader<File>, String> {
    File::open(path).map(BufReader::new).map_err(|error| format!("{}: {error}", path.display()))
}

fn read(mut from: impl Read, name: String, member: &str) -> Result<Text, String> {
    let mut text = String::new();
    from.read_to_string(&mut text)
        .map_err(|error| format!("{name}: offset {}: {error}, expected text", text.len()))?;
    Ok(Text { name, member: member.to_string(), text })
}

/// The text of a plain or a gzip file.
pub(super) fn text(path: &Path) -> Result<Text, String> {
    let name = path.display().to_string();
    let member = path.file_name().map_or(String::new(), |name| name.to_string_lossy().into());
    match path.extension() {
        Some(end) if end == "gz" => read(MultiGzDecoder::new(open(path)?), name, &member),
        _ => read(open(path)?, name, &member),
    }
}

/// The texts of a zip archive, in the order of their names.
pub(super) fn members(path: &Path) -> Result<Vec<Text>, String> {
    let name = path.display().to_string();
    let fail = |error: zip::result::ZipError| format!("{name}: {error}, expected a zip archive");
    let mut archive = zip::ZipArchive::new(open(path)?).map_err(fail)?;
    let mut names: Vec<String> = archive.file_names().map(str::to_string).collect();
    names.sort_unstable();
    names
        .iter()
        .map(|member| {
            let file = archive.by_name(member).map_err(fail)?;
            read(file, format!("{name}: {member}"), member)
        })
        .collect()
}
