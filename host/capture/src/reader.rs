//! One capture file as a stream of packets.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use crate::block::{self, Interface, PacketFields};
use crate::classic::{self, Layout};
use crate::nasdaq::{self, Packets};
use crate::window::Window;
use crate::{CaptureError, Compression, Packet, Problem, LENGTH_LIMIT, LINK_ETHERNET};

/// Options that may follow a pcapng packet inside its block; more is not believed.
const OPTIONS_LIMIT: u32 = 64 * 1024;
/// Longest block of another kind (names, secrets, statistics), which is skipped without being held.
const SKIPPED_BLOCK_LIMIT: u32 = 64 * 1024 * 1024;
/// Interfaces of one section.
const INTERFACES_MAX: usize = 4096;

/// The file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Classic pcap.
    Pcap {
        /// Byte order of the file.
        big_endian: bool,
        /// Stamps count nanoseconds, not microseconds.
        nanoseconds: bool,
    },
    /// pcapng; byte order and resolution may change inside.
    PcapNg,
    /// Nasdaq's file of ITCH messages under their lengths, given as MoldUDP64 packets.
    NasdaqItch,
}

enum State {
    Pcap(Layout),
    PcapNg { big_endian: bool, interfaces: Vec<Interface> },
    Nasdaq(Packets),
}

#[derive(Clone, Copy)]
struct Current {
    stamp_ns: u64,
    wire_len: u32,
    data_at: usize,
    data_len: usize,
    cut: bool,
    offset: u64,
    /// Bytes to drop before the next record.
    record_bytes: usize,
}

/// Reads one capture. `advance` moves to the next packet, `current` shows it.
pub struct CaptureReader<'r> {
    file: PathBuf,
    index: usize,
    compression: Compression,
    window: Window<'r>,
    state: State,
    current: Option<Current>,
    last_stamp_ns: u64,
    cut_packets: u64,
    cut_tail: bool,
    finished: bool,
}

impl CaptureReader<'static> {
    /// Opens a file; the format and the compression are told by content.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, CaptureError> {
        let path = path.as_ref();
        let file =
            File::open(path).map_err(|error| CaptureError::new(path, 0, Problem::Io(error)))?;
        Self::from_reader(path, file)
    }
}

impl<'r> CaptureReader<'r> {
    /// Reads from any stream; `name` stands for the file in errors.
    pub fn from_reader(
        name: impl AsRef<Path>,
        mut raw: impl Read + Send + 'r,
    ) -> Result<Self, CaptureError> {
        let file = name.as_ref().to_path_buf();
        let fail = |offset, problem| CaptureError::new(&file, offset, problem);
        let mut head = Vec::with_capacity(4);
        raw.by_ref().take(4).read_to_end(&mut head).map_err(|error| fail(0, Problem::Io(error)))?;
        let compression = Compression::detect(&head);
        let whole = Cursor::new(head).chain(raw);
        let stream = compression.wrap(whole).map_err(|error| fail(0, Problem::Io(error)))?;
        let mut window = Window::new(stream);
        let state = Self::read_header(&mut window, compression)
            .map_err(|(offset, problem)| fail(offset, problem))?;
        Ok(Self {
            file,
            index: 0,
            compression,
            window,
            state,
            current: None,
            last_stamp_ns: 0,
            cut_packets: 0,
            cut_tail: false,
            finished: false,
        })
    }

    /// The format found.
    pub fn format(&self) -> Format {
        match &self.state {
            State::Pcap(layout) => {
                Format::Pcap { big_endian: layout.big_endian, nanoseconds: layout.nanoseconds }
            }
            State::PcapNg { .. } => Format::PcapNg,
            State::Nasdaq(_) => Format::NasdaqItch,
        }
    }

    /// The compression found.
    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// The file as it was named.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Decompressed bytes read so far.
    pub fn offset(&self) -> u64 {
        self.window.offset()
    }

    /// Packets delivered although the file ends inside their data (0 or 1).
    pub fn cut_packets(&self) -> u64 {
        self.cut_packets
    }

    /// The file ends inside the last pcapng block, behind a whole packet.
    pub fn cut_tail(&self) -> bool {
        self.cut_tail
    }

    pub(crate) fn set_index(&mut self, index: usize) {
        self.index = index;
    }

