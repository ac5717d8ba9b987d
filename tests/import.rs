//! The embedded tables come out of the published figures again, where those are at hand.

#![expect(clippy::print_stderr, reason = "a skipped test says what it skipped")]
#![expect(
    clippy::unwrap_used,
    reason = "what a test sets up may stop where it stands"
)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use std::collections::{BTreeMap, BTreeSet};

use bandwise::data::releases::{UserVintage, import, vintage};
use flate2::Compression;
use flate2::write::GzEncoder;

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
        "england/ctr_2023_24_precepting.csv",
        "releases/Council_Taxbase_local_authority_level_data_2022.ods",
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

#[test]
fn amounts_of_the_year_before_alone_are_recorded_with_their_file() {
    let Some([_, _, _, file]) = at_hand(RELEASES) else {
        return;
    };
    let vintage = vintage(&[file], None, Some("2023-24")).unwrap();
    assert_eq!(vintage.name, "2023-24-imported");
    assert_eq!(
        vintage.notes,
        [
            "own amounts of 2022-23: 290 from the files, all as in the base; 6 stay as in 2023-24 \
             (West Northamptonshire, Cumberland, Westmorland and Furness, North Yorkshire, \
             Somerset, West Suffolk)"
        ]
    );
    let manifest = made(&vintage, "vintage.toml");
    assert!(
        manifest.contains("title = \"2023-24 on the base of 2023-24; from files: levels in part\""),
        "{manifest}"
    );
    assert!(manifest.contains("file = \"ctr_2223.xlsx\""), "{manifest}");
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
    assert_eq!(
        alone.notes[0],
        "own amounts of 2023-24: 1 other than in the base (Eastleigh); there the requirement is \
         the amount with parishes times the tax base"
    );
    let found = differing("levels.csv", &alone, 1);
    let eastleigh = [
        "E07000086 area Some(\"2022.74\") Some(\"2024.03\")",
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
        b"taxbase_prev,bandd\n",
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

// Releases made of the embedded figures: what follows needs no file from outside.

/// The stock of properties as published, with `more` dwellings more in band A of Derby.
fn stock_of_the_embedded_figures(more: i64) -> String {
    let bands = cells(&embedded("bands.csv"), 2);
    let mut rows: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for ((key, column), text) in &bands {
        let (code, band) = key.split_once(' ').unwrap();
        if column == "dwellings" {
            let extra = if (code, band) == ("E06000015", "A") {
                more
            } else {
                0
            };
            let row = rows.entry(code.to_owned()).or_default();
            row.push(text.parse::<i64>().unwrap() + extra);
        }
    }
    let mut text = "geography,ba_code,ecode,area_name,band_a,band_b,band_c,band_d,band_e,band_f,\
                    band_g,band_h,band_i,all_properties\n"
        .to_owned();
    let mut line = |kind: &str, code: &str, counts: &[i64]| {
        let all: i64 = counts.iter().sum();
        let counts: Vec<String> = counts.iter().map(i64::to_string).collect();
        text.push_str(&format!(
            "{kind},N/A,{code},Somewhere,{},..,{all}\n",
            counts.join(",")
        ));
    };
    let bands = rows.values().next().unwrap().len();
    let england: Vec<i64> = (0..bands)
        .map(|band| rows.values().map(|row| row[band]).sum())
        .collect();
    line("NATL", "E92000001", &england);
    for (code, counts) in &rows {
        line("LAUA", code, counts);
    }
    text
}

/// The requirement as published, its columns backwards, with titles above and notes below.
fn requirement_of_the_embedded_figures() -> String {
    let (levels, bases) = (
        cells(&embedded("levels.csv"), 1),
        cells(&embedded("tax_base.csv"), 1),
    );
    let authorities = cells(&embedded("authorities.csv"), 1);
    let columns = [
        (
            "17. Average (Band D 2 adult equivalent) council tax for area of the billing authority",
            "area",
        ),
        (
            "16. Average council tax of major precepting authorities (combined authority)",
            "combined_authority",
        ),
        (
            "16. Average council tax of major precepting authorities (fire) [note 2]",
            "fire",
        ),
        (
            "16. Average council tax of major precepting authorities (police)",
            "police",
        ),
        (
            "16. Average council tax of major precepting authorities (county or GLA)",
            "county_or_gla",
        ),
        (
            "11a. Adult Social Care precept element of the 2023-24 average",
            "adult_social_care",
        ),
        (
            "9. Council tax\n(including Adult Social Care precept and excluding local precepts)\n(current year)",
            "own_excl_parish",
        ),
        (
            "9. Council tax (including Adult Social Care precept and excluding local precepts) (previous year)",
            "own_excl_parish_previous",
        ),
        (
            "8. Council tax (including Adult Social Care precept and local precepts) (current year)",
            "own_incl_parish",
        ),
        (
            "7. Council tax base for council tax setting purposes\n\n(current year)",
            "tax_base_for_setting",
        ),
        (
            "6. Tax base adjustment (contributions in lieu of Class O exempt dwellings) (current year)",
            "contributions_in_lieu",
        ),
        (
            "5. Estimated collection rate (%) (current year)",
            "collection_rate",
        ),
        (
            "4. Tax base (after council tax reduction scheme) (current year)",
            "estimate_after_support",
        ),
        (
            "2. Parish precepts (current year)",
            "parish_precepts_pounds",
        ),
        (
            "1. Council Tax Requirement for billing authority including special expenses [note 1] (current year)",
            "requirement_pounds",
        ),
    ];
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(Vec::new());
    writer
        .write_record(["Council Tax Requirement (CTR) data, 2022-23 and 2023-24"])
        .unwrap();
    writer.write_record(["", "The data are in pounds"]).unwrap();
    let titles = columns.iter().map(|(title, _)| *title);
    writer
        .write_record(titles.chain(["Authority", "ONS Code", "E-code"]))
        .unwrap();
    let codes: BTreeSet<&String> = levels.keys().map(|(code, _)| code).collect();
    for code in codes {
        let of = |table: &BTreeMap<(String, String), String>, column: &str| {
            table.get(&(code.clone(), column.to_owned())).cloned()
        };
        let mut row: Vec<String> = columns
            .iter()
            .map(|(_, column)| of(&levels, column).or_else(|| of(&bases, column)).unwrap())
            .map(|cell| {
                if cell.is_empty() {
                    "[z]".to_owned()
                } else {
                    cell
                }
            })
            .collect();
        row.push(of(&authorities, "authority").unwrap());
        row.push(code.clone());
        row.push(of(&authorities, "e_code").unwrap());
        writer.write_record(row).unwrap();
    }
    writer.write_record(["[note 1] Includes levies"]).unwrap();
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

#[test]
fn columns_in_another_order_under_titles_and_notes_make_the_same_tables() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("requirement.csv");
    fs::write(&file, requirement_of_the_embedded_figures()).unwrap();
    let vintage = vintage(&[file], None, None).unwrap();
    assert_eq!(vintage.name, "2023-24-imported");
    assert_eq!(differing("levels.csv", &vintage, 1), BTreeSet::new());
    assert_eq!(differing("tax_base.csv", &vintage, 1), BTreeSet::new());
    let notes = &vintage.recognised[0].notes;
    assert!(
        notes[0].starts_with("header in line 3; columns: requirement O, parish precepts N,"),
        "{notes:#?}"
    );
}

#[test]
fn a_requirement_without_a_column_names_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("requirement.csv");
    let text = requirement_of_the_embedded_figures();
    fs::write(
        &file,
        text.replace("2. Parish precepts", "2. Precepts of parishes"),
    )
    .unwrap();
    let error = vintage(std::slice::from_ref(&file), None, None)
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        format!(
            "{}: line 3: no column \"2. Parish precepts\" of the current year [nearest: \
             \"2. Precepts of parishes (current year)\" in column N]",
            file.display()
        )
    );
}

