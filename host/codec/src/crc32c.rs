//! CRC-32C (Castagnoli, reflected, init and final xor `0xffff_ffff`): the check of a line and the hash of the card's tables.
//!
//! The SSE4.2 instruction where the processor has it (asked once), else slice-by-8 tables.

/// Reflected Castagnoli polynomial.
const POLYNOMIAL: u32 = 0x82f6_3b78;

const TABLES: [[u32; 256]; 8] = tables();

const fn tables() -> [[u32; 256]; 8] {
    let mut tables = [[0u32; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 != 0 { (crc >> 1) ^ POLYNOMIAL } else { crc >> 1 };
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut slice = 1;
    while slice < 8 {
        let mut byte = 0;
        while byte < 256 {
            let previous = tables[slice - 1][byte];
            tables[slice][byte] = (previous >> 8) ^ tables[0][(previous & 0xff) as usize];
            byte += 1;
        }
        slice += 1;
    }
    tables
}

/// CRC-32C of `bytes`.
///
/// ```
/// assert_eq!(escapement_codec::crc32c(b"123456789"), 0xe306_9283);
/// ```
#[inline]
#[must_use]
pub fn crc32c(bytes: &[u8]) -> u32 {
    #[cfg(target_arch = "x86_64")]
    if instruction::is_there() {
        // SAFETY: the processor has the instruction.
        return unsafe { instruction::crc32c(bytes) };
    }
    crc32c_tables(bytes)
}

/// The card's symbol hash: CRC-32C over the 8 symbol bytes as on the wire.
///
/// ```
/// assert_eq!(escapement_codec::symbol_hash(b"ZIEXT   "), escapement_codec::crc32c(b"ZIEXT   "));
/// ```
#[inline]
#[must_use]
pub fn symbol_hash(symbol: &[u8; 8]) -> u32 {
    crc32c(symbol)
}

/// Portable form; public so that the instruction can be tested against it.
#[must_use]
pub fn crc32c_tables(bytes: &[u8]) -> u32 {
    let mut crc = !0u32;
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        let low = u32::from_le_bytes([word[0], word[1], word[2], word[3]]) ^ crc;
        crc = TABLES[7][(low & 0xff) as usize]
            ^ TABLES[6][(low >> 8 & 0xff) as usize]
            ^ TABLES[5][(low >> 16 & 0xff) as usize]
            ^ TABLES[4][(low >> 24) as usize]
            ^ TABLES[3][word[4] as usize]
            ^ TABLES[2][word[5] as usize]
            ^ TABLES[1][word[6] as usize]
            ^ TABLES[0][word[7] as usize];
    }
    for &byte in words.remainder() {
        crc = (crc >> 8) ^ TABLES[0][((crc ^ u32::from(byte)) & 0xff) as usize];
    }
    !crc
}

#[cfg(target_arch = "x86_64")]
mod instruction {
    use core::arch::x86_64::{__cpuid, _mm_crc32_u32, _mm_crc32_u64, _mm_crc32_u8};
    use core::sync::atomic::{AtomicU8, Ordering};

    const UNKNOWN: u8 = 0;
    const ABSENT: u8 = 1;
    const PRESENT: u8 = 2;

    /// What the processor said; every thread would ask for the same answer.
    static ANSWER: AtomicU8 = AtomicU8::new(UNKNOWN);

    /// Whether the processor has SSE4.2.
    #[inline]
    pub(super) fn is_there() -> bool {
        match ANSWER.load(Ordering::Relaxed) {
            UNKNOWN => ask(),
            answer => answer == PRESENT,
        }
    }

    #[cold]
    fn ask() -> bool {
        // CPUID leaf 1 ("feature information"), ECX bit 20; every x86-64 processor has the leaf.
        #[allow(unused_unsafe, reason = "safe in later compilers than the oldest supported")]
        // SAFETY: as the line before says.
        let present = unsafe { __cpuid(1) }.ecx >> 20 & 1 == 1;
        ANSWER.store(if present { PRESENT } else { ABSENT }, Ordering::Relaxed);
        present
    }

    /// CRC-32C by the instruction.
    ///
    /// # Safety
    /// The processor has SSE4.2.
    #[target_feature(enable = "sse4.2")]
    #[allow(unused_unsafe, reason = "safe in later compilers than the oldest supported")]
    pub(super) unsafe fn crc32c(bytes: &[u8]) -> u32 {
        let mut crc = u64::from(!0u32);
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            let mut eight = [0u8; 8];
            eight.copy_from_slice(word);
            // SAFETY: the caller vouches for the instruction.
            crc = unsafe { _mm_crc32_u64(crc, u64::from_le_bytes(eight)) };
        }
        let mut crc = crc as u32;
        let mut rest = words.remainder();
        if let Some((four, bytes)) = rest.split_first_chunk::<4>() {
            // SAFETY: as above.
            crc = unsafe { _mm_crc32_u32(crc, u32::from_le_bytes(*four)) };
            rest = bytes;
        }
        for &byte in rest {
            // SAFETY: as above.
            crc = unsafe { _mm_crc32_u8(crc, byte) };
        }
        !crc
    }
}
