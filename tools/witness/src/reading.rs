//! Captures to ticks.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::arbiter::{Arbiter, Merged, Transport};
use crate::datagram::Destination;
use crate::row::Row;
use crate::source::{self, Arrivals};
use crate::table::Bounds;
use crate::teller::{Teller, Told};
use crate::WitnessError;

/// What to read, and how.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Captures, one a line; or one file of length-prefixed messages (`.itch`).
    pub captures: Vec<PathBuf>,
    /// The feed; None: each capture's first.
    pub feed: Option<Destination>,
    /// Symbols to follow; None: all.
    pub symbols: Option<Vec<String>>,
    /// Size of the order table; None: unbounded.
    pub bounds: Option<Bounds>,
}

impl Reading {
    pub(crate) fn teller(&self) -> Teller {
        let chosen = self.symbols.as_ref().map(|symbols| {
            let pad = |symbol: &String| {
                let mut stock = [b' '; 8];
                let bytes = symbol.as_bytes();
                let kept = bytes.len().min(8);
                stock[..kept].copy_from_slice(&bytes[..kept]);
                stock
            };
            symbols.iter().map(pad).collect::<HashSet<_>>()
        });
        Teller::new(chosen, self.bounds).keeping_untracked()
    }
}

/// Reads captures to their end; `each` is given the teller and the rows of every message that made some.
///
/// # Errors
/// A capture cannot be read, or `each` fails.
pub fn read(
    reading: &Reading,
    mut each: impl FnMut(&Teller, &[Row]) -> Result<(), WitnessError>,
) -> Result<(Transport, Teller), WitnessError> {
    let mut teller = reading.teller();
    let mut take = |merged: Merged<'_>| -> Result<(), WitnessError> {
        match merged {
            Merged::Gap { .. } => teller.gap(),
            Merged::Restart => teller.restart(),
            Merged::Message { sequence, data } => {
                let rows = teller.message(sequence, data).to_vec();
                if !rows.is_empty() {
                    each(&teller, &rows)?;
                }
            }
        }
        Ok(())
    };
    let counts = match &reading.captures[..] {
        [file] if source::is_message_file(file) => read_message_file(file, &mut take)?,
        captures => {
            let mut arrivals = Arrivals::open(captures)?.of_feed(reading.feed);
            let mut arbiter = Arbiter::new(arrivals.lines());
            while let Some(arrival) = arrivals.next_arrival()? {
                arbiter.packet(arrival.line, &arrival.packet, &mut take)?;
            }
            arbiter.finish(&mut take)?;
            arbiter.counts()
        }
    };
    Ok((counts, teller))
}

fn read_message_file(
    file: &Path,
    take: &mut impl FnMut(Merged<'_>) -> Result<(), WitnessError>,
) -> Result<Transport, WitnessError> {
    let mut counts = Transport::default();
    source::message_file(file, |data| {
        counts.copies += 1;
        take(Merged::Message { sequence: counts.copies, data })
    })?;
    Ok(counts)
}

impl Told {
    /// Names and values, for reports.
    #[must_use]
    pub fn named(&self) -> [(&'static str, u64); 10] {
        [
            ("messages", self.messages),
            ("ticks", self.ticks),
            ("flagged", self.flagged),
            ("unreadable", self.unreadable),
            ("unknown_references", self.unknown_references),
            ("reused_references", self.reused_references),
            ("over_executions", self.over_executions),
            ("overflows", self.overflows),
            ("live_orders_max", self.live_orders_max),
            ("depth_max", self.depth_max),
        ]
    }
}

impl Transport {
    /// Names and values, for reports.
    #[must_use]
    pub fn named(&self) -> [(&'static str, u64); 7] {
        [
            ("copies", self.copies),
            ("duplicates", self.duplicates),
            ("late", self.late),
            ("stale", self.stale),
            ("gaps", self.gaps),
            ("lost", self.lost),
            ("restarts", self.restarts),
        ]
    }
}
