//! Tables as CSV: a header, one row a fact, missing values empty.

use super::tables::Record;

/// The table as CSV in UTF-8 with `\n` line ends.
pub fn csv<R: Record>(rows: &[R]) -> Vec<u8> {
    let memory = "a table is written to memory";
    let mut writer = ::csv::WriterBuilder::new()
        .has_headers(false)
        .from_writer(Vec::new());
    writer
        .write_record(R::COLUMNS.iter().map(|column| column.name))
        .expect(memory);
    for row in rows {
        writer.serialize(row).expect(memory);
    }
    writer.into_inner().expect(memory)
}
