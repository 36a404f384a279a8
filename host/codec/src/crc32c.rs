//! CRC-32C (Castagnoli, reflected, init and final xor `0xffff_ffff`): the check of a line and the hash of the card's tables.
//!
//! Slice-by-8 tables; the SSE4.2 instruction where the build enables it (`-C target-feature=+sse4.2`).

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
    #[cfg(all(target_arch = "x86_64", target_feature = "sse4.2"))]
    {
        crc32c_sse42(bytes)
    }
    #[cfg(not(all(target_arch = "x86_64", target_feature = "sse4.2")))]
    {
        crc32c_tables(bytes)
    }
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

#[cfg(all(target_arch = "x86_64", target_feature = "sse4.2"))]
#[inline]
fn crc32c_sse42(bytes: &[u8]) -> u32 {
    use core::arch::x86_64::{_mm_crc32_u64, _mm_crc32_u8};
    let mut crc = u64::from(!0u32);
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        let mut eight = [0u8; 8];
        eight.copy_from_slice(word);
        // SAFETY: the target feature that the instruction needs is enabled for this build.
        crc = unsafe { _mm_crc32_u64(crc, u64::from_le_bytes(eight)) };
    }
    let mut crc = crc as u32;
    for &byte in words.remainder() {
        // SAFETY: as above.
        crc = unsafe { _mm_crc32_u8(crc, byte) };
    }
    !crc
}
