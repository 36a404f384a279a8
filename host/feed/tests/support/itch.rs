//! ITCH 5.0 messages made field by field.

use super::wire::symbol;

/// ns since midnight of every message made here.
pub const TIME: u64 = 34_200_000_000_000;

fn head(type_byte: u8, locate: u16) -> Vec<u8> {
    let mut message = vec![type_byte];
    message.extend(locate.to_be_bytes());
    message.extend([0, 0]);
    message.extend(&TIME.to_be_bytes()[2..]);
    message
}

fn message(type_byte: u8, locate: u16, fields: &[&[u8]]) -> Vec<u8> {
    let mut message = head(type_byte, locate);
    fields.iter().for_each(|field| message.extend(*field));
    message
}

pub fn system_event(event: u8) -> Vec<u8> {
    message(b'S', 0, &[&[event]])
}

pub fn directory(locate: u16, name: &str) -> Vec<u8> {
    let mut directory = message(b'R', locate, &[&symbol(name).0]);
    directory.resize(39, b' ');
    directory
}

pub fn add(locate: u16, name: &str, reference: u64, side: u8, shares: u32, price: u32) -> Vec<u8> {
    let (reference, shares) = (reference.to_be_bytes(), shares.to_be_bytes());
    message(b'A', locate, &[&reference, &[side], &shares, &symbol(name).0, &price.to_be_bytes()])
}

pub fn executed(locate: u16, reference: u64, shares: u32) -> Vec<u8> {
    message(b'E', locate, &[&reference.to_be_bytes(), &shares.to_be_bytes(), &[0; 8]])
}

pub fn executed_at(locate: u16, reference: u64, shares: u32, printable: u8, price: u32) -> Vec<u8> {
    let (reference, shares) = (reference.to_be_bytes(), shares.to_be_bytes());
    message(b'C', locate, &[&reference, &shares, &[0; 8], &[printable], &price.to_be_bytes()])
}

pub fn cancel(locate: u16, reference: u64, shares: u32) -> Vec<u8> {
    message(b'X', locate, &[&reference.to_be_bytes(), &shares.to_be_bytes()])
}

pub fn delete(locate: u16, reference: u64) -> Vec<u8> {
    message(b'D', locate, &[&reference.to_be_bytes()])
}

pub fn replace(locate: u16, original: u64, reference: u64, shares: u32, price: u32) -> Vec<u8> {
    let (original, reference) = (original.to_be_bytes(), reference.to_be_bytes());
    message(b'U', locate, &[&original, &reference, &shares.to_be_bytes(), &price.to_be_bytes()])
}

pub fn trade(locate: u16, name: &str, shares: u32, price: u32) -> Vec<u8> {
    let (name, shares) = (symbol(name).0, shares.to_be_bytes());
    message(b'P', locate, &[&[0; 8], b"B", &shares, &name, &price.to_be_bytes(), &[0; 8]])
}

pub fn cross(locate: u16, name: &str, shares: u64, price: u32) -> Vec<u8> {
    let (name, shares) = (symbol(name).0, shares.to_be_bytes());
    message(b'Q', locate, &[&shares, &name, &price.to_be_bytes(), &[0; 8], b"O"])
}

pub fn broken(locate: u16, match_number: u64) -> Vec<u8> {
    message(b'B', locate, &[&match_number.to_be_bytes()])
}

pub fn action(locate: u16, name: &str, state: u8) -> Vec<u8> {
    message(b'H', locate, &[&symbol(name).0, &[state], b"     "])
}
