//! What a GLIMPSE 5.0 snapshot holds.

use std::collections::{BTreeMap, HashMap};

use escapement_witness::{Body, Message};

use crate::Session;

/// Offsets in A and F (Nasdaq TotalView-ITCH 5.0).
const REFERENCE: std::ops::Range<usize> = 11..19;
const SHARES: std::ops::Range<usize> = 20..24;
const PRICE: std::ops::Range<usize> = 32..36;
/// The locate, tracking number and time of any message.
const HEAD: std::ops::Range<usize> = 1..11;

/// A message below the wanted sequence is not in the record, so what the book was is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("message {0} is missing in the capture: no snapshot after it")]
pub struct MissingMessage(pub u64);

/// The messages of a snapshot of everything below `next`, without its end: system events so far, then for each stock
/// its directory, trading action, short sale test, operational halt and retail interest as they stand, then an A or F
/// for each live order with the shares that are left, oldest first.
///
/// # Errors
/// A message below `next` is missing.
pub fn snapshot(session: &Session, next: u64) -> Result<Vec<Vec<u8>>, MissingMessage> {
    if let Some(missing) = session.first_missing(1, next) {
        return Err(MissingMessage(missing));
    }
    let mut state = State::default();
    for sequence in 1..next.min(session.end()) {
        if let Some(data) = session.message(sequence) {
            state.take(sequence, data);
        }
    }
    Ok(state.messages())
}

#[derive(Default)]
struct State {
    events: Vec<Vec<u8>>,
    /// By locate and, within, by type in the order of `KINDS`.
    stocks: BTreeMap<u16, BTreeMap<usize, Vec<u8>>>,
    /// Sequence of the message that gave an order its priority, and its A or F.
    orders: HashMap<u64, (u64, Vec<u8>)>,
}

/// Types of which a stock's last one stands.
const KINDS: &[u8] = b"RHYhN";

impl State {
    fn take(&mut self, sequence: u64, data: &[u8]) {
        let Some(message) = Message::parse(data) else { return };
        let kind = data[0];
        let whole = &data[..Message::length(kind).unwrap_or(data.len())];
        if let Some(place) = KINDS.iter().position(|&known| known == kind) {
            self.stocks.entry(message.locate).or_default().insert(place, whole.to_vec());
            return;
        }
        match message.body {
            Body::SystemEvent { .. } => self.events.push(whole.to_vec()),
            Body::Add { reference, .. } => {
                self.orders.insert(reference, (sequence, whole.to_vec()));
            }
            Body::Executed { reference, shares, .. } | Body::Cancel { reference, shares } => {
                self.reduce(reference, shares);
            }
            Body::Delete { reference } => drop(self.orders.remove(&reference)),
            Body::Replace { original, reference, shares, price } => {
                if let Some((_, mut order)) = self.orders.remove(&original) {
                    order[HEAD].copy_from_slice(&data[HEAD]);
                    order[REFERENCE].copy_from_slice(&reference.to_be_bytes());
                    order[SHARES].copy_from_slice(&shares.to_be_bytes());
                    order[PRICE].copy_from_slice(&price.to_be_bytes());
                    self.orders.insert(reference, (sequence, order));
                }
            }
            Body::Directory { .. }
            | Body::TradingAction { .. }
            | Body::Trade { .. }
            | Body::Broken { .. }
            | Body::Other => {}
        }
    }

    fn reduce(&mut self, reference: u64, shares: u32) {
        let Some((_, order)) = self.orders.get_mut(&reference) else { return };
        let held = order[SHARES].iter().fold(0u32, |value, &byte| value << 8 | u32::from(byte));
        match held.saturating_sub(shares) {
            0 => drop(self.orders.remove(&reference)),
            left => order[SHARES].copy_from_slice(&left.to_be_bytes()),
        }
    }

    fn messages(self) -> Vec<Vec<u8>> {
        let mut orders: Vec<_> = self.orders.into_values().collect();
        orders.sort_unstable_by_key(|&(sequence, _)| sequence);
        let stocks = self.stocks.into_values().flat_map(BTreeMap::into_values);
        let orders = orders.into_iter().map(|(_, order)| order);
        self.events.into_iter().chain(stocks).chain(orders).collect()
    }
}
