//! Messages that a host loads into a card, in ITCH's own words (Nasdaq TotalView-ITCH 5.0, big-endian).

use escapement_feed::order_table::Order;
use escapement_feed::protocol::Side;
use escapement_feed::Symbol;

/// Type, locate, tracking number 0, time (ns since midnight).
fn head(kind: u8, locate: u16, time: u64) -> Vec<u8> {
    let mut data = vec![kind];
    data.extend(locate.to_be_bytes());
    data.extend([0; 2]);
    data.extend(&time.to_be_bytes()[2..]);
    data
}

/// R: a locate names this symbol.
pub(crate) fn directory(time: u64, locate: u16, name: Symbol) -> Vec<u8> {
    let mut data = head(b'R', locate, time);
    data.extend(name.0);
    data.resize(39, b' ');
    data
}

/// D: an order leaves.
pub(crate) fn delete(time: u64, locate: u16, reference: u64) -> Vec<u8> {
    let mut data = head(b'D', locate, time);
    data.extend(reference.to_be_bytes());
    data
}

/// X: an order loses shares.
pub(crate) fn cancel(time: u64, locate: u16, reference: u64, shares: u32) -> Vec<u8> {
    let mut data = head(b'X', locate, time);
    data.extend(reference.to_be_bytes());
    data.extend(shares.to_be_bytes());
    data
}

/// A: an order comes.
pub(crate) fn add(time: u64, locate: u16, symbol: Symbol, order: &Order) -> Vec<u8> {
    let mut data = head(b'A', locate, time);
    data.extend(order.reference.to_be_bytes());
    data.push(if order.side == Side::Bid { b'B' } else { b'S' });
    data.extend(order.shares.to_be_bytes());
    data.extend(symbol.0);
    data.extend(order.price.to_be_bytes());
    data
}

/// H: a trading status.
pub(crate) fn status(time: u64, locate: u16, symbol: Symbol, status: u8) -> Vec<u8> {
    let mut data = head(b'H', locate, time);
    data.extend(symbol.0);
    data.push(status);
    data.resize(25, b' ');
    data
}
