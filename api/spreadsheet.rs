//! Workbooks (.xlsx): bytes in, rows of texts out, and back. Alone names the crates that know the format.

use crate::domain::template::xlsform::Sheet;
use calamine::{Data, Reader, Xlsx};
use rust_xlsxwriter::Workbook;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Most bytes of a workbook that is read. It is packed, so that what comes out may be a thousand times larger.
pub const MOST_BYTES: usize = 256 * 1024;
/// Most bytes of it unpacked, and most parts.
const MOST_UNPACKED: u64 = 16 * 1024 * 1024;
const MOST_PARTS: usize = 200;
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
    #[error(
        "has a sheet beyond {MOST_ROWS} rows, {MOST_COLUMNS} columns or {MOST_TEXT} bytes of text, or unpacks to more than \
         {MOST_UNPACKED} bytes"
    )]
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
    unpack_within_limits(bytes)?;
    let broken = |why: calamine::XlsxError| Error::Unreadable(why.to_string());
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let there = book.sheet_names();
    let mut text = 0;
    let mut sheets = Vec::new();
    for name in names.iter().filter(|name| there.iter().any(|own| own == *name)) {
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut cells = book.worksheet_cells_reader(name).map_err(broken)?;
        while let Some(cell) = cells.next_cell().map_err(broken)? {
            let said = said(&Data::from(cell.get_value().clone()));
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

/// What stands in a cell; of a day the spreadsheet keeps a number and shows a date, which is what was meant.
fn said(cell: &Data) -> String {
    match cell {
        Data::DateTime(at) if at.is_datetime() => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        other => other.to_string(),
    }
}

/// Unpacks a workbook once, part by part and keeping nothing, before anybody makes room for what it says of itself.
///
/// The reader of shared texts takes a number in the file as the room it needs, without looking whether so many texts can
/// follow. Every such number is therefore held against the length of its part; a part in another encoding than UTF-8, in
/// which it would not be seen, is no part of a workbook.
fn unpack_within_limits(bytes: &[u8]) -> Result<(), Error> {
    let broken = |why: &dyn std::fmt::Display| Error::Unreadable(why.to_string());
    let mut parts = ZipArchive::new(Cursor::new(bytes)).map_err(|why| broken(&why))?;
    if parts.len() > MOST_PARTS {
        return Err(Error::TooLarge);
    }
    let mut left = MOST_UNPACKED;
    for number in 0..parts.len() {
        let part = parts.by_index(number).map_err(|why| broken(&why))?;
        let name = part.name().map_err(|why| broken(&why))?.to_ascii_lowercase();
        let is_text = [".xml", ".rels"].iter().any(|ending| name.ends_with(ending));
        let mut unpacked = Vec::new();
        part.take(left + 1).read_to_end(&mut unpacked).map_err(|why| broken(&why))?;
        let length = u64::try_from(unpacked.len()).unwrap_or(u64::MAX);
        left = left.checked_sub(length).ok_or(Error::TooLarge)?;
        if !is_text {
            continue;
        }
        let text = std::str::from_utf8(&unpacked).map_err(|why| broken(&why))?;
        if text.contains('\0') {
            return Err(Error::Unreadable("has a part that is no text".to_owned()));
        }
        if text.split("uniqueCount").skip(1).filter_map(number_said).any(|said| said > length) {
            return Err(Error::Unreadable("counts more texts than it holds".to_owned()));
        }
    }
    Ok(())
}

/// The number of an attribute, read behind its name; one beyond all numbers is the largest.
fn number_said(rest: &str) -> Option<u64> {
    let value = rest.trim_start().strip_prefix('=')?.trim_start().strip_prefix(['"', '\''])?;
    let digits = value.split(|c: char| !c.is_ascii_digit()).next()?;
    (!digits.is_empty()).then(|| digits.parse().unwrap_or(u64::MAX))
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
    fn a_day_is_read_as_people_see_it() {
        let mut book = Workbook::new();
        let day = rust_xlsxwriter::Format::new().set_num_format("dd/mm/yyyy");
        let to = book.add_worksheet().set_name("choices").unwrap();
        to.write_number_with_format(0, 0, 46101, &day).unwrap().write_boolean(0, 1, true).unwrap();
        let read = read(&book.save_to_buffer().unwrap(), &["choices"]).unwrap();
        assert_eq!(read.into_iter().next().unwrap().rows, [["2026-03-20", "true"]]);
    }

    /// A workbook of these parts.
    fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in parts {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut zip, content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn a_workbook_that_counts_more_texts_than_it_holds_is_refused_before_room_is_made_for_them() {
        for count in ["10000000000000", "1000000000000000000", "99999999999999999999999"] {
            let texts = format!("<sst uniqueCount=\"{count}\"><si><t>a</t></si></sst>");
            let bytes = packed(&[("xl/sharedStrings.xml", texts.as_bytes())]);
            assert!(matches!(read(&bytes, &["survey"]), Err(Error::Unreadable(_))), "{count}");
        }
        let wide: Vec<u8> =
            "<sst uniqueCount=\"10000000000000\">".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let bytes = packed(&[("xl/sharedStrings.xml", &wide)]);
        assert!(matches!(read(&bytes, &["survey"]), Err(Error::Unreadable(_))));
    }

    #[test]
    fn a_workbook_that_unpacks_to_more_than_a_form_is_refused() {
        let texts = "<si><t>a</t></si>".repeat(1_200_000);
        let bytes = packed(&[("xl/sharedStrings.xml", format!("<sst>{texts}</sst>").as_bytes())]);
        assert!(bytes.len() < MOST_BYTES);
        assert_eq!(read(&bytes, &["survey"]), Err(Error::TooLarge));
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
