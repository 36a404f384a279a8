//! Where ticks are written: a file whose name says the format and the compression.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use flate2::write::GzEncoder;

const BUFFER_BYTES: usize = 1 << 18;

/// What names of tick files may end in.
const ENDINGS: &str = ".csv, .csv.gz or .csv.zst";

/// How a tick file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TickFormat {
    Csv,
    CsvGzip,
    CsvZstd,
}

impl TickFormat {
    /// The format that a file name asks for.
    ///
    /// # Errors
    /// Another ending, in words.
    pub(crate) fn of(path: &Path) -> Result<Self, String> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let format = [(".csv", Self::Csv), (".csv.gz", Self::CsvGzip), (".csv.zst", Self::CsvZstd)]
            .into_iter()
            .find(|(ending, _)| name.len() > ending.len() && name.ends_with(ending));
        if let Some((_, format)) = format {
            return Ok(format);
        }
        let later = [".dbn", ".dbn.zst", ".parquet"].iter().any(|ending| name.ends_with(ending));
        let reason = if later { "this format is not built yet" } else { "unknown tick format" };
        Err(format!("{}: {reason}, expected a name in {ENDINGS}", path.display()))
    }
}

/// A tick file being written.
pub(crate) enum TickFile {
    Csv(BufWriter<File>),
    CsvGzip(GzEncoder<BufWriter<File>>),
    CsvZstd(zstd::Encoder<'static, BufWriter<File>>),
}

impl TickFile {
    /// Creates the file, or empties it.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let format = TickFormat::of(path)
            .map_err(|reason| io::Error::new(io::ErrorKind::InvalidInput, reason))?;
        let file = BufWriter::with_capacity(BUFFER_BYTES, File::create(path)?);
        Ok(match format {
            TickFormat::Csv => Self::Csv(file),
            TickFormat::CsvGzip => Self::CsvGzip(GzEncoder::new(file, flate2::Compression::fast())),
            TickFormat::CsvZstd => Self::CsvZstd(zstd::Encoder::new(file, 1)?),
        })
    }

    /// Ends the stream; what is not ended is not whole.
    pub(crate) fn finish(self) -> io::Result<()> {
        match self {
            Self::Csv(file) => Ok(file),
            Self::CsvGzip(encoder) => encoder.finish(),
            Self::CsvZstd(encoder) => encoder.finish(),
        }?
        .flush()
    }
}

impl Write for TickFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Csv(file) => file.write(bytes),
            Self::CsvGzip(encoder) => encoder.write(bytes),
            Self::CsvZstd(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Csv(file) => file.flush(),
            Self::CsvGzip(encoder) => encoder.flush(),
            Self::CsvZstd(encoder) => encoder.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_says_the_format() {
        assert_eq!(TickFormat::of(Path::new("a/b.csv")), Ok(TickFormat::Csv));
        assert_eq!(TickFormat::of(Path::new("b.csv.gz")), Ok(TickFormat::CsvGzip));
        assert_eq!(TickFormat::of(Path::new("b.csv.zst")), Ok(TickFormat::CsvZstd));
        for name in ["b.parquet", "b.dbn.zst"] {
            let reason = TickFormat::of(Path::new(name)).unwrap_err();
            assert!(reason.starts_with(&format!("{name}: this format is not built yet")));
        }
        for name in ["csv", ".csv", "b.txt", "b.gz", "/", ""] {
            assert!(TickFormat::of(Path::new(name)).unwrap_err().contains("unknown tick format"));
        }
    }
}
