//! The embedded tables come out of the published figures again, where those are at hand.

#![expect(clippy::print_stderr, reason = "a skipped test says what it skipped")]

use std::fs;
use std::path::PathBuf;

use std::collections::{BTreeMap, BTreeSet};

use bandwise::data::releases::{UserVintage, import, vintage};

/// Where the published files are: `BANDWISE_FIGURES`, or a folder beside the project.
fn figures() -> PathBuf {
    std::env::var_os("BANDWISE_FIGURES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    )
}

#[test]
fn the_embedded_tables_are_what_the_importers_make_of_the_published_figures() {
    let files = [
        "england/england_billing_2023_24.csv",
        "england/ctr_2023_24_billing.csv",
        "releases/Council_Taxbase_local_authority_level_data_2022.ods",
        "derby/derby_wards_2023.csv",
    ]
    .map(|file| figures().join(file));
    if let Some(missing) = files.iter().find(|file| !file.is_file()) {
        eprintln!("skipped: {} is not at hand", missing.display());
        return;
    }
    let import = import(&files).unwrap();
    assert_eq!(import.recognised.len(), 4);
    assert_eq!(import.tables.len(), 6);
    for table in import.tables {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("data/vintages/2023-24")
            .join(table.file);
        assert!(
            fs::read_to_string(&path).unwrap() == table.csv,
            "{} has changed",
            path.display()
        );
    }
}

/// The files, where all of them are at hand; else says what is not.
fn at_hand<const N: usize>(files: [&str; N]) -> Option<[PathBuf; N]> {
    let files = files.map(|file| figures().join(file));
    match files.iter().find(|file| !file.is_file()) {
        None => Some(files),
        Some(missing) => {
            eprintln!("skipped: {} is not at hand", missing.display());
            None
        }
    }
}

fn embedded(table: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/vintages/2023-24");
    fs::read_to_string(folder.join(table)).unwrap()
}

fn made<'a>(vintage: &'a UserVintage, table: &str) -> &'a str {
    let found = vintage.files.iter().find(|(name, _)| *name == table);
    &found.unwrap().1
}

/// The cells of a table by row key (the first `keys` columns) and column.
fn cells(csv: &str, keys: usize) -> BTreeMap<(String, String), String> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().unwrap().clone();
    let mut cells = BTreeMap::new();
    for row in reader.records() {
        let row = row.unwrap();
        let key = row.iter().take(keys).collect::<Vec<_>>().join(" ");
        for (name, cell) in header.iter().zip(row.iter()).skip(keys) {
            cells.insert((key.clone(), name.to_owned()), cell.to_owned());
        }
    }
    cells
}

/// Cells that differ: key, column, embedded, made.
fn differing(table: &str, vintage: &UserVintage, keys: usize) -> BTreeSet<String> {
    let (held, new) = (
        cells(&embedded(table), keys),
        cells(made(vintage, table), keys),
    );
    let of_vintages = |column: &str| column == "standing";
    let names: BTreeSet<&(String, String)> = held.keys().chain(new.keys()).collect();
    names
        .into_iter()
        .filter(|(_, column)| !of_vintages(column))
        .filter(|key| held.get(*key) != new.get(*key))
        .map(|key| format!("{} {} {:?} {:?}", key.0, key.1, held.get(key), new.get(key)))
        .collect()
}

const RELEASES: [&str; 4] = [
    "releases/CTSOP1_1_2023_03_31.raw.csv.gz",
    "releases/Council_Taxbase_local_authority_level_data_2022.ods",
    "releases/CTR_Table_9_2023-24.ods",
    "releases/ctr_2223.xlsx",
];