/// Derby has 41,620 dwellings in band A; with 41,620 more every line of the return doubles there,
/// and the totals of the return grow by what band A adds to them.
#[test]
fn newer_dwellings_carry_the_lines_of_the_return_in_proportion_band_by_band() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("CTSOP1_0_2024_03_31.csv");
    let held = cells(&embedded("bands.csv"), 2);
    let of = |table: &BTreeMap<(String, String), String>, key: &str, column: &str| -> f64 {
        table[&(key.to_owned(), column.to_owned())].parse().unwrap()
    };
    let dwellings = of(&held, "E06000015 A", "dwellings");
    fs::write(&file, stock_of_the_embedded_figures(dwellings as i64)).unwrap();
    let vintage = vintage(&[file], None, None).unwrap();
    assert_eq!(vintage.name, "2023-24-imported");
    let bands = cells(made(&vintage, "bands.csv"), 2);
    for ((key, column), text) in &held {
        let new = &bands[&(key.clone(), column.clone())];
        if key == "E06000015 A" && column != "dwellings_suppressed" {
            let (old, new): (f64, f64) = (text.parse().unwrap(), new.parse().unwrap());
            assert!((new - 2.0 * old).abs() < 1e-6, "{column}: {old} {new}");
        } else if column == "dwellings_suppressed" {
            // The made-up release suppresses nothing.
            assert_eq!(new, "0");
        } else {
            assert_eq!(new, text, "{key} {column}");
        }
    }
    let (old, new) = (
        cells(&embedded("tax_base.csv"), 1),
        cells(made(&vintage, "tax_base.csv"), 1),
    );
    let grown = |column: &str| of(&new, "E06000015", column) - of(&old, "E06000015", column);
    let equivalents = of(&held, "E06000015 A", "band_d_equivalents_before_support");
    let support = of(&held, "E06000015 A", "support_pension_age")
        + of(&held, "E06000015 A", "support_working_age");
    let disabled = of(&old, "E06000015", "return_band_a_disabled");
    assert!((grown("return_band_a_disabled") - disabled).abs() < 0.06);
    assert!((grown("return_before_support") - equivalents - disabled).abs() < 0.06);
    let after = equivalents - support * 6.0 / 9.0 + disabled;
    assert!((grown("return_after_support") - after).abs() < 0.06);
    assert!((grown("tax_base_for_setting")).abs() < 1e-9);
    let carried: Vec<&str> = vintage
        .carried
        .iter()
        .map(|(part, _)| part.as_str())
        .collect();
    assert_eq!(carried, ["rates", "tax_base", "levels"]);
}

