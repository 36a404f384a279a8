//! Where ticks are written: a file whose name says the format and the compression.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use escapement_store::{DbnTicks, ParquetTicks, Row};
use flate2::write::GzEncoder;

use super::csv::TickCsv;
use super::tick_origin::TickOrigin;

const BUFFER_BYTES: usize = 1 << 18;

/// What names of tick files may end in.
const ENDINGS: &str = ".csv, .csv.gz, .csv.zst, .parquet, .dbn or .dbn.zst";

/// How a stream of bytes is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

/// What a tick file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TickFormat {
    Csv(Packing),
    Parquet,
    Dbn(Packing),
}

impl TickFormat {
    /// The format that a file name asks for.
    ///
    /// # Errors
    /// Another ending, in words.
    pub(crate) fn of(path: &Path) -> Result<Self, String> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let format = [
            (".csv", Self::Csv(Packing::Plain)),
            (".csv.gz", Self::Csv(Packing::Gzip)),
            (".csv.zst", Self::Csv(Packing::Zstd)),
            (".parquet", Self::Parquet),
            (".dbn", Self::Dbn(Packing::Plain)),
            (".dbn.zst", Self::Dbn(Packing::Zstd)),
        ]
        .into_iter()
        .find(|(ending, _)| name.len() > ending.len() && name.ends_with(ending));
        format.map(|(_, format)| format).ok_or_else(|| {
            format!("{}: unknown tick format, expected a name in {ENDINGS}", path.display())
        })
    }
}

/// A file, packed as its name says.
pub(crate) enum Packed {
    Plain(BufWriter<File>),
    Gzip(GzEncoder<BufWriter<File>>),
    Zstd(zstd::Encoder<'static, BufWriter<File>>),
}

impl Packed {
    fn new(file: BufWriter<File>, packing: Packing) -> io::Result<Self> {
        Ok(match packing {
            Packing::Plain => Self::Plain(file),
            Packing::Gzip => Self::Gzip(GzEncoder::new(file, flate2::Compression::fast())),
            Packing::Zstd => Self::Zstd(zstd::Encoder::new(file, 1)?),
        })
    }

    /// Ends the stream; what is not ended is not whole.
    fn finish(self) -> io::Result<()> {
        match self {
            Self::Plain(file) => Ok(file),
            Self::Gzip(encoder) => encoder.finish(),
            Self::Zstd(encoder) => encoder.finish(),
        }?
        .flush()
    }
}

impl Write for Packed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
            Self::Zstd(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            Self::Gzip(encoder) => encoder.flush(),
            Self::Zstd(encoder) => encoder.flush(),
        }
    }
}

/// A tick file being written.
pub(crate) enum TickFile {
    Csv(Box<TickCsv<Packed>>),
    Parquet(Box<ParquetTicks<BufWriter<File>>>),
    Dbn(Box<DbnTicks<Packed>>),
}

impl TickFile {
    /// Creates the file, or empties it; `hw_time` adds the hardware stamp to each row (DBN has it always).
    pub(crate) fn create(path: &Path, origin: &TickOrigin, hw_time: bool) -> io::Result<Self> {
        let format = TickFormat::of(path)
            .map_err(|reason| io::Error::new(io::ErrorKind::InvalidInput, reason))?;
        let file = BufWriter::with_capacity(BUFFER_BYTES, File::create(path)?);
        Ok(match format {
            TickFormat::Csv(packing) => {
                Self::Csv(Box::new(TickCsv::new(Packed::new(file, packing)?, hw_time)?))
            }
            TickFormat::Parquet => {
                Self::Parquet(Box::new(ParquetTicks::new(file, &origin.source(), hw_time)?))
            }
            TickFormat::Dbn(packing) => {
                let packed = Packed::new(file, packing)?;
                let (feed, span) = (&origin.feed, &origin.span);
                Self::Dbn(Box::new(DbnTicks::new(packed, feed, span, &origin.mappings)?))
            }
        })
    }

    /// Writes a row.
    pub(crate) fn write(&mut self, row: &Row<'_>) -> io::Result<()> {
        match self {
            Self::Csv(csv) => csv.write(row),
            Self::Parquet(parquet) => parquet.write(row),
            Self::Dbn(dbn) => dbn.write(row),
        }
    }

    /// The stream of DBN: its records show both sides, so it wants to hear what is no tick.
    pub(crate) fn dbn(&mut self) -> Option<&mut DbnTicks<Packed>> {
        match self {
            Self::Dbn(dbn) => Some(dbn),
            _ => None,
        }
    }

    /// Ends the file; what is not ended is not whole.
    pub(crate) fn finish(self) -> io::Result<()> {
        match self {
            Self::Csv(csv) => csv.into_output().finish(),
            Self::Parquet(parquet) => parquet.finish()?.flush(),
            Self::Dbn(dbn) => {
                let undefined = dbn.sizes_undefined();
                if undefined > 0 {
                    eprintln!(
                        "escapement: warning: {undefined} size(s) do not fit the 32 bits of DBN and stand as undefined (4294967295)"
                    );
                }
                dbn.finish()?.finish()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_says_the_format() {
        for (name, format) in [
            ("a/b.csv", TickFormat::Csv(Packing::Plain)),
            ("b.csv.gz", TickFormat::Csv(Packing::Gzip)),
            ("b.csv.zst", TickFormat::Csv(Packing::Zstd)),
            ("b.parquet", TickFormat::Parquet),
            ("b.dbn", TickFormat::Dbn(Packing::Plain)),
            ("b.dbn.zst", TickFormat::Dbn(Packing::Zstd)),
        ] {
            assert_eq!(TickFormat::of(Path::new(name)), Ok(format));
        }
        for name in ["csv", ".csv", ".dbn", "b.parquet.zst", "b.dbn.gz", "b.txt", "b.gz", "/", ""] {
            assert!(TickFormat::of(Path::new(name)).unwrap_err().contains("unknown tick format"));
        }
    }
}
