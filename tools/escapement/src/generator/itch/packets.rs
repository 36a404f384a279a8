//! Messages to MoldUDP64 packets.

use std::io;

use crate::generator::message::Message;

/// Largest UDP payload: a 1,500-byte IP packet less IP and UDP headers.
const PAYLOAD_BYTES_MAX: usize = 1_500 - 20 - 8;
/// A packet leaves when its first message is this old.
const PACKET_AGE_NS: u64 = 20_000;
/// From a packet's last message to its capture.
const FLIGHT_NS: u64 = 5_000;
/// A silent feed sends a heartbeat each second.
const HEARTBEAT_NS: u64 = 1_000_000_000;
/// Packets that say the session is over.
const ENDS: u16 = 3;
/// Message count of such a packet.
const END_OF_SESSION: u16 = 0xffff;

/// A packet as it is sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent<'a> {
    /// When it is on the wire, ns since 1970.
    pub time_ns: u64,
    /// The UDP payload.
    pub payload: &'a [u8],
}

/// Gathers messages and emits packets.
pub(super) struct Packets {
    session: [u8; 10],
    sequence: u64,
    payload: Vec<u8>,
    count: u16,
    first_ns: u64,
    last_ns: u64,
    sent_ns: Option<u64>,
}

impl Packets {
    /// A new session, named by the seed.
    pub(super) fn new(seed: u64) -> Self {
        let mut session = [b'0'; 10];
        session.copy_from_slice(format!("{:010}", seed % 10_000_000_000).as_bytes());
        Self {
            session,
            sequence: 1,
            payload: vec![0; 20],
            count: 0,
            first_ns: 0,
            last_ns: 0,
            sent_ns: None,
        }
    }

    /// Adds a message; emits the packets that must leave before it, heartbeats of a silent feed among them.
    pub(super) fn push(
        &mut self,
        message: &Message,
        emit: &mut impl FnMut(Sent<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        if self.sent_ns.is_none() {
            self.send(message.time_ns.saturating_sub(HEARTBEAT_NS), self.count, emit)?;
        }
        let is_full = self.payload.len() + 2 + message.data.len() > PAYLOAD_BYTES_MAX;
        if self.count > 0 && (is_full || message.time_ns > self.first_ns + PACKET_AGE_NS) {
            self.send(self.last_ns, self.count, emit)?;
        }
        while let Some(sent) =
            self.sent_ns.filter(|sent| self.count == 0 && sent + HEARTBEAT_NS < message.time_ns)
        {
            self.send(sent + HEARTBEAT_NS, 0, emit)?;
        }
        if self.count == 0 {
            self.first_ns = message.time_ns;
        }
        self.last_ns = message.time_ns.max(self.last_ns);
        self.payload.extend((message.data.len() as u16).to_be_bytes());
        self.payload.extend(&message.data);
        self.count += 1;
        Ok(())
    }

    /// Emits what is left and the end of the session.
    pub(super) fn finish(
        &mut self,
        emit: &mut impl FnMut(Sent<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        if self.count > 0 {
            self.send(self.last_ns, self.count, emit)?;
        }
        for nth in 1..=u64::from(ENDS) {
            self.send(self.last_ns + nth * HEARTBEAT_NS, END_OF_SESSION, emit)?;
        }
        Ok(())
    }

    fn send(
        &mut self,
        time_ns: u64,
        count: u16,
        emit: &mut impl FnMut(Sent<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        self.payload[..10].copy_from_slice(&self.session);
        self.payload[10..18].copy_from_slice(&self.sequence.to_be_bytes());
        self.payload[18..20].copy_from_slice(&count.to_be_bytes());
        emit(Sent { time_ns: time_ns + FLIGHT_NS, payload: &self.payload })?;
        self.sequence += u64::from(self.count);
        self.payload.truncate(20);
        self.count = 0;
        self.sent_ns = Some(time_ns);
        Ok(())
    }
}
