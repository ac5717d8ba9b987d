//! Files that are no releases, or broken ones: each is refused with one clear message, none makes
//! the importer panic, and none takes more memory or time than a release does.

#![expect(
    clippy::unwrap_used,
    reason = "what a test sets up may stop where it stands"
)]

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use bandwise::data::releases::vintage;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use zip::CompressionMethod;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// What is said of a file, without the folder that it lies in.
fn refused(name: &str, bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    fs::write(&file, bytes).unwrap();
    refused_file(&file)
}

fn refused_file(file: &Path) -> String {
    let error = vintage(&[file.to_owned()], None, Some("2023-24")).unwrap_err();
    let folder = format!("{}/", file.parent().unwrap().display());
    error.to_string().replace(&folder, "")
}

// Stock of properties as CSV.

const STOCK: &str = "geography,ba_code,ecode,area_name,band_a,band_b,band_c,band_d,band_e,band_f,\
                     band_g,band_h,band_i,all_properties\n";

/// A stock of properties with these rows.
fn stock(rows: &[&str]) -> String {
    format!("{STOCK}{}\n", rows.join("\n"))
}

const DERBY: &str = "LAUA,1055,E06000015,Derby UA,10,20,30,40,50,60,70,80,..,360";

#[test]
fn a_missing_column_is_named_with_the_nearest() {
    let text = stock(&[DERBY]).replace("band_c", "bandc");
    assert_eq!(
        refused("stock.csv", text.as_bytes()),
        "stock.csv: line 1: no column \"band_c\" [nearest: \"bandc\" in column G]"
    );
    let text = stock(&[DERBY]).replace("all_properties", "properties");
    assert_eq!(
        refused("stock.csv", text.as_bytes()),
        "stock.csv: line 1: no column \"all_properties\" [nearest: \"properties\" in column N]"
    );
}

#[test]
fn text_in_a_number_is_shown_with_its_place() {
    let text = stock(&[&DERBY.replace("20", "many")]);
    assert_eq!(
        refused("stock.csv", text.as_bytes()),
        "stock.csv: line 2, column band_b: \"many\" is not a number"
    );
    for (cell, said) in [
        ("inf", "\"inf\" is not a number"),
        ("1e300", "1e300 is no figure of a release"),
        ("2.5", "2.5 is not a whole number"),
        ("-20", "-20 is negative"),
        ("\"1,23\"", "\"1,23\" is not a number"),
    ] {
        let text = stock(&[&DERBY.replace("20", cell)]);
        let error = refused("stock.csv", text.as_bytes());
        assert!(
            error.starts_with("stock.csv: line 2, column band_b: "),
            "{error}"
        );
        assert!(
            error.contains(said) || error.contains("is no figure"),
            "{error}"
        );
    }
}

#[test]
fn an_authority_that_stands_twice_is_named() {
    assert_eq!(
        refused("stock.csv", stock(&[DERBY, DERBY]).as_bytes()),
        "stock.csv: line 3: Derby UA (E06000015) stands here a second time"
    );
}

#[test]
fn a_column_of_an_unknown_band_is_refused() {
    let text = stock(&[DERBY]).replace("band_i", "band_j");
    assert_eq!(
        refused("stock.csv", text.as_bytes()),
        "stock.csv: line 1: the column band_j is of no band (allowed: A to I)"
    );
}

#[test]
fn dwellings_in_a_band_that_england_does_not_have_are_refused() {
    let text = stock(&[&DERBY.replace("..", "5")]);
    assert_eq!(
        refused("stock.csv", text.as_bytes()),
        "stock.csv: line 2, column band_i: 5 dwellings in band I, which England does not have"
    );
}

#[test]
fn an_unknown_authority_is_named_with_the_nearest() {
    let text = stock(&[&DERBY.replace("E06000015", "E06000115")]);
    assert_eq!(
        refused("stock.csv", text.as_bytes()),
        "stock.csv: line 2: \"E06000115\" is the code of no billing authority that is held \
         [nearest: E06000015, Derby]"
    );
}

#[test]
fn totals_that_do_not_add_up_are_shown() {
    let text = stock(&[&DERBY.replace("360", "560")]);
    assert_eq!(
        refused("stock.csv", text.as_bytes()),
        "stock.csv: line 2: the bands of Derby UA add to 360, its total is 560: further apart than \
         rounding to 10 allows"
    );
    let region = "REGL,N/A,E12000004,EAST MIDLANDS,10,20,30,90,50,60,70,80,..,410";
    assert_eq!(
        refused("stock.csv", stock(&[region, DERBY]).as_bytes()),
        "stock.csv: line 2: band D of EAST MIDLANDS is 90, its 1 authorities add to 40 (allowed \
         for rounding to 10: 10 apart)"
    );
}

