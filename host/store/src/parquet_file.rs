//! Ticks as Apache Parquet: the columns of the CSV in types of their own, and the feed time as a moment.

use std::io::{self, Write};
use std::sync::Arc;

use escapement_codec::Price;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::column::writer::ColumnWriterImpl;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;

use crate::row::{flag_words, kind_name, side_text, Row};
use crate::text_column::TextColumn;

/// Version of the columns, in the file's metadata as `escapement.tick_file_version`.
pub const FORMAT_VERSION: &str = "1";

/// Rows of a row group. They are held in memory (about 25 MB), and the file's footer keeps about 2 kB of each group.
const GROUP_ROWS: usize = 1 << 18;

/// Prices of DECIMAL(18, 9) stay below this in size.
const DECIMAL_LIMIT: i64 = 1_000_000_000_000_000_000;

const SCHEMA: &str = "
    required int64 msg_index (INTEGER(64, false));
    required int64 seq (INTEGER(64, false));
    required int64 ts_ns;
    required int64 ts_event (TIMESTAMP(NANOS, true));
    required binary venue (STRING);
    required binary symbol (STRING);
    required binary kind (STRING);
    optional int64 price (DECIMAL(18, 9));
    required int64 size (INTEGER(64, false));
    optional binary side (STRING);
    required binary flags (STRING);
";
const HW_TIME: &str = "optional int64 hw_time_ns (TIMESTAMP(NANOS, true));";

/// Columns that grow by small steps.
const STEPPING: [&str; 5] = ["msg_index", "seq", "ts_ns", "ts_event", "hw_time_ns"];

/// What a file says of where its ticks come from.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Names of the captures.
    pub names: &'a str,
    /// ABI version of the card's contract.
    pub abi: &'a str,
}

/// A column in which values may be missing.
struct Optional<T> {
    values: Vec<T>,
    /// 1 where a row has a value.
    levels: Vec<i16>,
}

impl<T> Default for Optional<T> {
    fn default() -> Self {
        Self { values: Vec::new(), levels: Vec::new() }
    }
}

impl<T> Optional<T> {
    fn push(&mut self, value: Option<T>) {
        self.levels.push(i16::from(value.is_some()));
        self.values.extend(value);
    }

    fn clear(&mut self) {
        self.values.clear();
        self.levels.clear();
    }
}

/// Rows of the group that is being gathered, by column.
#[derive(Default)]
struct Group {
    msg_index: Vec<i64>,
    seq: Vec<i64>,
    ts_ns: Vec<i64>,
    ts_event: Vec<i64>,
    venue: TextColumn,
    symbol: TextColumn,
    kind: TextColumn,
    price: Optional<i64>,
    size: Vec<i64>,
    side: TextColumn,
    side_levels: Vec<i16>,
    flags: TextColumn,
    hw_time: Optional<i64>,
}

/// A Parquet file of ticks in the making. What is not finished has no footer and is no Parquet file.
pub struct ParquetTicks<W: Write + Send> {
    file: SerializedFileWriter<W>,
    hw_time: bool,
    group: Group,
    rows: u64,
    rows_repaired: u64,
}

