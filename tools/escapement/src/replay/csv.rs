//! Ticks as CSV, one row each: `msg_index,seq,ts_ns,venue,symbol,kind,price,size,side,flags`.

use std::io::{self, Write};

use escapement_codec::Price;
use escapement_store::{flag_words, kind_name, side_text, Row};

const HEADER: &str = "msg_index,seq,ts_ns,venue,symbol,kind,price,size,side,flags";

/// Writes rows.
pub(crate) struct TickCsv<W: Write> {
    output: W,
    hw_time: bool,
    row: Vec<u8>,
}

impl<W: Write> TickCsv<W> {
    /// Writes the header; `hw_time` appends the hardware stamp to each row.
    pub(crate) fn new(mut output: W, hw_time: bool) -> io::Result<Self> {
        writeln!(output, "{HEADER}{}", if hw_time { ",hw_time_ns" } else { "" })?;
        Ok(Self { output, hw_time, row: Vec::with_capacity(128) })
    }

    /// Writes a row.
    pub(crate) fn write(&mut self, of: &Row<'_>) -> io::Result<()> {
        let mut number = itoa::Buffer::new();
        let row = &mut self.row;
        row.clear();
        row.extend(number.format(of.msg_index).bytes());
        row.push(b',');
        row.extend(number.format(of.seq).bytes());
        row.push(b',');
        row.extend(number.format(of.since_midnight_ns).bytes());
        row.push(b',');
        row.extend(of.venue.bytes());
        row.push(b',');
        quoted(row, of.symbol.as_bytes());
        row.push(b',');
        row.extend(kind_name(of.kind).bytes());
        row.push(b',');
        match of.price {
            Price::Known(price) => row.extend(number.format(price).bytes()),
            Price::None => {}
            Price::UnknownCentre => row.extend(*b"unknown"),
        }
        row.push(b',');
        row.extend(number.format(of.size).bytes());
        row.push(b',');
        quoted(row, side_text(of.kind, of.side).bytes());
        row.push(b',');
        row.extend(flag_words(of.doubtful, of.repaired).bytes());
        if self.hw_time {
            row.push(b',');
            if let Some(stamp) = of.hw_time_ns {
                row.extend(number.format(stamp).bytes());
            }
        }
        row.push(b'\n');
        self.output.write_all(row)
    }

    /// The output, with all rows written to it.
    pub(crate) fn into_output(self) -> W {
        self.output
    }
}

/// Appends a field, quoted if it needs to be.
fn quoted(row: &mut Vec<u8>, text: &[u8]) {
    if !text.iter().any(|byte| matches!(byte, b',' | b'"')) {
        row.extend(text);
        return;
    }
    row.push(b'"');
    for &byte in text {
        if byte == b'"' {
            row.push(b'"');
        }
        row.push(byte);
    }
    row.push(b'"');
}