/// Own amounts 5% up in the year after: parishes and preceptors stay, last year's amount is the
/// base's own, and the requirement follows.
#[test]
fn newer_own_amounts_alone_carry_the_rest_of_the_bill() {
    let levels = cells(&embedded("levels.csv"), 1);
    let raised = |own: f64| (own * 105.0).round() / 100.0;
    let mut text =
        "Band D council tax\nCode,ONS Code,Authority,Current,Class,2023 to 2024,2024 to \
                    2025 [p],Notes\n,E10000007,Derbyshire,YES,SC,1477.98,1551.73,\n"
            .to_owned();
    for ((code, column), own) in &levels {
        if column == "own_excl_parish" {
            let new = raised(own.parse().unwrap());
            text.push_str(&format!("x,{code},Somewhere,YES,UA,{own},{new:.2},\n"));
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table3.csv.gz");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    // As saved by Excel: a byte order mark and its line ends.
    let text = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    gzip.write_all(text.as_bytes()).unwrap();
    fs::write(&file, gzip.finish().unwrap()).unwrap();
    let vintage = vintage(&[file], None, None).unwrap();
    assert_eq!(vintage.name, "2024-25-imported");
    assert!(made(&vintage, "vintage.toml").starts_with("year = \"2024-25\"\n"));
    let (new, bases) = (
        cells(made(&vintage, "levels.csv"), 1),
        cells(made(&vintage, "tax_base.csv"), 1),
    );
    let derby = |table: &BTreeMap<(String, String), String>, column: &str| -> f64 {
        table[&("E06000015".to_owned(), column.to_owned())]
            .parse()
            .unwrap()
    };
    // 1,656.67 and 5%.
    assert_eq!(derby(&new, "own_excl_parish"), 1739.5);
    assert_eq!(derby(&new, "own_excl_parish_previous"), 1656.67);
    for column in [
        "police",
        "fire",
        "county_or_gla",
        "combined_authority",
        "adult_social_care",
    ] {
        assert_eq!(derby(&new, column), derby(&levels, column));
    }
    let grown = derby(&new, "area") - derby(&levels, "area");
    assert!((grown - (1739.5 - 1656.67)).abs() < 0.001, "{grown}");
    let owed = derby(&bases, "requirement_pounds") / derby(&bases, "tax_base_for_setting");
    assert!(
        (owed - derby(&new, "own_incl_parish")).abs() < 0.005,
        "{owed}"
    );
    let standing = new.iter().filter(|((_, column), _)| column == "standing");
    assert!(standing.clone().count() == 296 && standing.clone().all(|(_, text)| text == "M"));
    let totals = made(&vintage, "published_totals.csv");
    assert!(
        !totals.contains("mean_area_band_d"),
        "last year's mean is no total of this year"
    );
}

// The command.

fn bandwise(home: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = assert_cmd::Command::cargo_bin("bandwise")
        .unwrap()
        .env("BANDWISE_DATA_DIR", home)
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// The files of a folder, of its folders too, without their content.
fn listing(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            names.extend(listing(&path));
        } else {
            names.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    names.sort();
    names
}

#[test]
fn an_import_installs_a_whole_vintage_and_says_what_it_did() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("CTSOP1_0_2023_03_31.csv");
    fs::write(&file, stock_of_the_embedded_figures(0)).unwrap();
    let data = home.path().join("data");
    let path = file.display().to_string();
    let (code, said, error) = bandwise(&data, &["data", "import", &path, "--name", "mine"]);
    assert_eq!((code, error.as_str()), (0, ""));
    let folder = data.join("vintages/mine");
    let expected = format!(
        "read  {path}: VOA stock of properties (CTSOP), 296 rows\n      header in line 1; bands A \
         to I in columns E to M\n      counted on 2023-03-31, as the name of the file says\n      \
         296 authorities of England and 0 of Wales\n      adds up within rounding to 10: England, \
         296 authorities\n\nMerged\n      rates: 0 bands scaled with their dwellings\n\nCarried \
         forward\n      Discounts, exemptions and reductions by band are carried forward from \
         2023-24: discounts, exemptions and support per dwelling of each band stay as they \
         were.\n      Tax bases are carried forward from 2023-24: no file given holds it for \
         2023-24.\n      Band D amounts are carried forward from 2023-24: no file given holds it \
         for 2023-24.\n\nInstalled mine in {}\nTry it: bandwise run --vintage mine\n",
        folder.display()
    );
    assert_eq!(said, expected);
    let files = [
        "authorities.csv",
        "bands.csv",
        "levels.csv",
        "preceptors.csv",
        "precepts.csv",
        "published_totals.csv",
        "tax_base.csv",
        "vintage.toml",
    ];
    assert_eq!(listing(&data), files);
    let manifest = fs::read_to_string(folder.join("vintage.toml")).unwrap();
    assert!(
        manifest.starts_with("year = \"2023-24\"\ntitle = "),
        "{manifest}"
    );
    assert!(
        manifest.contains("file = \"CTSOP1_0_2023_03_31.csv\"\nsha256 = \""),
        "{manifest}"
    );
    let totals = fs::read_to_string(folder.join("published_totals.csv")).unwrap();
    assert!(totals.contains("dwellings,25346852,dwellings,"), "{totals}");

    // What is there is replaced by force only.
    let (code, _, error) = bandwise(&data, &["data", "import", &path, "--name", "mine"]);
    assert_eq!(code, 73);
    assert_eq!(
        error,
        format!(
            "bandwise: {} is there already [choose another place, or replace it with --force]\n",
            folder.display()
        )
    );
    fs::write(folder.join("levels.csv"), "spoilt").unwrap();
    let (code, _, _) = bandwise(
        &data,
        &["data", "import", &path, "--name", "mine", "--force"],
    );
    assert_eq!(code, 0);
    assert_eq!(listing(&data), files);
    assert!(fs::read_to_string(folder.join("levels.csv")).unwrap().len() > 10_000);

    // A vintage of one's own may be the base of another.
    let next = ["data", "import", &path, "--name", "next", "--base", "mine"];
    let (code, said, error) = bandwise(&data, &next);
    assert_eq!((code, error.as_str()), (0, ""));
    assert!(
        said.contains("Band D amounts are carried forward from mine: no file given"),
        "{said}"
    );
    let (code, _, error) = bandwise(&data, &["data", "import", &path, "--base", "min"]);
    assert_eq!(code, 65);
    assert_eq!(
        error,
        "bandwise: base: no vintage \"min\" is held (held: 2023-24, 2026-27, mine, next) [did you mean \
         mine?]\n"
    );
}

#[test]
fn a_folder_that_is_no_vintage_is_not_replaced_even_by_force() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("CTSOP1_0_2023_03_31.csv");
    fs::write(&file, stock_of_the_embedded_figures(0)).unwrap();
    let folder = home.path().join("vintages/mine");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("diary.txt"), "mine").unwrap();
    let path = file.display().to_string();
    let arguments = ["data", "import", &path, "--name", "mine", "--force"];
    let (code, _, error) = bandwise(home.path(), &arguments);
    assert_eq!(code, 73);
    assert_eq!(
        error,
        format!(
            "bandwise: {} is no vintage of bandwise: not replaced [choose another name]\n",
            folder.display()
        )
    );
    assert_eq!(listing(&folder), ["diary.txt"]);
}

