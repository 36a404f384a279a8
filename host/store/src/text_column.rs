//! A column of few different texts: each is kept once, rows hold its number.

use std::collections::HashMap;

use parquet::data_type::ByteArray;

/// Texts of the rows of a row group. Kept texts stay: they are as many as instruments, kinds and flags.
#[derive(Default)]
pub(crate) struct TextColumn {
    numbers: HashMap<Box<[u8]>, u32>,
    texts: Vec<ByteArray>,
    rows: Vec<u32>,
}

impl TextColumn {
    pub(crate) fn push(&mut self, text: &[u8]) {
        let number = match self.numbers.get(text) {
            Some(&number) => number,
            None => {
                let number = self.texts.len() as u32;
                self.texts.push(text.to_vec().into());
                self.numbers.insert(text.into(), number);
                number
            }
        };
        self.rows.push(number);
    }

    /// The values of the rows; the column is then empty.
    pub(crate) fn take(&mut self) -> Vec<ByteArray> {
        self.rows.drain(..).map(|number| self.texts[number as usize].clone()).collect()
    }
}
