//! A card's tick file against the witness, row by row.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::arbiter::{Arbiter, Merged, Transport};
use crate::book::Side;
use crate::reading::{read, Reading};
use crate::row::{Row, HEADER};
use crate::source::Arrivals;
use crate::teller::Teller;
use crate::WitnessError;

/// Differences that are kept with their rows; the rest is counted.
const KEPT: usize = 20;
/// Columns that are compared; more may follow (`--hw-time`).
const COLUMNS: usize = 10;

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// A best or a trade that is not the true one, and no flag says that it may not be.
    WrongUnflagged,
    /// The row's values are not the expected ones.
    Differs,
    /// The flag is missing.
    FlagMissing,
    /// A flag where none is due.
    FlagNeedless,
    /// A row that must be there is not.
    Missing,
    /// A row that must not be there.
    Extra,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What is wrong.
    pub verdict: Verdict,
    /// Row of the card.
    pub found: Option<String>,
    /// Row of the witness, or what is true.
    pub expected: Option<String>,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let verdict = self.verdict;
        let none = "none";
        let found = self.found.as_deref().unwrap_or(none);
        let expected = self.expected.as_deref().unwrap_or(none);
        write!(out, "{verdict:?}: found {found}, expected {expected}")
    }
}

/// The outcome.
pub struct Comparison {
    /// Rows of the card that are as expected.
    pub equal: u64,
    /// All differences.
    pub different: u64,
    /// The first differences.
    pub first: Vec<Difference>,
    /// Unflagged rows found true by the exact book (bounds) or the loss-free stream (truth).
    pub proven: u64,
    /// Counts of the transport.
    pub transport: Transport,
    /// The witness at its end.
    pub teller: Teller,
}

impl Comparison {
    fn add(&mut self, verdict: Verdict, found: Option<String>, expected: Option<String>) {
        self.different += 1;
        if self.first.len() < KEPT {
            self.first.push(Difference { verdict, found, expected });
        }
    }
}

/// Compares `ticks` (CSV, also gzip) with what the witness reads. Each unflagged best is held against the exact book;
/// with `truth` (a capture without loss) each unflagged row also against that one.
///
/// # Errors
/// A file cannot be read or is no tick file.
pub fn compare(
    ticks: &Path,
    reading: &Reading,
    truth: Option<&Path>,
) -> Result<Comparison, WitnessError> {
    let mut found = TickFile::open(ticks)?;
    let mut truth = truth.map(|path| Truth::open(path, reading)).transpose()?;
    let mut comparison = Comparison {
        equal: 0,
        different: 0,
        first: Vec::new(),
        proven: 0,
        transport: Transport::default(),
        teller: reading.teller(),
    };
    let (transport, teller) = read(reading, |teller, rows| {
        let index = rows[0].msg_index;
        for extra in found.below(index)? {
            comparison.add(Verdict::Extra, Some(extra), None);
        }
        let got = found.of(index)?;
        for line in &got {
            prove(line, rows[0].seq, teller, truth.as_mut(), &mut comparison)?;
        }
        let expected: Vec<String> = rows.iter().map(ToString::to_string).collect();
        if got == expected {
            comparison.equal += got.len() as u64;
        } else {
            judge(got, expected, &mut comparison);
        }
        Ok(())
    })?;
    for extra in found.below(u64::MAX)? {
        comparison.add(Verdict::Extra, Some(extra), None);
    }
    comparison.transport = transport;
    comparison.teller = teller;
    Ok(comparison)
}

/// An unflagged row must be true.
fn prove(
    line: &str,
    seq: u64,
    teller: &Teller,
    truth: Option<&mut Truth>,
    comparison: &mut Comparison,
) -> Result<(), WitnessError> {
    let columns: Vec<&str> = line.split(',').collect();
    if columns.get(9) != Some(&"") {
        return Ok(());
    }
    let mut proven = true;
    let mut check = |teller: &Teller, rows: Option<&[Row]>| {
        let told = format!("{},{},{}", columns[5], columns[6], columns[7]);
        let side = match columns[5] {
            "bid" => Side::Bid,
            "ask" => Side::Ask,
            _ => {
                let is_told = |row: &Row| {
                    let text = row.to_string();
                    let values: Vec<&str> = text.split(',').collect();
                    values[2..9] == columns[2..9]
                };
                if rows.is_some_and(|rows| !rows.iter().any(is_told)) {
                    proven = false;
                    let none = Some("no such row in the loss-free stream".to_string());
                    comparison.add(Verdict::WrongUnflagged, Some(line.to_string()), none);
                }
                return;
            }
        };
        let best = teller.true_best(columns[4], side).flatten();
        let best = best.map_or((String::new(), 0), |(price, size)| (price.to_string(), size));
        let is = format!("{},{},{}", columns[5], best.0, best.1);
        if is != told {
            proven = false;
            comparison.add(Verdict::WrongUnflagged, Some(line.to_string()), Some(is));
        }
    };
    check(teller, None);
    if let Some(truth) = truth {
        truth.advance(seq)?;
        check(&truth.teller, Some(&truth.rows));
    }
    comparison.proven += u64::from(proven);
    Ok(())
}