#[test]
fn a_refused_import_leaves_nothing_behind() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("stock.csv");
    let data = home.path().join("data");
    fs::write(
        &file,
        stock_of_the_embedded_figures(0).replace("E06000015", "E06000115"),
    )
    .unwrap();
    let path = file.display().to_string();
    let (code, said, error) = bandwise(&data, &["data", "import", &path]);
    assert_eq!((code, said.as_str()), (65, ""));
    assert!(
        error.starts_with("bandwise: ") && error.contains("E06000115"),
        "{error}"
    );
    assert!(!data.exists());
    for (name, said) in [
        (
            "2023-24",
            "name: \"2023-24\" is an embedded vintage [choose another name]",
        ),
        (
            "../mine",
            "name: \"../mine\" is no name for a vintage (allowed: letters, digits and hyphens, at \
             most 64, beginning with a letter or digit)",
        ),
    ] {
        let (code, _, error) = bandwise(&data, &["data", "import", &path, "--name", name]);
        assert_eq!((code, error), (65, format!("bandwise: {said}\n")));
    }
    assert!(!data.exists());
}

/// What is installed is held beside the embedded vintages: checked, run, and named in the results.
#[test]
fn an_imported_vintage_is_checked_and_run_like_an_embedded_one() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("CTSOP1_0_2023_03_31.csv");
    fs::write(&file, stock_of_the_embedded_figures(0)).unwrap();
    let data = home.path().join("data");
    let path = file.display().to_string();
    let (code, _, _) = bandwise(&data, &["data", "import", &path, "--name", "mine"]);
    assert_eq!(code, 0);
    let (code, said, error) = bandwise(&data, &["data", "check", "--vintage", "mine"]);
    assert_eq!((code, error.as_str()), (0, ""), "{said}");
    assert!(said.starts_with("Published totals of mine"), "{said}");
    let out = home.path().join("out").display().to_string();
    let run = |vintage: &str| {
        let arguments = [
            "run",
            "--vintage",
            vintage,
            "--draws",
            "200",
            "--out",
            &out,
            "--force",
        ];
        let (code, said, error) = bandwise(&data, &arguments);
        assert_eq!((code, error.as_str()), (0, ""));
        let read = |name: &str| fs::read_to_string(home.path().join("out").join(name)).unwrap();
        (
            said,
            read("bands.csv"),
            read("provenance.json"),
            read("warnings.csv"),
        )
    };
    let (_, embedded, _, _) = run("2023-24");
    let (said, imported, provenance, warnings) = run("mine");
    assert_eq!(imported, embedded);
    assert!(said.contains("Tax bases are carried forward"), "{said}");
    assert!(warnings.contains("Band D amounts are carried forward from 2023-24"));
    assert!(provenance.contains("\"vintage\": \"mine\""), "{provenance}");
    assert!(
        !provenance.contains("\"vintage_sha256\": null"),
        "{provenance}"
    );
    let (code, _, error) = bandwise(&data, &["run", "--vintage", "mien"]);
    assert_eq!(code, 65);
    assert!(
        error.ends_with("(held: 2023-24, 2026-27, mine) [did you mean mine?]\n"),
        "{error}"
    );
}