    /// The next packet, or None at the end.
    pub fn next_packet(&mut self) -> Result<Option<Packet<'_>>, CaptureError> {
        Ok(if self.advance()? { self.current() } else { None })
    }

    /// Moves to the next packet; false at the end. After an error the reader is at its end.
    pub fn advance(&mut self) -> Result<bool, CaptureError> {
        if let Some(current) = self.current.take() {
            self.window.consume(current.record_bytes);
        }
        if self.finished {
            return Ok(false);
        }
        match self.read_record() {
            Ok(Some(current)) => {
                self.last_stamp_ns = current.stamp_ns;
                self.finished = current.cut || self.cut_tail;
                self.cut_packets += u64::from(current.cut);
                self.current = Some(current);
                Ok(true)
            }
            Ok(None) => {
                self.finished = true;
                Ok(false)
            }
            Err((offset, problem)) => {
                self.finished = true;
                Err(CaptureError::new(&self.file, offset, problem))
            }
        }
    }

    /// The packet that `advance` moved to.
    pub fn current(&self) -> Option<Packet<'_>> {
        let bytes = match &self.state {
            State::Nasdaq(packets) => packets.frame(),
            State::Pcap(_) | State::PcapNg { .. } => self.window.visible(),
        };
        self.current.map(|current| Packet {
            stamp_ns: current.stamp_ns,
            wire_len: current.wire_len,
            data: &bytes[current.data_at..current.data_at + current.data_len],
            cut: current.cut,
            file: self.index,
            offset: current.offset,
        })
    }

    fn read_header(
        window: &mut Window<'_>,
        compression: Compression,
    ) -> Result<State, (u64, Problem)> {
        let have = ensure(window, 4, compression)?;
        let head: Vec<u8> = window.visible()[..have].to_vec();
        let not_a_capture = || {
            let hex: Vec<String> = head.iter().map(|byte| format!("{byte:02x}")).collect();
            let found = if hex.is_empty() { "missing (empty file)".into() } else { hex.join(" ") };
            (0, Problem::NotACapture { found })
        };
        let magic = <[u8; 4]>::try_from(head.as_slice()).map_err(|_| not_a_capture())?;
        if magic == block::SECTION_HEADER.to_be_bytes() {
            return Ok(State::PcapNg { big_endian: false, interfaces: Vec::new() });
        }
        if nasdaq::starts_a_file(&magic) {
            return Ok(State::Nasdaq(Packets::new()));
        }
        let layout = Layout::from_magic(magic).ok_or_else(not_a_capture)?;
        let have = ensure(window, classic::FILE_HEADER_BYTES, compression)?;
        let header = window
            .visible()
            .first_chunk()
            .ok_or_else(|| truncated(0, "pcap file header", 24, have))?;
        let link_type = layout.link_type(header);
        if link_type != LINK_ETHERNET {
            return Err((20, Problem::LinkType(link_type)));
        }
        window.consume(classic::FILE_HEADER_BYTES);
        Ok(State::Pcap(layout))
    }

    fn read_record(&mut self) -> Result<Option<Current>, (u64, Problem)> {
        match self.state {
            State::Pcap(layout) => self.read_pcap_record(layout),
            State::PcapNg { .. } => self.read_pcapng_record(),
            State::Nasdaq(_) => self.read_message(),
        }
    }

    fn read_message(&mut self) -> Result<Option<Current>, (u64, Problem)> {
        let offset = self.window.offset();
        let have = ensure(&mut self.window, nasdaq::LENGTH_BYTES, self.compression)?;
        if have == 0 {
            return Ok(None);
        }
        let length = *self.window.visible().first_chunk().ok_or_else(|| {
            truncated(offset, "Nasdaq message length", nasdaq::LENGTH_BYTES, have)
        })?;
        let length = u16::from_be_bytes(length);
        limit(offset, "Nasdaq message length", u32::from(length), nasdaq::MESSAGE_BYTES_MAX)?;
        let record_bytes = nasdaq::LENGTH_BYTES + usize::from(length);
        let have = ensure(&mut self.window, record_bytes, self.compression)?;
        if have < record_bytes {
            return Err(truncated(offset, "Nasdaq message", record_bytes, have));
        }
        let State::Nasdaq(packets) = &mut self.state else { return Ok(None) };
        let message = &self.window.visible()[nasdaq::LENGTH_BYTES..record_bytes];
        packets.make(Some(message).filter(|data| !data.is_empty()));
        Ok(Some(Current {
            stamp_ns: nasdaq::time_ns(message).unwrap_or(self.last_stamp_ns),
            wire_len: packets.frame().len() as u32,
            data_at: 0,
            data_len: packets.frame().len(),
            cut: false,
            offset,
            record_bytes,
        }))
    }

    fn read_pcap_record(&mut self, layout: Layout) -> Result<Option<Current>, (u64, Problem)> {
        let offset = self.window.offset();
        let have = ensure(&mut self.window, classic::RECORD_HEADER_BYTES, self.compression)?;
        if have == 0 {
            return Ok(None);
        }
        let header = self.window.visible().first_chunk().ok_or_else(|| {
            truncated(offset, "pcap record header", classic::RECORD_HEADER_BYTES, have)
        })?;
        let record = layout.record(header);
        limit(offset + 8, "captured length", record.captured, LENGTH_LIMIT)?;
        let wanted = classic::RECORD_HEADER_BYTES + record.captured as usize;
        let have = ensure(&mut self.window, wanted, self.compression)?;
        Ok(Some(Current {
            stamp_ns: record.stamp_ns,
            wire_len: record.wire_len,
            data_at: classic::RECORD_HEADER_BYTES,
            data_len: have - classic::RECORD_HEADER_BYTES,
            cut: have < wanted,
            offset,
            record_bytes: have,
        }))
    }

    fn read_pcapng_record(&mut self) -> Result<Option<Current>, (u64, Problem)> {
        loop {
            let offset = self.window.offset();
            let have = ensure(&mut self.window, block::BLOCK_HEADER_BYTES, self.compression)?;
            if have == 0 {
                return Ok(None);
            }
            if have < block::BLOCK_HEADER_BYTES {
                return Err(truncated(
                    offset,
                    "pcapng block header",
                    block::BLOCK_HEADER_BYTES,
                    have,
                ));
            }
            if self.window.visible()[..4] == block::SECTION_HEADER.to_be_bytes() {
                self.read_section_header(offset)?;
                continue;
            }
            let State::PcapNg { big_endian, .. } = self.state else { return Ok(None) };
            let kind = classic::u32_at(big_endian, self.window.visible(), 0);
            let length = self.block_length(offset, big_endian)?;
            match kind {
                block::INTERFACE_DESCRIPTION => self.read_interface(offset, big_endian, length)?,
                _ => match PacketFields::bytes(kind) {
                    Some(fields) => {
                        return self
                            .read_packet_block(offset, big_endian, kind, fields, length)
                            .map(Some)
                    }
                    None => self.skip_block(offset, length)?,
                },
            }
        }
    }

    fn block_length(&self, offset: u64, big_endian: bool) -> Result<u32, (u64, Problem)> {
        let length = classic::u32_at(big_endian, self.window.visible(), 4);
        limit(offset + 4, "block length", length, SKIPPED_BLOCK_LIMIT)?;
        if length < block::BLOCK_BYTES_MIN || length % 4 != 0 {
            return Err(malformed(
                offset + 4,
                "pcapng block",
                format!(
                    "total length is {length}, expected a multiple of 4 of at least {}",
                    block::BLOCK_BYTES_MIN
                ),
            ));
        }
        Ok(length)
    }

    fn read_section_header(&mut self, offset: u64) -> Result<(), (u64, Problem)> {
        const FIXED_BYTES: usize = 28;
        let have = ensure(&mut self.window, FIXED_BYTES, self.compression)?;
        if have < FIXED_BYTES {
            return Err(truncated(offset, "pcapng section header", FIXED_BYTES, have));
        }
        let bytes = self.window.visible();
        let big_endian =
            block::byte_order([bytes[8], bytes[9], bytes[10], bytes[11]]).ok_or_else(|| {
                malformed(
                    offset + 8,
                    "pcapng section header",
                    "expected the byte-order magic 1a2b3c4d".into(),
                )
            })?;
        let major = classic::u16_at(big_endian, bytes, 12);
        if major != 1 {
            return Err(malformed(
                offset + 12,
                "pcapng section header",
                format!("version {major}, expected 1"),
            ));
        }
        let length = self.block_length(offset, big_endian)?;
        if (length as usize) < FIXED_BYTES {
            return Err(malformed(
                offset + 4,
                "pcapng section header",
                format!("total length is {length}, expected at least 28"),
            ));
        }
        self.state = State::PcapNg { big_endian, interfaces: Vec::new() };
        self.skip_block(offset, length)
    }

    fn read_interface(
        &mut self,
        offset: u64,
        big_endian: bool,
        length: u32,
    ) -> Result<(), (u64, Problem)> {
        limit(offset + 4, "interface description", length, LENGTH_LIMIT)?;
        let have = ensure(&mut self.window, length as usize, self.compression)?;
        if have < length as usize {
            return Err(truncated(offset, "pcapng interface description", length as usize, have));
        }
        let body = &self.window.visible()[block::BLOCK_HEADER_BYTES..length as usize - 4];
        let interface = Interface::parse(big_endian, body).ok_or_else(|| {
            malformed(
                offset + 4,
                "pcapng interface description",
                format!("total length is {length}, expected at least 20"),
            )
        })?;
        if let State::PcapNg { interfaces, .. } = &mut self.state {
            if interfaces.len() == INTERFACES_MAX {
                return Err(malformed(
                    offset,
                    "pcapng section",
                    format!("more than {INTERFACES_MAX} interfaces"),
                ));
            }
            interfaces.push(interface);
        }
        self.window.consume(length as usize);
        Ok(())
    }

    fn skip_block(&mut self, offset: u64, length: u32) -> Result<(), (u64, Problem)> {
        let skipped = self
            .window
            .skip(u64::from(length))
            .map_err(|error| stream_problem(&self.window, self.compression, error))?;
        if skipped < u64::from(length) {
            return Err(truncated(offset, "pcapng block", length as usize, skipped as usize));
        }
        Ok(())
    }

    fn read_packet_block(
        &mut self,
        offset: u64,
        big_endian: bool,
        kind: u32,
        fields_bytes: usize,
        length: u32,
    ) -> Result<Current, (u64, Problem)> {
        let data_at = block::BLOCK_HEADER_BYTES + fields_bytes;
        limit(offset + 4, "packet block length", length, LENGTH_LIMIT + OPTIONS_LIMIT)?;
        if (length as usize) < data_at + 4 {
            return Err(malformed(
                offset + 4,
                "pcapng packet block",
                format!("total length is {length}, expected at least {}", data_at + 4),
            ));
        }
        let have = ensure(&mut self.window, data_at, self.compression)?;
        if have < data_at {
            return Err(truncated(offset, "pcapng packet header", data_at, have));
        }
        let fields = PacketFields::parse(
            big_endian,
            kind,
            &self.window.visible()[block::BLOCK_HEADER_BYTES..data_at],
        );
        let State::PcapNg { interfaces, .. } = &self.state else {
            return Err(malformed(offset, "pcapng packet block", "outside a section".into()));
        };
        let interface = *interfaces.get(fields.interface as usize).ok_or_else(|| {
            let reason = format!(
                "interface {} is not described, {} are",
                fields.interface,
                interfaces.len()
            );
            malformed(offset + 8, "pcapng packet block", reason)
        })?;
        if interface.link_type != LINK_ETHERNET {
            return Err((offset, Problem::LinkType(interface.link_type)));
        }
        let room = length - data_at as u32 - 4;
        let captured = fields.captured.unwrap_or_else(|| {
            let snap = if interface.snap_len == 0 { u32::MAX } else { interface.snap_len };
            fields.wire_len.min(snap).min(room)
        });
        limit(offset + 20, "captured length", captured, LENGTH_LIMIT)?;
        if captured > room {
            let reason = format!("captured length is {captured}, the block has room for {room}");
            return Err(malformed(offset + 20, "pcapng packet block", reason));
        }
        let have = ensure(&mut self.window, length as usize, self.compression)?;
        let data_len = (have - data_at).min(captured as usize);
        let cut = data_len < captured as usize;
        if have == length as usize {
            let trailer = classic::u32_at(big_endian, self.window.visible(), length as usize - 4);
            if trailer != length {
                let reason = format!("ends with length {trailer}, began with {length}");
                return Err(malformed(
                    offset + u64::from(length) - 4,
                    "pcapng packet block",
                    reason,
                ));
            }
        } else {
            self.cut_tail = !cut;
        }
        Ok(Current {
            stamp_ns: fields.units.map_or(self.last_stamp_ns, |units| interface.stamp_ns(units)),
            wire_len: fields.wire_len,
            data_at,
            data_len,
            cut,
            offset,
            record_bytes: have,
        })
    }
}