/// Every column of bands.csv, tax_base.csv and levels.csv comes out of the releases: dwellings and
/// their flag from the stock of properties, the lines and totals of the return, and base,
/// requirement and band D amounts from Table 9. Only authorities.csv (names, census, prices,
/// deprivation, referendum) is the base's.
///
/// Six figures of support differ by 0.01. In the release they end in half a hundredth, such as
/// 25.905; the compilation behind the embedded table rounded these another way.
#[test]
fn the_four_releases_make_the_embedded_tables_again() {
    let Some(files) = at_hand(RELEASES) else {
        return;
    };
    let vintage = vintage(&files, None, Some("2023-24")).unwrap();
    assert_eq!(vintage.name, "2023-24-imported");
    assert!(vintage.carried.is_empty(), "{:?}", vintage.carried);
    assert_eq!(
        made(&vintage, "authorities.csv"),
        embedded("authorities.csv")
    );
    assert_eq!(differing("tax_base.csv", &vintage, 1), BTreeSet::new());
    assert_eq!(differing("levels.csv", &vintage, 1), BTreeSet::new());
    let halves = [
        "E07000036 E support_pension_age Some(\"25.9\") Some(\"25.91\")",
        "E07000105 D support_working_age Some(\"309.98\") Some(\"309.99\")",
        "E07000113 G support_pension_age Some(\"4.64\") Some(\"4.63\")",
        "E07000172 F support_working_age Some(\"5.36\") Some(\"5.37\")",
        "E07000193 B support_pension_age Some(\"448.08\") Some(\"448.07\")",
        "E08000037 F support_pension_age Some(\"10.86\") Some(\"10.87\")",
    ];
    let halves: BTreeSet<String> = halves.into_iter().map(str::to_owned).collect();
    assert_eq!(differing("bands.csv", &vintage, 2), halves);
    let standing = cells(made(&vintage, "levels.csv"), 1);
    let standing = standing
        .iter()
        .filter(|((_, column), _)| column == "standing");
    assert!(standing.clone().count() == 296 && standing.clone().all(|(_, text)| text == "S"));
}

#[test]
fn what_an_import_found_filled_and_merged_is_said() {
    let Some(files) = at_hand(RELEASES) else {
        return;
    };
    let vintage = vintage(&files, None, Some("2023-24")).unwrap();
    let notes: Vec<&str> = vintage
        .recognised
        .iter()
        .flat_map(|one| &one.notes)
        .chain(&vintage.notes)
        .map(String::as_str)
        .collect();
    for said in [
        "header in line 1; bands A to I in columns E to M",
        "counted on 2023-03-31, as the name of the file says",
        "309 authorities of England and 22 of Wales; 42,936 small areas are left out",
        "filled: suppressed counts (1 to 4 dwellings) as 2: City of London band A, Merthyr Tydfil \
         / Merthyr Tudful band H, Blaenau Gwent / Blaenau Gwent band H",
        "adds up within rounding to 10: England, Wales, England and Wales, 9 regions, 331 \
         authorities",
        "headers in sheet Council_Taxbase_Data, row 6 and sheet Council_Tax_Support_Data, row 6",
        "309 authorities, counted on 2022-10-03",
        "adds up: 88 printed figures of England, and the total of every row",
        "296 authorities, figures of 2023-24",
        "gives no own amount of West Northamptonshire, West Suffolk",
        "return, merged: Cumberland of 3, Westmorland and Furness of 3, North Yorkshire of 7, \
         Somerset of 4",
        "own amounts of 2022-23 in two releases: 290 agree",
    ] {
        assert!(notes.contains(&said), "{said}\n{notes:#?}");
    }
}