/// The newest stock goes onto the newest vintage, which has no figure before support; a release of
/// England leaves what is said of Wales.
#[test]
fn a_release_of_england_on_the_newest_vintage_keeps_the_caveats_of_wales() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let file = home.path().join("CTSOP1_0_2026_03_31.csv");
    fs::write(&file, stock_of_the_embedded_figures(0)).unwrap();
    let path = file.display().to_string();
    let arguments = [
        "data", "import", &path, "--base", "2026-27", "--name", "new",
    ];
    let (code, said, error) = bandwise(&data, &arguments);
    assert_eq!((code, error.as_str()), (0, ""), "{said}");
    let out = home.path().join("out").display().to_string();
    let run = [
        "run",
        "--vintage",
        "new",
        "--authority",
        "Cardiff",
        "--out",
        &out,
    ];
    let (code, card, error) = bandwise(&data, &run);
    assert_eq!((code, error.as_str()), (0, ""));
    for caveat in [
        "Dwellings are carried forward from 2026-27: the file given holds England only.",
        "England's rates of October 2022 stand in",
        "The Welsh tax base is worked out",
        "Of the Welsh area band D only the police part is known",
    ] {
        let words: Vec<&str> = caveat.split_whitespace().collect();
        let said = card.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(&words.join(" ")), "{caveat}\n{card}");
    }
}

