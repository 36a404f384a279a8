//! Ticks as CSV, one row each: `msg_index,seq,ts_ns,venue,symbol,kind,price,size,side,flags`.

use std::io::{self, Write};

use escapement_codec::entry::{MAYBE_BAD_BOOK, SLOT_NONE};
use escapement_codec::{Price, Tick, TickKind};

use escapement_feed::Protocol;

use crate::instruments::{symbol_name, Instrument};
use crate::new_york::NewYork;

const HEADER: &str = "msg_index,seq,ts_ns,venue,symbol,kind,price,size,side,flags";

/// Writes rows.
pub(crate) struct TickCsv<W: Write> {
    output: W,
    /// Feed times are since 1970-01-01 UTC; else since midnight already.
    clock: Option<NewYork>,
    venue: &'static str,
    /// Venue and symbol by slot, quoted for CSV.
    names: Vec<String>,
    hw_time: bool,
    row: Vec<u8>,
}

impl<W: Write> TickCsv<W> {
    /// Writes the header; `hw_time` appends the hardware stamp to each row.
    pub(crate) fn new(
        mut output: W,
        protocol: Protocol,
        instruments: &[Instrument],
        hw_time: bool,
    ) -> io::Result<Self> {
        writeln!(output, "{HEADER}{}", if hw_time { ",hw_time_ns" } else { "" })?;
        Ok(Self {
            output,
            clock: (protocol != Protocol::Itch).then(NewYork::new),
            venue: protocol.venue(),
            names: instruments.iter().map(name).collect(),
            hw_time,
            row: Vec::with_capacity(128),
        })
    }

    /// A slot carries another instrument from now on, or none.
    pub(crate) fn name(&mut self, slot: u16, instrument: Option<&Instrument>) {
        let slot = usize::from(slot);
        while self.names.len() <= slot {
            self.names.push(format!("{},slot {}", self.venue, self.names.len()));
        }
        self.names[slot] = match instrument {
            Some(one) => name(one),
            None => format!("{},slot {slot}", self.venue),
        };
    }

    /// Writes the row of a tick.
    pub(crate) fn write(
        &mut self,
        tick: &Tick,
        price: Price,
        seq: u64,
        repaired: bool,
    ) -> io::Result<()> {
        self.row(tick, price, seq, repaired)?;
        self.output.write_all(&self.row)
    }

    /// Writes rows that were made before.
    pub(crate) fn write_rows(&mut self, rows: &[u8]) -> io::Result<()> {
        self.output.write_all(rows)
    }

    /// Makes the row of a tick, with its line end. `repaired`: it was not the card that said so.
    pub(crate) fn row(
        &mut self,
        tick: &Tick,
        price: Price,
        seq: u64,
        repaired: bool,
    ) -> io::Result<&[u8]> {
        let mut number = itoa::Buffer::new();
        let row = &mut self.row;
        row.clear();
        row.extend(number.format(tick.msg_index).bytes());
        row.push(b',');
        row.extend(number.format(seq).bytes());
        row.push(b',');
        let time_ns = match &mut self.clock {
            Some(clock) => clock.since_midnight_ns(tick.feed_time),
            None => tick.feed_time,
        };
        row.extend(number.format(time_ns).bytes());
        row.push(b',');
        match self.names.get(usize::from(tick.slot)) {
            Some(name) => row.extend(name.bytes()),
            None if tick.slot == SLOT_NONE => row.extend(self.venue.bytes().chain(*b",")),
            None => write!(row, "{},slot {}", self.venue, tick.slot)?,
        }
        row.push(b',');
        row.extend(kind_name(tick.kind).bytes());
        row.push(b',');
        match price {
            Price::Known(price) => row.extend(number.format(price).bytes()),
            Price::None => {}
            Price::UnknownCentre => row.extend(*b"unknown"),
        }
        row.push(b',');
        row.extend(number.format(tick.size).bytes());
        row.push(b',');
        match (tick.kind, tick.side) {
            (TickKind::Trade, 1) => row.push(b'B'),
            (TickKind::Trade, 2) => row.push(b'S'),
            (TickKind::Status, b',') => row.extend(*b"\",\""),
            (TickKind::Status, code) => row.extend(std::ascii::escape_default(code)),
            _ => {}
        }
        row.push(b',');
        let doubtful = tick.flags & MAYBE_BAD_BOOK != 0;
        row.extend(
            match (doubtful, repaired) {
                (false, false) => "",
                (true, false) => "MAYBE_BAD_BOOK",
                (false, true) => "REPAIRED",
                (true, true) => "MAYBE_BAD_BOOK|REPAIRED",
            }
            .bytes(),
        );
        if self.hw_time {
            row.push(b',');
            // a fetched message came in no frame
            if tick.hw_time != 0 || !repaired {
                row.extend(number.format(tick.hw_time).bytes());
            }
        }
        row.push(b'\n');
        Ok(row)
    }

    /// The output, with all rows written to it.
    pub(crate) fn into_output(self) -> W {
        self.output
    }
}

fn name(one: &Instrument) -> String {
    format!("{},{}", one.venue, quoted(&symbol_name(&one.symbol)))
}

/// Name of a kind in rows and reports.
pub(crate) fn kind_name(kind: TickKind) -> &'static str {
    match kind {
        TickKind::Bid => "bid",
        TickKind::Ask => "ask",
        TickKind::Trade => "trade",
        TickKind::TradeBreak => "trade_break",
        TickKind::Status => "status",
    }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_string()
    }
}