#[test]
fn a_count_that_is_not_given_is_filled_only_where_the_total_leaves_few() {
    let text = stock(&[&DERBY.replace("40", "-")]);
    assert_eq!(
        refused("stock.csv", text.replace("360", "960").as_bytes()),
        "stock.csv: line 2, column band_d: \"-\" is no suppressed count: the row's total leaves 640 \
         dwellings for it"
    );
    for mark in ["-", "..", "[c]", "[x]", ""] {
        let text = stock(&[&DERBY.replace("40", mark).replace("360", "320")]);
        // It is read: what is said next is that other authorities are lacking.
        assert_eq!(
            refused("stock.csv", text.as_bytes()),
            "stock.csv: lacks Hartlepool (E06000001)"
        );
    }
}

#[test]
fn a_release_that_lacks_a_part_of_an_authority_names_both() {
    let held = include_str!("../data/vintages/2023-24/authorities.csv");
    let rows: Vec<String> = held
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next())
        .filter(|code| *code != "E06000063")
        .map(|code| DERBY.replace("E06000015", code))
        .collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    assert_eq!(
        refused("stock.csv", stock(&rows).as_bytes()),
        "stock.csv: lacks Allerdale (E07000026), a part of Cumberland (E06000063)"
    );
}

// Files of other kinds.

#[test]
fn an_empty_file_a_folder_and_a_missing_file_are_told_apart() {
    assert_eq!(refused("stock.csv", b""), "stock.csv: is empty");
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("releases");
    fs::create_dir(&inside).unwrap();
    assert_eq!(
        refused_file(&inside),
        "releases: is a folder [name the files in it]"
    );
    let error = refused_file(&folder.path().join("none.ods"));
    assert!(error.starts_with("none.ods: cannot be read: "), "{error}");
}

#[test]
fn a_gigabyte_of_anything_is_refused_unread() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("garbage.csv");
    fs::File::create(&file).unwrap().set_len(1 << 30).unwrap();
    assert_eq!(
        refused_file(&file),
        "garbage.csv: is larger than a release can be (limit: 32 MB)"
    );
}

