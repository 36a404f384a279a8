//! Nanosecond pcap, plain or gzip.

use std::io::{self, Write};

use flate2::write::GzEncoder;

use crate::LINK_ETHERNET;

/// Snap length written in the file header.
const SNAP_LENGTH: u32 = 65_535;

enum Output<W: Write> {
    Plain(W),
    Gzip(Box<GzEncoder<W>>),
}

impl<W: Write> Output<W> {
    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Plain(writer) => writer,
            Self::Gzip(writer) => writer.as_mut(),
        }
    }
}

/// Writes a little-endian nanosecond pcap.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// let mut writer = escapement_capture::PcapWriter::new(Vec::new())?;
/// writer.packet(1_500_000_000_000_000_007, &[0; 60])?;
/// assert_eq!(writer.finish()?.len(), 24 + 16 + 60);
/// # Ok(())
/// # }
/// ```
pub struct PcapWriter<W: Write> {
    output: Output<W>,
}

impl<W: Write> PcapWriter<W> {
    /// Starts a plain file.
    pub fn new(writer: W) -> io::Result<Self> {
        Self::start(Output::Plain(writer))
    }

    /// Starts a gzip file. Its header carries no time and no name, so equal packets give equal bytes.
    pub fn gzip(writer: W) -> io::Result<Self> {
        Self::start(Output::Gzip(Box::new(GzEncoder::new(writer, flate2::Compression::default()))))
    }

    fn start(output: Output<W>) -> io::Result<Self> {
        let mut this = Self { output };
        let mut header = Vec::with_capacity(24);
        header.extend(0xa1b2_3c4du32.to_le_bytes());
        header.extend(2u16.to_le_bytes());
        header.extend(4u16.to_le_bytes());
        header.extend([0; 8]);
        header.extend(SNAP_LENGTH.to_le_bytes());
        header.extend(LINK_ETHERNET.to_le_bytes());
        this.output.writer().write_all(&header)?;
        Ok(this)
    }

    /// Writes one packet. Stamps after 2106 and packets of 4 GiB do not fit the format and are errors.
    pub fn packet(&mut self, stamp_ns: u64, data: &[u8]) -> io::Result<()> {
        let unfit = |_| io::Error::new(io::ErrorKind::InvalidInput, "does not fit a pcap record");
        let seconds = u32::try_from(stamp_ns / 1_000_000_000).map_err(unfit)?;
        let length = u32::try_from(data.len()).map_err(unfit)?;
        let nanoseconds = (stamp_ns % 1_000_000_000) as u32;
        let mut header = [0; 16];
        for (field, value) in header.chunks_exact_mut(4).zip([seconds, nanoseconds, length, length])
        {
            field.copy_from_slice(&value.to_le_bytes());
        }
        let writer = self.output.writer();
        writer.write_all(&header)?;
        writer.write_all(data)
    }

    /// Ends the file and returns the writer under it.
    pub fn finish(self) -> io::Result<W> {
        match self.output {
            Output::Plain(mut writer) => {
                writer.flush()?;
                Ok(writer)
            }
            Output::Gzip(writer) => writer.finish(),
        }
    }
}