impl<W: Write + Send> ParquetTicks<W> {
    /// Starts a file; `hw_time` adds the column of hardware stamps.
    ///
    /// # Errors
    /// Those of `output`.
    pub fn new(output: W, source: &Source<'_>, hw_time: bool) -> io::Result<Self> {
        let columns = format!("message tick {{ {SCHEMA} {} }}", if hw_time { HW_TIME } else { "" });
        let schema = Arc::new(parse_message_type(&columns).map_err(told)?);
        let mut properties = WriterProperties::builder()
            .set_created_by(format!("escapement {}", env!("CARGO_PKG_VERSION")))
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).map_err(told)?))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            // an index of pages would be held until the end
            .set_offset_index_disabled(true)
            .set_key_value_metadata(Some(vec![
                said("escapement.tick_file_version", FORMAT_VERSION),
                said("escapement.abi_version", source.abi),
                said("escapement.source", source.names),
                said("escapement.price_scale", "1e-9"),
            ]));
        for name in STEPPING {
            let column = ColumnPath::from(name);
            properties = properties
                .set_column_dictionary_enabled(column.clone(), false)
                .set_column_encoding(column, Encoding::DELTA_BINARY_PACKED);
        }
        let file = SerializedFileWriter::new(output, schema, Arc::new(properties.build()))
            .map_err(told)?;
        Ok(Self { file, hw_time, group: Group::default(), rows: 0, rows_repaired: 0 })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// A price beyond DECIMAL(18, 9), and those of the output.
    pub fn write(&mut self, row: &Row<'_>) -> io::Result<()> {
        let price = row.nano_price(DECIMAL_LIMIT, "DECIMAL(18, 9)")?;
        let group = &mut self.group;
        // unsigned columns: Parquet stores their bits
        group.msg_index.push(row.msg_index as i64);
        group.seq.push(row.seq as i64);
        group.ts_ns.push(row.since_midnight_ns);
        group.ts_event.push(row.time_ns);
        group.venue.push(row.venue.as_bytes());
        group.symbol.push(row.symbol.as_bytes());
        group.kind.push(kind_name(row.kind).as_bytes());
        group.price.push(price);
        group.size.push(row.size as i64);
        let side = side_text(row.kind, row.side);
        group.side_levels.push(i16::from(!side.bytes().is_empty()));
        if !side.bytes().is_empty() {
            group.side.push(side.bytes());
        }
        let words = flag_words(row.doubtful, row.repaired);
        match (row.price, words) {
            (Price::UnknownCentre, "") => group.flags.push(b"UNKNOWN_PRICE"),
            (Price::UnknownCentre, words) => {
                group.flags.push(format!("{words}|UNKNOWN_PRICE").as_bytes());
            }
            _ => group.flags.push(words.as_bytes()),
        }
        group.hw_time.push(row.hw_time_ns.map(|stamp| stamp as i64));
        self.rows += 1;
        self.rows_repaired += u64::from(row.repaired);
        if group.seq.len() >= GROUP_ROWS {
            self.flush_group()?;
        }
        Ok(())
    }

    fn flush_group(&mut self) -> io::Result<()> {
        let group = &mut self.group;
        if group.seq.is_empty() {
            return Ok(());
        }
        let mut columns = self.file.next_row_group().map_err(told)?;
        for values in [&group.msg_index, &group.seq, &group.ts_ns, &group.ts_event] {
            column::<_, Int64Type>(&mut columns, values, None)?;
        }
        for texts in [&mut group.venue, &mut group.symbol, &mut group.kind] {
            column::<_, ByteArrayType>(&mut columns, &texts.take(), None)?;
        }
        let price = &mut group.price;
        column::<_, Int64Type>(&mut columns, &price.values, Some(&price.levels))?;
        column::<_, Int64Type>(&mut columns, &group.size, None)?;
        let sides: Vec<ByteArray> = group.side.take();
        column::<_, ByteArrayType>(&mut columns, &sides, Some(&group.side_levels))?;
        column::<_, ByteArrayType>(&mut columns, &group.flags.take(), None)?;
        if self.hw_time {
            let stamps = &group.hw_time;
            column::<_, Int64Type>(&mut columns, &stamps.values, Some(&stamps.levels))?;
        }
        columns.close().map_err(told)?;
        for values in [
            &mut group.msg_index,
            &mut group.seq,
            &mut group.ts_ns,
            &mut group.ts_event,
            &mut group.size,
        ] {
            values.clear();
        }
        group.price.clear();
        group.side_levels.clear();
        group.hw_time.clear();
        Ok(())
    }

    /// Writes what is left and the footer, which says how many rows there are and how many of them repairs told.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(mut self) -> io::Result<W> {
        self.flush_group()?;
        for (name, count) in
            [("escapement.rows", self.rows), ("escapement.rows_repaired", self.rows_repaired)]
        {
            self.file.append_key_value_metadata(said(name, &count.to_string()));
        }
        self.file.into_inner().map_err(told)
    }
}

fn said(key: &str, value: &str) -> KeyValue {
    KeyValue::new(key.to_string(), value.to_string())
}

/// Writes the next column of a group.
fn column<W: Write + Send, T: DataType>(
    columns: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    levels: Option<&[i16]>,
) -> io::Result<()> {
    let mut next = columns
        .next_column()
        .map_err(told)?
        .ok_or_else(|| io::Error::other("Parquet: fewer columns than values"))?;
    let writer: &mut ColumnWriterImpl<'_, T> = next.typed::<T>();
    writer.write_batch(values, levels, None).map_err(told)?;
    next.close().map_err(told)
}

/// The output's own error, or what the library says.
fn told(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}