#[test]
fn what_is_no_text_and_no_workbook_is_refused() {
    assert_eq!(
        refused("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        "old.xls: is an old or locked Excel workbook [save it as XLSX or ODS without a password]"
    );
    assert_eq!(
        refused("noise.csv", b"a,b\n\xff\xfe,1\n"),
        "noise.csv: line 2 is not text in UTF-8 [save the file as CSV UTF-8, ODS or XLSX]"
    );
    let error = refused("broken.ods", b"PK\x03\x04 and no more");
    assert!(
        error.starts_with("broken.ods: is a broken zip file: "),
        "{error}"
    );
    let error = refused("broken.csv.gz", b"\x1f\x8b and no more");
    assert!(
        error.starts_with("broken.csv.gz: is a broken gzip file: "),
        "{error}"
    );
    assert_eq!(
        refused("other.zip", &zipped(&[("readme.txt", b"text")])),
        "other.zip: is a zip file, but neither ODS nor XLSX [unpack it and name the files in it]"
    );
}

#[test]
fn a_compilation_is_no_release() {
    let header = "taxbase_prev,bandd\n";
    assert_eq!(
        refused("precepts.csv", header.as_bytes()),
        "precepts.csv: is a compilation, not a release as published [give --into DIR to make tables \
         of it]"
    );
}

// Bombs.

#[test]
fn a_line_without_end_is_refused() {
    let text = format!("a,b\n{}", ",".repeat(1_000_001));
    assert_eq!(
        refused("commas.csv", text.as_bytes()),
        "commas.csv: line 2 is longer than a line of a release (limit: 1000000 bytes)"
    );
}

#[test]
fn more_cells_than_a_release_has_are_refused() {
    let text = format!("{}\n", "1,".repeat(1_000)).repeat(1_001);
    assert_eq!(
        refused("cells.csv", text.as_bytes()),
        "cells.csv: holds more filled cells than a release can (limit: 1000000)"
    );
}

#[test]
fn a_gzip_bomb_is_refused() {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    let line = [b' '; 1_000_000];
    for _ in 0..33 {
        gzip.write_all(&line).unwrap();
    }
    let bytes = gzip.finish().unwrap();
    assert!(bytes.len() < 1_000_000, "small on disk");
    assert_eq!(
        refused("bomb.csv.gz", &bytes),
        "bomb.csv.gz: decompresses to more than a release can hold (limit: 32 MB)"
    );
}

/// A zip file of these parts.
fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(1));
    for (name, bytes) in parts {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const CONTENT: &str = "<office:document-content><office:body><office:spreadsheet>";

/// An ODS file with this inside its first sheet.
fn ods(rows: &str) -> Vec<u8> {
    let content = format!("{CONTENT}<table:table table:name=\"Data\">{rows}</table:table>");
    zipped(&[("content.xml", content.as_bytes())])
}

#[test]
fn a_zip_bomb_posing_as_ods_is_refused() {
    let mut content = CONTENT.as_bytes().to_vec();
    content.resize(65_000_000, b' ');
    let bytes = zipped(&[("content.xml", &content)]);
    assert!(bytes.len() < 2_000_000, "small on disk");
    assert_eq!(
        refused("bomb.ods", &bytes),
        "bomb.ods: decompresses to more than a release can hold (limit: 64 MB)"
    );
}

#[test]
fn a_zip_bomb_posing_as_xlsx_is_refused_whatever_size_it_states() {
    let strings = vec![b' '; 9_000_000];
    let mut bytes = zipped(&[
        ("xl/workbook.xml", b"<workbook/>"),
        ("xl/sharedStrings.xml", &strings),
    ]);
    let said = "bomb.xlsx: part xl/sharedStrings.xml decompresses to more than a release can hold \
                (limit: 8 MB)";
    assert_eq!(refused("bomb.xlsx", &bytes), said);
    // The size that the file states of the part, wherever it stands.
    let size = 9_000_000u32.to_le_bytes();
    let places: Vec<usize> = (0..bytes.len() - 4)
        .filter(|at| bytes[*at..at + 4] == size)
        .collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + 4].copy_from_slice(&10u32.to_le_bytes());
    }
    let error = refused("bomb.xlsx", &bytes);
    assert!(
        error == said || error.contains("cannot be decompressed"),
        "{error}"
    );
}

#[test]
fn repeated_cells_are_counted_before_they_are_made() {
    let billions = "<table:table-row table:number-rows-repeated=\"1048576\"><table:table-cell \
                    office:value=\"1\" table:number-columns-repeated=\"16384\"/></table:table-row>";
    assert_eq!(
        refused("bomb.ods", &ods(billions)),
        "bomb.ods: holds more filled cells than a release can (limit: 1000000)"
    );
    let long = "x".repeat(70_000);
    let text = format!(
        "<table:table-row><table:table-cell table:number-columns-repeated=\"1000\"><text:p>{long}\
         </text:p></table:table-cell></table:table-row>"
    );
    assert_eq!(
        refused("bomb.ods", &ods(&text)),
        "bomb.ods: holds more text than a release can (limit: 64 MB)"
    );
    let spaces = "<table:table-row><table:table-cell><text:p>a<text:s text:c=\"4000000000\"/>b\
                  </text:p></table:table-cell></table:table-row>";
    let error = refused("spaces.ods", &ods(spaces));
    assert!(
        error.starts_with("spaces.ods: not recognised (known: "),
        "{error}"
    );
}

#[test]
fn empty_cells_and_rows_may_be_repeated_as_often_as_a_spreadsheet_has_them() {
    let rows = "<table:table-row table:number-rows-repeated=\"1048575\"><table:table-cell \
                table:number-columns-repeated=\"16384\"/></table:table-row><table:table-row>\
                <table:table-cell table:number-columns-repeated=\"16383\"/><table:table-cell \
                office:value=\"1\"/></table:table-row>";
    let error = refused("sparse.ods", &ods(rows));
    assert!(
        error.starts_with("sparse.ods: not recognised (known: "),
        "{error}"
    );
    assert!(error.ends_with("; sheets looked through: Data"), "{error}");
}

#[test]
fn nesting_without_end_is_refused() {
    assert_eq!(
        refused("deep.ods", &ods(&"<a>".repeat(100_000))),
        "deep.ods: is no spreadsheet: nested deeper than 64"
    );
}

