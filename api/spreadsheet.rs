//! Workbooks (.xlsx): bytes in, rows of texts out, and back. Alone names the crates that know the format.

use crate::domain::template::xlsform::Sheet;
use calamine::{Data, Reader, Xlsx};
use rust_xlsxwriter::Workbook;
use std::io::Cursor;

/// Most bytes of a workbook that is read. It is packed, so that what comes out may be a thousand times larger.
pub const MOST_BYTES: usize = 256 * 1024;
/// Most rows of a sheet, and most columns.
const MOST_ROWS: u32 = 5000;
const MOST_COLUMNS: u32 = 100;
/// Most bytes of text in a workbook.
const MOST_TEXT: usize = 4 * 1024 * 1024;

/// Why a workbook could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes are no workbook.
    #[error("is no workbook: {0}")]
    Unreadable(String),
    /// More than a form ever has.
    #[error("has a sheet beyond {MOST_ROWS} rows, {MOST_COLUMNS} columns or {MOST_TEXT} bytes of text")]
    TooLarge,
    /// Something that does not fit into a cell.
    #[error("can't be written: {0}")]
    Unwritable(String),
}

/// Reads the sheets of these names, where they are there, cell by cell: a single cell at the far end of a sheet must not
/// cost the memory of the whole sheet.
///
/// # Errors
/// [`Error::Unreadable`], [`Error::TooLarge`].
pub fn read(bytes: &[u8], names: &[&str]) -> Result<Vec<Sheet>, Error> {
    if bytes.len() > MOST_BYTES {
        return Err(Error::TooLarge);
    }
    let broken = |why: calamine::XlsxError| Error::Unreadable(why.to_string());
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let there = book.sheet_names();
    let mut text = 0;
    let mut sheets = Vec::new();
    for name in names.iter().filter(|name| there.iter().any(|own| own == *name)) {
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut cells = book.worksheet_cells_reader(name).map_err(broken)?;
        while let Some(cell) = cells.next_cell().map_err(broken)? {
            let said = Data::from(cell.get_value().clone()).to_string();
            if said.is_empty() {
                continue;
            }
            let (row, column) = cell.get_position();
            text += said.len();
            if row >= MOST_ROWS || column >= MOST_COLUMNS || text > MOST_TEXT {
                return Err(Error::TooLarge);
            }
            put(&mut rows, row, column, said);
        }
        sheets.push(Sheet { name: (*name).to_owned(), rows });
    }
    Ok(sheets)
}

fn put(rows: &mut Vec<Vec<String>>, row: u32, column: u32, said: String) {
    let place = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    if rows.len() <= place(row) {
        rows.resize(place(row) + 1, Vec::new());
    }
    let Some(cells) = rows.get_mut(place(row)) else { return };
    if cells.len() <= place(column) {
        cells.resize(place(column) + 1, String::new());
    }
    if let Some(cell) = cells.get_mut(place(column)) {
        *cell = said;
    }
}

/// Writes sheets of texts.
///
/// # Errors
/// [`Error::Unwritable`] for a text longer than a cell may be (32,767 characters).
pub fn write(sheets: &[Sheet]) -> Result<Vec<u8>, Error> {
    let unfit = |why: rust_xlsxwriter::XlsxError| Error::Unwritable(why.to_string());
    let mut book = Workbook::new();
    for sheet in sheets {
        let to = book.add_worksheet();
        to.set_name(&sheet.name).map_err(unfit)?;
        for (row, cells) in (0_u32..).zip(&sheet.rows) {
            for (column, cell) in (0_u16..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
                to.write_string(row, column, cell).map_err(unfit)?;
            }
        }
    }
    book.save_to_buffer().map_err(unfit)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that can't go on should stop here")]

    use super::*;

    fn sheet(name: &str, rows: &[&[&str]]) -> Sheet {
        let cells = |row: &&[&str]| row.iter().map(|cell| (*cell).to_owned()).collect();
        Sheet { name: name.to_owned(), rows: rows.iter().map(cells).collect() }
    }

    #[test]
    fn what_is_written_reads_back() {
        let sheets = [
            sheet("survey", &[&["type", "name"], &["", "Đồng Mai"], &["40,5"]]),
            sheet("choices", &[&["x"]]),
        ];
        let bytes = write(&sheets).unwrap();
        assert_eq!(read(&bytes, &["survey", "choices", "settings"]).unwrap(), sheets);
        assert_eq!(read(&bytes, &["choices"]).unwrap(), sheets[1..]);
    }

    #[test]
    fn what_is_no_workbook_is_refused() {
        assert!(matches!(read(b"no workbook", &["survey"]), Err(Error::Unreadable(_))));
        assert_eq!(read(&vec![0; MOST_BYTES + 1], &["survey"]), Err(Error::TooLarge));
        let mut book = Workbook::new();
        book.add_worksheet().set_name("survey").unwrap().write_string(1_000_000, 16_000, "x").unwrap();
        assert_eq!(read(&book.save_to_buffer().unwrap(), &["survey"]), Err(Error::TooLarge));
    }
}