/// Says what is wrong with the rows of a message; rows are paired by symbol and kind.
fn judge(got: Vec<String>, mut expected: Vec<String>, comparison: &mut Comparison) {
    let same = |a: &str, b: &str| a.split(',').skip(4).take(2).eq(b.split(',').skip(4).take(2));
    for line in got {
        let Some(place) = expected.iter().position(|row| same(row, &line)) else {
            comparison.add(Verdict::Extra, Some(line), None);
            continue;
        };
        let row = expected.remove(place);
        if row == line && place == 0 {
            comparison.equal += 1;
            continue;
        }
        let (values, flag) = line.rsplit_once(',').unwrap_or((&line, ""));
        let verdict = match row.rsplit_once(',') {
            Some((want, due)) if want == values && due != flag => {
                if due.is_empty() {
                    Verdict::FlagNeedless
                } else {
                    Verdict::FlagMissing
                }
            }
            // values, or the order of the rows
            _ => Verdict::Differs,
        };
        comparison.add(verdict, Some(line), Some(row));
    }
    for row in expected {
        comparison.add(Verdict::Missing, None, Some(row));
    }
}

/// Rows of a tick file, by message.
struct TickFile {
    path: PathBuf,
    lines: Box<dyn BufRead>,
    number: u64,
    /// Message index and the compared columns of the next row.
    next: Option<(u64, String)>,
}

impl TickFile {
    fn open(path: &Path) -> Result<Self, WitnessError> {
        let fail = |error| WitnessError::io(path, error);
        let file = File::open(path).map_err(fail)?;
        let stream: Box<dyn Read> = match path.extension() {
            Some(extension) if extension == "gz" => {
                Box::new(flate2::read::MultiGzDecoder::new(file))
            }
            _ => Box::new(file),
        };
        let mut lines = BufReader::new(stream);
        let mut header = String::new();
        lines.read_line(&mut header).map_err(fail)?;
        if columns(header.trim_end()) != HEADER {
            let reason = format!("expected the columns {HEADER}, found {:?}", header.trim_end());
            return Err(WitnessError::malformed(path, "line 1".into(), reason));
        }
        let mut this =
            Self { path: path.to_path_buf(), lines: Box::new(lines), number: 1, next: None };
        this.advance()?;
        Ok(this)
    }

    fn advance(&mut self) -> Result<(), WitnessError> {
        let mut line = String::new();
        self.lines.read_line(&mut line).map_err(|error| WitnessError::io(&self.path, error))?;
        self.number += 1;
        let before = self.next.take().map_or(0, |(index, _)| index);
        if line.is_empty() {
            return Ok(());
        }
        let row = columns(line.trim_end());
        let index = row.split(',').next().and_then(|text| text.parse::<u64>().ok());
        let is_whole = row.split(',').count() == COLUMNS;
        match index.filter(|&index| is_whole && index >= before) {
            Some(index) => self.next = Some((index, row)),
            None => {
                let reason = format!(
                    "expected {COLUMNS} columns and a msg_index of at least {before}, found {row:?}"
                );
                let place = format!("line {}", self.number);
                return Err(WitnessError::malformed(&self.path, place, reason));
            }
        }
        Ok(())
    }

    /// Rows of messages before this one that were not asked for.
    fn below(&mut self, index: u64) -> Result<Vec<String>, WitnessError> {
        self.take(|next| next < index)
    }

    fn of(&mut self, index: u64) -> Result<Vec<String>, WitnessError> {
        self.take(|next| next == index)
    }

    fn take(&mut self, wanted: impl Fn(u64) -> bool) -> Result<Vec<String>, WitnessError> {
        let mut rows = Vec::new();
        while let Some((index, row)) = self.next.take() {
            if !wanted(index) {
                self.next = Some((index, row));
                break;
            }
            self.next = Some((index, String::new()));
            rows.push(row);
            self.advance()?;
        }
        Ok(rows)
    }
}

fn columns(line: &str) -> String {
    line.splitn(COLUMNS + 1, ',').take(COLUMNS).collect::<Vec<_>>().join(",")
}

/// A loss-free capture, read as far as asked.
struct Truth {
    path: PathBuf,
    arrivals: Arrivals,
    arbiter: Arbiter,
    waiting: VecDeque<(u64, Vec<u8>)>,
    teller: Teller,
    sequence: u64,
    rows: Vec<Row>,
}

impl Truth {
    fn open(path: &Path, reading: &Reading) -> Result<Self, WitnessError> {
        let unbounded = Reading { bounds: None, ..reading.clone() };
        Ok(Self {
            path: path.to_path_buf(),
            arrivals: Arrivals::open(&[path.to_path_buf()])?,
            arbiter: Arbiter::new(1),
            waiting: VecDeque::new(),
            teller: unbounded.teller(),
            sequence: 0,
            rows: Vec::new(),
        })
    }

    /// Reads up to the message of this sequence; its rows are in `rows`.
    fn advance(&mut self, sequence: u64) -> Result<(), WitnessError> {
        while self.sequence < sequence {
            if let Some((next, data)) = self.waiting.pop_front() {
                self.sequence = next;
                self.rows.clear();
                self.rows.extend_from_slice(self.teller.message(next, &data));
                continue;
            }
            let path = &self.path;
            let unfit = |what: String| WitnessError::malformed(path, "truth".into(), what);
            let Some(arrival) = self.arrivals.next_arrival()? else {
                return Err(unfit(format!("ends before message {sequence}")));
            };
            let waiting = &mut self.waiting;
            self.arbiter.packet(0, &arrival.packet, &mut |merged| match merged {
                Merged::Message { sequence, data } => {
                    waiting.push_back((sequence, data.to_vec()));
                    Ok(())
                }
                Merged::Gap { first, .. } => Err(unfit(format!("message {first} is missing"))),
                Merged::Restart => Err(unfit("a second session".into())),
            })?;
        }
        Ok(())
    }
}