/// An XLSX file with this as its only sheet.
fn xlsx(sheet: &str) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let workbook = format!(
        "<workbook xmlns=\"{main}\" xmlns:r=\"{relations}\"><sheets><sheet name=\"Data\" \
         sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
    );
    let rels = format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
         <Relationship Id=\"rId1\" Type=\"{relations}/worksheet\" \
         Target=\"worksheets/sheet1.xml\"/></Relationships>"
    );
    let sheet = format!("<worksheet xmlns=\"{main}\"><sheetData>{sheet}</sheetData></worksheet>");
    let root = rels
        .replace("worksheets/sheet1.xml", "xl/workbook.xml")
        .replace("/worksheet\"", "/officeDocument\"");
    zipped(&[
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", rels.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

#[test]
fn a_single_cell_in_the_last_corner_makes_no_table_of_empty_ones() {
    let corner = "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c \
                  r=\"XFD1048576\"><v>1</v></c></row>";
    let error = refused("corner.xlsx", &xlsx(corner));
    assert!(
        error.starts_with("corner.xlsx: not recognised (known: "),
        "{error}"
    );
    assert!(error.ends_with("; sheets looked through: Data"), "{error}");
}

// Workbooks that are nearly right.

/// Rows of a sheet in ODS: numbers as numbers, everything else as text.
fn ods_rows(rows: &[Vec<String>]) -> String {
    let cell = |text: &String| match text.parse::<f64>() {
        Ok(_) => format!("<table:table-cell office:value-type=\"float\" office:value=\"{text}\"/>"),
        Err(_) if text.is_empty() => "<table:table-cell/>".to_owned(),
        Err(_) => format!("<table:table-cell><text:p>{text}</text:p></table:table-cell>"),
    };
    let row = |row: &Vec<String>| {
        let cells: String = row.iter().map(cell).collect();
        format!("<table:table-row>{cells}</table:table-row>")
    };
    rows.iter().map(row).collect()
}

/// An ODS file of named sheets.
fn ods_of(sheets: &[(&str, Vec<Vec<String>>)]) -> Vec<u8> {
    let tables: String = sheets
        .iter()
        .map(|(name, rows)| {
            format!(
                "<table:table table:name=\"{name}\">{}</table:table>",
                ods_rows(rows)
            )
        })
        .collect();
    let end = "</office:spreadsheet></office:body></office:document-content>";
    zipped(&[("content.xml", format!("{CONTENT}{tables}{end}").as_bytes())])
}

const LINES: [&str; 14] = [
    "Table 1.01 Total Number of Dwellings on Valuation List (Line 1)",
    "Table 1.02. Number of dwellings on valuation list exempt on 3 October 2022 (Line 2)",
    "Table 1.04. Number of chargeable dwellings on 3 October 2022 (Line 4)",
    "Table 1.08. Number of dwellings in line 7 entitled to a single adult household 25% discount",
    "Table 1.09. Number of dwellings entitled to a 25% discount due to all but one resident being \
     disregarded for council tax purposes (Line 9)",
    "Table 1.10. Number of dwellings entitled to a 50% discount due to all residents being \
     disregarded for council tax purposes (Line 10)",
    "Table 1.11. Number of dwellings in line 7 classed as second homes (Line 11)",
    "Table 1.15. Total number of dwellings in line 7 classed as empty (Line 15)",
    "Table 1.25. Total number of band D equivalents (line 22 x line 23)",
    "Table 1.26. Number of band D equivalents of contributions in lieu (Line 24)",
    "Table 1.27. Tax base (Line 26)",
    "Table 1.31. Total number of band D equivalents after allowance for council tax support",
    "Table 1.32. Number of band D equivalents of contributions in lieu (line 25)",
    "Table 1.33. Tax base after allowance for council tax support (Line 33)",
];

/// A sheet of the return: titles, bands, one authority with 1 in each band.
fn return_sheet(lines: &[&str]) -> Vec<Vec<String>> {
    let texts = |texts: &[&str]| {
        texts
            .iter()
            .map(|text| (*text).to_owned())
            .collect::<Vec<_>>()
    };
    let mut titles = texts(&["", "", "", "", ""]);
    let mut header = texts(&["E-code", "ONS Code", "Region", "Local Authority", "Notes"]);
    let mut derby = texts(&["E1001", "E06000015", "EM", "Derby", "[r]"]);
    for line in lines {
        titles.push((*line).to_owned());
        if line.contains("lieu") || line.contains("Tax base") {
            header.push("Total".to_owned());
            derby.push("8".to_owned());
        } else {
            header.push("Band A entitled to disabled relief reduction".to_owned());
            derby.push("0".to_owned());
            for band in "ABCDEFGH".chars() {
                header.push(format!("Band {band}"));
                derby.push("1".to_owned());
            }
            header.push("Total".to_owned());
            derby.push("8".to_owned());
        }
        titles.resize(header.len(), String::new());
        for row in [&mut titles, &mut header, &mut derby] {
            row.push(String::new());
        }
    }
    let note = texts(&["This worksheet contains tables beside each other"]);
    vec![note, titles, header, derby]
}

fn support_sheet() -> Vec<Vec<String>> {
    return_sheet(&[
        "Table 3.05. Reduction in council tax base due to council tax support - pensioners",
        "Table 3.06. Reduction in council tax base due to council tax support - working age people",
    ])
}

#[test]
fn a_small_return_is_read_to_its_end() {
    let bytes = ods_of(&[("Main", return_sheet(&LINES)), ("Support", support_sheet())]);
    assert_eq!(
        refused("return.ods", &bytes),
        "return.ods: lacks Hartlepool (E06000001)"
    );
}

#[test]
fn a_return_without_its_sheets_is_told_which_it_needs() {
    let cover = vec![vec![
        "Council Taxbase: Local Authority Level Data for 2022".to_owned(),
    ]];
    let error = refused("return.ods", &ods_of(&[("Cover", cover)]));
    assert!(
        error.ends_with(
            "; sheets looked through: Cover [it speaks of the council tax base: the sheets \
             Council_Taxbase_Data and Council_Tax_Support_Data are needed]"
        ),
        "{error}"
    );
    let error = refused("return.ods", &ods_of(&[("Main", return_sheet(&LINES))]));
    assert_eq!(
        error,
        "return.ods: sheet Main, row 3: no sheet with the reduction in tax base due to council tax \
         support (Council_Tax_Support_Data)"
    );
}

#[test]
fn a_line_that_the_return_lacks_is_named_with_the_nearest() {
    let lines: Vec<&str> = LINES
        .into_iter()
        .filter(|line| !line.contains("1.10"))
        .collect();
    let bytes = ods_of(&[("Main", return_sheet(&lines)), ("Support", support_sheet())]);
    let error = refused("return.ods", &bytes);
    assert!(
        error.starts_with(
            "return.ods: sheet Main, row 3: no column \"due to all residents being disregarded\" \
             [nearest: \"Table 1.09. Number of dwellings entitled to a 25% discount due to all but \
             one"
        ),
        "{error}"
    );
}

#[test]
fn a_wrong_cell_of_a_workbook_is_shown_with_sheet_row_and_column() {
    let mut main = return_sheet(&LINES);
    main[3][6] = "many".to_owned();
    let bytes = ods_of(&[("Main", main.clone()), ("Support", support_sheet())]);
    assert_eq!(
        refused("return.ods", &bytes),
        "return.ods: sheet Main, row 4, column G (Table 1.01 Total Number of Dwellings on Valuation \
         List (Line 1) Band A): \"many\" is not a number"
    );
    main[3][6] = "5".to_owned();
    let bytes = ods_of(&[("Main", main.clone()), ("Support", support_sheet())]);
    assert_eq!(
        refused("return.ods", &bytes),
        "return.ods: sheet Main, row 4, column O (Table 1.01 Total Number of Dwellings on Valuation \
         List (Line 1) Total): 8 is not the sum of the bands, 12"
    );
    main[3][6] = String::new();
    let bytes = ods_of(&[("Main", main), ("Support", support_sheet())]);
    assert_eq!(
        refused("return.ods", &bytes),
        "return.ods: sheet Main, row 4, column G (Table 1.01 Total Number of Dwellings on Valuation \
         List (Line 1) Band A): is empty"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is done to a small release, the answer is a vintage or a fault.
    #[test]
    fn no_mutation_of_a_release_makes_the_importer_panic(
        changes in prop::collection::vec((0usize..1_000, any::<u8>(), 0u8..3), 1..12),
        tail in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        let region = "REGL,N/A,E12000004,EAST MIDLANDS,10,20,30,40,50,60,70,80,..,360";
        let mut bytes = stock(&[region, DERBY]).into_bytes();
        for (at, byte, how) in changes {
            let at = at % bytes.len();
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => drop(bytes.remove(at)),
            }
        }
        bytes.extend(tail);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("stock.csv");
        fs::write(&file, bytes).unwrap();
        drop(vintage(&[file], None, Some("2023-24")));
    }
}