/// Figures that cannot be are refused with their place, whatever broke them; what a vintage says of
/// itself is part of its hash.
#[test]
fn a_broken_installed_vintage_is_refused_with_the_place() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let file = home.path().join("CTSOP1_0_2023_03_31.csv");
    fs::write(&file, stock_of_the_embedded_figures(0)).unwrap();
    let path = file.display().to_string();
    let (code, _, _) = bandwise(&data, &["data", "import", &path, "--name", "mine"]);
    assert_eq!(code, 0);
    let folder = data.join("vintages/mine");
    let out = home.path().join("out").display().to_string();
    let run = [
        "run",
        "--vintage",
        "mine",
        "--draws",
        "50",
        "--out",
        &out,
        "--force",
    ];
    for (table, from, to, complaint) in [
        (
            "bands.csv",
            "E06000015,A,57530,",
            "E06000015,A,-57530,",
            "E06000015: dwellings in band A of -57530 cannot be (allowed: 0 to 10000000)",
        ),
        (
            "tax_base.csv",
            ",0.972,",
            ",0,",
            "E06000015: collection_rate of 0 cannot be (allowed: 0.5 to 1.5)",
        ),
        (
            "levels.csv",
            "E06000015,1656.67,",
            "E06000015,1956.67,",
            "E06000015: own_excl_parish of 1956.67 cannot be (allowed: 0 to 1656.68)",
        ),
    ] {
        let whole = fs::read_to_string(folder.join(table)).unwrap();
        let line = |text: &str| -> String {
            text.lines()
                .map(|line| {
                    if line.starts_with("E06000015,") {
                        line.replacen(from, to, 1)
                    } else {
                        line.to_owned()
                    }
                })
                .collect::<Vec<_>>()
                .join("\n")
        };
        fs::write(folder.join(table), line(&whole)).unwrap();
        let (code, _, error) = bandwise(&data, &run);
        assert_eq!(code, 65, "{error}");
        assert!(error.contains(complaint), "{error}");
        fs::write(folder.join(table), whole).unwrap();
    }
    let hash = || {
        let (code, _, error) = bandwise(&data, &run);
        assert_eq!((code, error.as_str()), (0, ""));
        let text = fs::read_to_string(home.path().join("out/provenance.json")).unwrap();
        let provenance: serde_json::Value = serde_json::from_str(&text).unwrap();
        provenance["vintage_sha256"].as_str().unwrap().to_owned()
    };
    let before = hash();
    let manifest = fs::read_to_string(folder.join("vintage.toml")).unwrap();
    let changed = manifest.replacen("standing = \"M\"", "standing = \"S\"", 1);
    fs::write(folder.join("vintage.toml"), changed).unwrap();
    assert_ne!(hash(), before);
}