#[test]
fn one_release_at_a_time_carries_the_rest_forward_and_changes_nothing_of_the_same_figures() {
    let Some(files) = at_hand(RELEASES) else {
        return;
    };
    let carried = [
        &["rates", "tax_base", "levels"][..],
        &["dwellings", "tax_base", "levels"],
        &["dwellings", "rates"],
        &["dwellings", "rates", "tax_base", "levels"],
    ];
    for (file, carried) in files.iter().zip(carried) {
        let vintage = vintage(std::slice::from_ref(file), None, Some("2023-24")).unwrap();
        let names: Vec<&str> = vintage
            .carried
            .iter()
            .map(|(part, _)| part.as_str())
            .collect();
        assert_eq!(names, carried, "{}", file.display());
        for (table, keys, most) in [
            ("bands.csv", 2, 6),
            ("tax_base.csv", 1, 0),
            ("levels.csv", 1, 0),
        ] {
            let found = differing(table, &vintage, keys);
            assert!(found.len() <= most, "{}: {found:#?}", file.display());
        }
    }
}

/// Eastleigh's amount is the one of 296 that differs: Table 9's 136.97 is its requirement without
/// parishes over its tax base, 6,644,433 / 48,510.2; the table over the years has 138.26.
#[test]
fn band_d_over_the_years_agrees_with_table_9_but_for_one_amount() {
    let files = [
        "england/band_d_1996_2023_wide.csv",
        "releases/CTR_Table_9_2023-24.ods",
    ];
    let Some(files) = at_hand(files) else { return };
    let both = vintage(&files, None, Some("2023-24")).unwrap();
    let differ: Vec<&String> = both
        .notes
        .iter()
        .filter(|note| note.contains("differ"))
        .collect();
    assert_eq!(
        differ,
        [
            "own amounts of 2023-24 in two releases: 1 of 296 differ: Eastleigh 136.97 and 138.26, the \
          first is taken"
        ]
    );
    let alone = vintage(&files[..1], None, Some("2023-24")).unwrap();
    let found = differing("levels.csv", &alone, 1);
    let eastleigh = [
        "E07000086 area Some(\"2102.93\") Some(\"2104.22\")",
        "E07000086 own_excl_parish Some(\"136.97\") Some(\"138.26\")",
        "E07000086 own_incl_parish Some(\"230.60\") Some(\"231.89\")",
    ];
    assert_eq!(found, eastleigh.into_iter().map(str::to_owned).collect());
}

#[test]
fn a_file_that_is_no_release_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("strange.csv");
    fs::write(&file, "a,b\n1,2\n").unwrap();
    let error = import(std::slice::from_ref(&file)).unwrap_err().to_string();
    assert!(error.starts_with(&file.display().to_string()), "{error}");
    assert!(error.contains("not recognised (known: "), "{error}");
}

#[test]
fn a_ward_table_with_a_wrong_figure_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wards.csv");
    let header = "ltla24_code,ward24_code,ward24_name,bA,bB,bC,bD,bE,bF,bG,bH,bI\n";
    fs::write(
        &file,
        format!("{header}E06000015,E05015507,Abbey,many,1,1,1,1,1,1,1,0\n"),
    )
    .unwrap();
    let error = import(&[file]).unwrap_err().to_string();
    assert!(
        error.ends_with("wards.csv: E05015507: bA of \"many\" is not a number"),
        "{error}"
    );
}

#[test]
fn the_billing_table_says_what_it_needs_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("billing.csv");
    fs::write(
        &file,
        "ons_code,ctb22_list_A,bandd_own_excl_parish\nE06000015,1,1\n",
    )
    .unwrap();
    let error = import(&[file]).unwrap_err().to_string();
    assert!(
        error.ends_with("needs the council tax requirement table beside it"),
        "{error}"
    );
}

/// Whatever bytes a file holds, the importer answers with tables or with a fault.
#[test]
fn no_bytes_make_the_importer_panic() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("noise");
    for start in [
        &b""[..],
        b"PK\x03\x04",
        b"ward24_code,bA\n",
        b"\xff\xfe",
        b"class_o_adj\n\"\n,,",
    ] {
        for length in 0..60u8 {
            let mut bytes = start.to_vec();
            bytes.extend((0..length).map(|at| at.wrapping_mul(37) ^ length));
            fs::write(&file, bytes).unwrap();
            drop(import(std::slice::from_ref(&file)));
        }
    }
}
