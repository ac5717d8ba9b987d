//! A CSV in blocks of whole records, in bounded memory.

use std::io::Read;

/// The longest record that is taken for one.
pub const LONGEST_RECORD: usize = 1 << 20;
/// Bytes that are read at a time.
pub const BLOCK: usize = 4 << 20;
/// Row numbers that are kept of records that do not fit.
const FIRST_MISFITS: usize = 20;

/// Why a file cannot be split.
#[derive(Debug)]
pub enum SplitFault {
    /// A record has no end within a megabyte.
    TooLong {
        /// The row of the record.
        row: u64,
    },
    /// The file cannot be read further.
    Unreadable(std::io::Error),
}

/// Whole records of a file, without blank lines and without records of another number of fields
/// than the header has.
#[derive(Debug)]
pub struct Block<'a> {
    /// The records, each with its line end.
    pub bytes: &'a [u8],
    /// How many there are.
    pub n_records: usize,
    /// Whether quotation marks stand only where the standard has them (RFC 4180).
    pub plain: bool,
    /// Records of another number of fields: how many.
    pub n_misfits: u64,
    /// The first of them: row and number of fields.
    pub misfits: Vec<(u64, usize)>,
    /// Records of the file in this block, all told.
    pub n_rows: u64,
    first_row: u64,
    cuts: &'a [Cut],
}

/// Adjoining records that are left out of a block.
#[derive(Debug, Clone, Copy)]
struct Cut {
    record: usize,
    n: usize,
    start: usize,
    end: usize,
}

impl Block<'_> {
    /// The row of the file that the `index`th record stands in, as a spreadsheet counts rows: the
    /// header is row 1, and a record with line breaks in it is one row.
    pub fn row(&self, index: usize) -> u64 {
        let mut record = index;
        for cut in self.cuts {
            if cut.record > record {
                break;
            }
            record += cut.n;
        }
        self.first_row + record as u64
    }
}

/// Splits what a reader holds into blocks of whole records.
#[derive(Debug)]
pub struct Blocks<R> {
    reader: R,
    separator: u8,
    fields: usize,
    size: usize,
    buffer: Vec<u8>,
    /// Bytes at the start of the buffer that were handed out.
    used: usize,
    next_row: u64,
    ended: bool,
    /// Whether the file had no last line end, and one was put there.
    closed: bool,
    cuts: Vec<Cut>,
}

impl<R: Read> Blocks<R> {
    /// Records of `fields` fields, from the row after the header on; `start` was read already.
    pub fn new(start: Vec<u8>, reader: R, separator: u8, fields: usize, size: usize) -> Self {
        Self {
            reader,
            separator,
            fields,
            size: size.max(1),
            buffer: start,
            used: 0,
            next_row: 2,
            ended: false,
            closed: false,
            cuts: Vec::new(),
        }
    }