fn ensure(
    window: &mut Window<'_>,
    count: usize,
    compression: Compression,
) -> Result<usize, (u64, Problem)> {
    match window.ensure(count) {
        Ok(have) => Ok(have),
        Err(error) => Err(stream_problem(window, compression, error)),
    }
}

fn stream_problem(
    window: &Window<'_>,
    compression: Compression,
    source: std::io::Error,
) -> (u64, Problem) {
    let offset = window.offset() + window.visible().len() as u64;
    let problem = match compression {
        Compression::Plain => Problem::Io(source),
        packed => Problem::BrokenStream { compression: packed.name(), source },
    };
    (offset, problem)
}

fn limit(offset: u64, what: &'static str, length: u32, limit: u32) -> Result<(), (u64, Problem)> {
    if length > limit {
        return Err((
            offset,
            Problem::AbsurdLength { what, length: u64::from(length), limit: u64::from(limit) },
        ));
    }
    Ok(())
}

fn truncated(offset: u64, what: &'static str, expected: usize, found: usize) -> (u64, Problem) {
    (offset, Problem::Truncated { what, expected: expected as u64, found: found as u64 })
}

fn malformed(offset: u64, what: &'static str, reason: String) -> (u64, Problem) {
    (offset, Problem::Malformed { what, reason })
}