    /// The next block; nothing at the end of the file.
    ///
    /// # Errors
    /// When a record does not end, or the file cannot be read.
    pub fn next_block(&mut self) -> Result<Option<Block<'_>>, SplitFault> {
        self.buffer.drain(..self.used);
        self.used = 0;
        let mut wanted = self.size;
        let scan = loop {
            self.fill(wanted)?;
            if self.buffer.is_empty() {
                return Ok(None);
            }
            if self.ended && self.buffer.last() != Some(&b'\n') {
                self.buffer.push(b'\n');
                self.closed = true;
            }
            self.cuts.clear();
            let scan = self.scan();
            if let Some(record) = scan.too_long {
                return Err(SplitFault::TooLong {
                    row: self.next_row + record as u64,
                });
            }
            if scan.end > 0 {
                break scan;
            }
            if self.ended {
                // An open quotation mark runs to the end of the file: all that is left is one record.
                let mut scan = scan;
                if self.closed {
                    self.buffer.pop();
                }
                scan.end = self.buffer.len();
                scan.plain = false;
                scan.note(
                    self.fields,
                    &mut self.cuts,
                    0..self.buffer.len(),
                    self.next_row,
                );
                break scan;
            }
            wanted = self.buffer.len() + self.size;
        };
        let first_row = self.next_row;
        self.next_row += scan.records as u64;
        self.used = scan.end;
        let kept_end = self.close_up(scan.end);
        Ok(Some(Block {
            bytes: &self.buffer[..kept_end],
            n_records: scan.records - self.cuts.iter().map(|cut| cut.n).sum::<usize>(),
            plain: scan.plain,
            n_misfits: scan.n_misfits,
            misfits: scan.misfits,
            n_rows: scan.records as u64,
            first_row,
            cuts: &self.cuts,
        }))
    }

    fn fill(&mut self, wanted: usize) -> Result<(), SplitFault> {
        let missing = wanted.saturating_sub(self.buffer.len());
        if missing > 0 && !self.ended {
            let read = (&mut self.reader)
                .take(missing as u64)
                .read_to_end(&mut self.buffer)
                .map_err(SplitFault::Unreadable)?;
            self.ended = read < missing;
        }
        Ok(())
    }

    /// Moves the kept records together; the length of what is kept.
    fn close_up(&mut self, end: usize) -> usize {
        let (mut write, mut read) = (0, 0);
        for cut in &self.cuts {
            self.buffer.copy_within(read..cut.start, write);
            write += cut.start - read;
            read = cut.end;
        }
        if read > 0 {
            self.buffer.copy_within(read..end, write);
        }
        write + (end - read)
    }

    /// Finds the ends of records by the rules of the csv crate: a quotation mark opens a field at
    /// its start only, two within a quoted field are one, and line ends within it are text.
    fn scan(&mut self) -> Scan {
        let mut scan = Scan {
            plain: true,
            ..Scan::default()
        };
        let (mut start, mut field, mut fields) = (0, 0, 1);
        let mut quoted = false;
        let mut plain = true;
        let mut skip = usize::MAX;
        let bytes = &self.buffer;
        let separator = self.separator;
        for (at, byte) in Specials::of(bytes, separator) {
            if quoted {
                if byte != b'"' || at == skip {
                    continue;
                }
                match bytes.get(at + 1) {
                    Some(b'"') => skip = at + 1,
                    Some(b'\n') | None => quoted = false,
                    Some(b'\r') => {
                        quoted = false;
                        plain &= bytes.get(at + 2) == Some(&b'\n');
                    }
                    Some(next) => {
                        quoted = false;
                        plain &= *next == separator;
                    }
                }
            } else if byte == b'\n' {
                let end = at + 1;
                if end - start > LONGEST_RECORD {
                    scan.too_long = Some(scan.records);
                    return scan;
                }
                let blank = matches!(&bytes[start..at], b"" | b"\r");
                if blank {
                    scan.cut(&mut self.cuts, start..end);
                } else if fields == self.fields {
                    scan.plain &= plain;
                    scan.records += 1;
                } else {
                    scan.misfit(self.next_row, fields);
                    scan.cut(&mut self.cuts, start..end);
                }
                scan.end = end;
                start = end;
                field = end;
                fields = 1;
                plain = true;
            } else if byte == separator {
                fields += 1;
                field = at + 1;
            } else if at == field {
                quoted = true;
            } else {
                plain = false;
            }
        }
        scan.open_fields = fields;
        if bytes.len() - start > LONGEST_RECORD {
            scan.too_long = Some(scan.records);
        }
        scan
    }
}

/// What a scan of the buffer found.
#[derive(Debug, Default)]
struct Scan {
    /// Records, those left out included.
    records: usize,
    /// The end of the last whole record.
    end: usize,
    plain: bool,
    n_misfits: u64,
    misfits: Vec<(u64, usize)>,
    too_long: Option<usize>,
    /// Fields of the record that has no end yet.
    open_fields: usize,
}

impl Scan {
    fn cut(&mut self, cuts: &mut Vec<Cut>, range: std::ops::Range<usize>) {
        match cuts.last_mut() {
            Some(last) if last.end == range.start => {
                last.end = range.end;
                last.n += 1;
            }
            _ => cuts.push(Cut {
                record: self.records,
                n: 1,
                start: range.start,
                end: range.end,
            }),
        }
        self.records += 1;
    }

    fn misfit(&mut self, first_row: u64, fields: usize) {
        self.n_misfits += 1;
        if self.misfits.len() < FIRST_MISFITS {
            self.misfits.push((first_row + self.records as u64, fields));
        }
    }

    /// Takes the record that no line end closes.
    fn note(
        &mut self,
        fields: usize,
        cuts: &mut Vec<Cut>,
        range: std::ops::Range<usize>,
        first_row: u64,
    ) {
        if self.open_fields == fields {
            self.records += 1;
        } else {
            self.misfit(first_row, self.open_fields);
            self.cut(cuts, range);
        }
    }
}

/// Line ends, separators and quotation marks with their places, eight bytes at a time.
struct Specials<'a> {
    bytes: &'a [u8],
    separators: u64,
    separator: u8,
    next_word: usize,
    word_start: usize,
    found: u64,
}

const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
const EACH: u64 = 0x0101_0101_0101_0101;

impl<'a> Specials<'a> {
    fn of(bytes: &'a [u8], separator: u8) -> Self {
        Self {
            bytes,
            separators: u64::from(separator) * EACH,
            separator,
            next_word: 0,
            word_start: 0,
            found: 0,
        }
    }
}

/// The high bit of each byte that is zero, exactly.
const fn zero_bytes(word: u64) -> u64 {
    !(((word & LOW) + LOW) | word | LOW)
}

impl Iterator for Specials<'_> {
    type Item = (usize, u8);

    #[inline]
    fn next(&mut self) -> Option<(usize, u8)> {
        while self.found == 0 {
            self.word_start = self.next_word;
            if let Some((eight, _)) = self.bytes.get(self.word_start..)?.split_first_chunk::<8>() {
                let word = u64::from_le_bytes(*eight);
                self.found = zero_bytes(word ^ (EACH * u64::from(b'\n')))
                    | zero_bytes(word ^ (EACH * u64::from(b'"')))
                    | zero_bytes(word ^ self.separators);
                self.next_word += 8;
            } else {
                // The last bytes, fewer than eight.
                let at = self.word_start;
                let byte = *self.bytes.get(at)?;
                self.next_word += 1;
                if byte == b'\n' || byte == b'"' || byte == self.separator {
                    return Some((at, byte));
                }
            }
        }
        let at = self.word_start + (self.found.trailing_zeros() / 8) as usize;
        self.found &= self.found - 1;
        Some((at, self.bytes[at]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Rows with their records, and rows with their numbers of fields.
    type Found = (Vec<(u64, Vec<String>)>, Vec<(u64, usize)>);

    /// All records by blocks: rows of those that fit, and the records themselves.
    fn by_blocks(text: &[u8], fields: usize, size: usize) -> Found {
        let mut blocks = Blocks::new(Vec::new(), text, b',', fields, size);
        let (mut kept, mut misfits) = (Vec::new(), Vec::new());
        while let Some(block) = blocks.next_block().unwrap() {
            let records = plain_records(block.bytes);
            assert_eq!(records.len(), block.n_records);
            assert_eq!(block.n_misfits, block.misfits.len() as u64);
            for (index, record) in records.into_iter().enumerate() {
                kept.push((block.row(index), record));
            }
            misfits.extend(block.misfits);
        }
        (kept, misfits)
    }

    /// The records by the csv crate, which skips blank lines.
    fn plain_records(text: &[u8]) -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .terminator(csv::Terminator::Any(b'\n'))
            .from_reader(text);
        // A line of nothing but a carriage return is blank.
        let blank = |record: &csv::ByteRecord| {
            let at = record.position().map_or(0, |place| place.byte() as usize);
            let breaks = text[at..].iter().take_while(|byte| **byte == b'\n').count();
            text[at + breaks..].starts_with(b"\r")
        };
        reader
            .byte_records()
            .map(Result::unwrap)
            .filter(|record| !blank(record))
            .map(|record| {
                record
                    .iter()
                    .map(|field| String::from_utf8_lossy(field).into_owned())
                    .collect()
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn blocks_of_any_size_hold_the_records_of_the_csv_crate(
            text in "([a-c]{0,3}|\"[a\n,]{0,3}(\"\")?\"|[a\",\n]|,|\n|\r\n){0,60}",
            fields in 1usize..4,
            size in 1usize..40,
        ) {
            let all = plain_records(text.as_bytes());
            let (kept, misfits) = by_blocks(text.as_bytes(), fields, size);
            let fitting: Vec<_> = all.iter().filter(|record| record.len() == fields).cloned().collect();
            let others: Vec<_> = all.iter().map(Vec::len).filter(|n| *n != fields).collect();
            prop_assert_eq!(kept.iter().map(|(_, record)| record.clone()).collect::<Vec<_>>(), fitting);
            prop_assert!(others.len() > FIRST_MISFITS || misfits.iter().map(|(_, n)| *n).collect::<Vec<_>>() == others);
            prop_assert!(kept.is_sorted_by(|a, b| a.0 < b.0));
        }
    }

    #[test]
    fn rows_are_counted_as_a_spreadsheet_counts_them() {
        let (kept, misfits) = by_blocks(b"a,1\n\nb,2,3\nc,3\n\"d\nd\",4\ne,5", 2, 7);
        let rows: Vec<u64> = kept.iter().map(|(row, _)| *row).collect();
        assert_eq!(rows, [2, 5, 6, 7]);
        assert_eq!(misfits, [(4, 3)]);
    }

    #[test]
    fn a_record_without_an_end_is_refused_in_bounded_memory() {
        let endless = std::io::repeat(b'x');
        let mut blocks = Blocks::new(Vec::new(), endless, b',', 2, 1 << 16);
        assert!(matches!(
            blocks.next_block(),
            Err(SplitFault::TooLong { row: 2 })
        ));
        assert!(blocks.buffer.len() < 2 * LONGEST_RECORD);
    }
}
