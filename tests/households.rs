//! A council's own extract as its finance officer meets it: what is understood, refused, reconciled
//! and compressed, and that nobody's name leaves the council.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use assert_cmd::Command;
use bandwise::data::households::{
    Extract, Mapping, Published, Reason, model, read, read_in_blocks,
};
use bandwise::data::scenario::Names;
use bandwise::data::{Assumptions, Scenario, World, cells};
use bandwise::domain::{Band, Liability, Pence, Reduction};
use bandwise::report::csv::csv;
use bandwise::report::households::{cell_rows, mapping_toml, write_synthetic};
use bandwise::report::parquet::parquet as twin_of;
use bandwise::simulation::Synthetic;
use bandwise::tax::{Facts, extract_base, reconcile};
use polars::prelude::{Column, DataFrame, ParquetWriter};
use proptest::prelude::{ProptestConfig, any, proptest};
use proptest::prop_assert_eq;
use std::sync::OnceLock;
use tempfile::{TempDir, tempdir};

use bandwise::data::small_areas::{SmallArea, small_areas};
use bandwise::domain::{AreaKind, Detail, Nation, Warning};

fn world() -> World {
    World::embedded(Some("2023-24")).unwrap()
}

static WARDS: OnceLock<Vec<SmallArea>> = OnceLock::new();

fn derby(world: &World) -> Published<'_> {
    Published {
        record: world.vintage.find("Derby").unwrap(),
        year: world.vintage.year,
        wards: WARDS
            .get_or_init(|| small_areas(&"E06000015".parse().unwrap(), AreaKind::Ward).unwrap()),
        law: &world.law,
    }
}

/// An extract of this text, with Derby's figures beside it.
fn extract(text: impl AsRef<[u8]>) -> Extract {
    let folder = tempdir().unwrap();
    let file = folder.path().join("x.csv");
    fs::write(&file, text).unwrap();
    let world = world();
    read(&file, None, Some(derby(&world))).unwrap()
}

/// Why an extract of this text cannot be read, after the name of the file.
fn fault(text: impl AsRef<[u8]>) -> String {
    fault_with(text, None)
}

fn fault_with(text: impl AsRef<[u8]>, mapping: Option<&Mapping>) -> String {
    let folder = tempdir().unwrap();
    let file = folder.path().join("x.csv");
    fs::write(&file, text).unwrap();
    let error = read(&file, mapping, None).unwrap_err().to_string();
    error.split_once("x.csv: ").unwrap().1.to_owned()
}

/// The mapping of a `[households]` table.
fn mapping(table: &str) -> Mapping {
    stated(table).unwrap()
}

fn stated(table: &str) -> Result<Mapping, String> {
    let assumptions = Assumptions::embedded().unwrap();
    let text = format!("{SCENARIO}\n[households]\n{table}");
    Scenario::parse("s.toml", &text, &Names::of(&assumptions))
        .map(|scenario| scenario.households.unwrap())
        .map_err(|error| error.to_string())
}

const SCENARIO: &str = "format = 1\nkey = \"s\"\nauthority = \"Derby\"\nvintage = \"2023-24\"\n\
                        [schedule]\nkind = \"uniform\"\nrise = 0.1\n";

fn bandwise(folder: &TempDir) -> Command {
    let mut command = Command::cargo_bin("bandwise").unwrap();
    command.current_dir(folder.path());
    // Nothing that the developer has installed.
    command.env("BANDWISE_DATA_DIR", folder.path().join("installed"));
    command
}

/// Homes by band and liability.
fn homes(extract: &Extract) -> BTreeMap<(Band, Liability), i64> {
    let mut homes = BTreeMap::new();
    for cell in &extract.cells {
        *homes.entry((cell.band, cell.liability)).or_insert(0) += cell.n_dwellings;
    }
    homes
}

fn synthetic(folder: &TempDir, name: &str, rows: u64, seed: u64) -> std::path::PathBuf {
    let world = world();
    let synthetic = Synthetic::of(derby(&world), &world.assumptions, rows, seed).unwrap();
    let file = folder.path().join(name);
    write_synthetic(&synthetic, &file, |_| ()).unwrap();
    file
}

// The law, worked out by hand.

#[test]
fn the_tax_base_is_the_formula_of_the_regulations() {
    let text = "band,disabled,liability,premium,ctr_award,ctr_kind,n_dwellings\n\
                A,,full,,,,9\n\
                A,yes,full,,,,9\n\
                D,,single_adult,,,,4\n\
                D,yes,full,,,,9\n\
                H,,empty,100,,,1\n\
                E,,full,,4018.22,P,2\n\
                C,,exempt,,,,50\n";
    let extract = extract(text);
    assert_eq!(extract.n_refused(), 0, "{:?}", extract.refused);
    let world = world();
    let band_d = world.vintage.find("Derby").unwrap().levels.area;
    assert_eq!(band_d, Pence::from_pence(200_911));
    let base = extract_base(
        &extract.cells,
        band_d,
        world.law.proportions(Nation::England),
    );
    // 9 at 6/9 and 9 at 5/9.
    assert_eq!(base.before_support[Band::A], 11_000);
    // 4 at three quarters; the disabled homes of band D pay as band C: 9 at 8/9.
    assert_eq!(base.before_support[Band::D], 3_000);
    assert_eq!(base.before_support[Band::C], 8_000);
    // One empty home of band H at twice 18/9.
    assert_eq!(base.before_support[Band::H], 4_000);
    // Two homes of band E at 11/9, less awards of twice band D's bill: two band D equivalents.
    assert_eq!(base.before_support[Band::E], 2_444);
    assert_eq!(base.after_support.unwrap()[Band::E], 444);
    // Support in dwelling equivalents of band E: 2 x 9/11.
    assert_eq!(base.support_dwellings[Band::E], [1_636, 0]);
    assert_eq!(base.before_support_total, 28_444);
    assert_eq!(base.after_support_total, Some(26_444));
}

#[test]
fn the_steps_from_the_published_base_to_that_of_the_extract_add_up_exactly() {
    let folder = tempdir().unwrap();
    let file = synthetic(&folder, "derby.csv", 50_000, 3);
    let world = world();
    let extract = read(&file, None, Some(derby(&world))).unwrap();
    let facts = Facts {
        cells: &extract.cells,
        has_awards: true,
        has_exemptions: true,
        has_discounts: true,
        has_status: true,
        band_d: world.vintage.find("Derby").unwrap().levels.area,
    };
    let compared = reconcile(facts, derby(&world));
    let steps: i64 = compared.steps.iter().map(|step| step.total).sum();
    assert_eq!(compared.published + steps, compared.extract);
    for &band in Nation::England.bands() {
        let steps: i64 = compared.steps.iter().map(|step| step.by_band[band]).sum();
        let line = compared
            .lines
            .iter()
            .find(|line| line.measure == compared.measure && line.band == Some(band))
            .unwrap();
        assert_eq!(line.difference(), steps, "{band}");
    }
}

// Round trips.

#[test]
fn an_invented_derby_compresses_to_the_models_own_cells_and_its_tax_base_reconciles() {
    let folder = tempdir().unwrap();
    let world = world();
    let published = derby(&world);
    let total: i64 = published.record.dwellings().values().iter().sum();
    let file = synthetic(&folder, "derby.csv", total.unsigned_abs(), 1);
    let extract = read(&file, None, Some(published)).unwrap();
    assert_eq!(extract.n_refused(), 0);
    let mut found = BTreeMap::new();
    for cell in &extract.cells {
        let area = extract.areas[cell.area.unwrap()].clone();
        *found
            .entry((area, cell.band, cell.liability, cell.reduction))
            .or_insert(0) += cell.n_dwellings;
    }
    let base = published.record.base_by_band(published.law);
    let by = (Detail::Areas(AreaKind::Ward), published.wards);
    let (model, _) = cells(published.record, &base, by, &world.assumptions).unwrap();
    let expected: BTreeMap<_, _> = model
        .rows()
        .iter()
        .filter(|cell| cell.dwellings > 0)
        .map(|cell| {
            let ward = model.wards()[cell.ward].code.clone();
            (
                (ward, cell.band, cell.liability, cell.reduction),
                cell.dwellings,
            )
        })
        .collect();
    assert_eq!(found, expected);
    let band_d = published.record.levels.area;
    let after = extract_base(&extract.cells, band_d, published.proportions())
        .after_support_total
        .unwrap() as f64
        / 1_000.0;
    let published = published.record.tax_base.return_after_support;
    assert!(
        (after / published - 1.0).abs() < 0.002,
        "{after} against {published}"
    );
}

#[test]
fn cells_compress_to_themselves_and_the_order_of_rows_does_not_matter() {
    let folder = tempdir().unwrap();
    let file = synthetic(&folder, "derby.csv", 20_000, 1);
    let world = world();
    let first = read(&file, None, Some(derby(&world))).unwrap();
    let rows = cell_rows(&first);
    let bytes = csv(&rows);

    let cells = folder.path().join("cells.csv");
    fs::write(&cells, &bytes).unwrap();
    let again = read(&cells, None, Some(derby(&world))).unwrap();
    assert_eq!((&again.cells, &again.areas), (&first.cells, &first.areas));
    assert_eq!(csv(&cell_rows(&again)), bytes);
    let twin = folder.path().join("cells.parquet");
    fs::write(&twin, twin_of(&rows).unwrap()).unwrap();
    assert_eq!(read(&twin, None, None).unwrap().cells, first.cells);

    let text = fs::read_to_string(&file).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].sort_unstable_by_key(|line| line.bytes().rev().collect::<Vec<_>>());
    fs::write(&file, lines.join("\r\n")).unwrap();
    let sorted = read(&file, None, Some(derby(&world))).unwrap();
    assert_eq!(csv(&cell_rows(&sorted)), bytes);
}

#[test]
fn cells_add_up_to_the_rows() {
    let folder = tempdir().unwrap();
    let file = synthetic(&folder, "derby.csv", 3_000, 9);
    let world = world();
    let extract = read(&file, None, Some(derby(&world))).unwrap();
    // The same counted one by one, in plain loops.
    let mut expected: BTreeMap<(String, String), (i64, i64, i64)> = BTreeMap::new();
    for row in csv::Reader::from_path(&file).unwrap().deserialize() {
        let row: BTreeMap<String, String> = row.unwrap();
        let sums = expected
            .entry((row["ward_code"].clone(), row["vo_band"].clone()))
            .or_default();
        sums.0 += 1;
        let award = row["ctr_award"].as_str();
        sums.1 += if award.is_empty() {
            0
        } else {
            Pence::parse_pounds(award).unwrap().pence()
        };
        sums.2 += row["electors"].parse::<i64>().unwrap();
    }
    let mut found: BTreeMap<(String, String), (i64, i64, i64)> = BTreeMap::new();
    for cell in &extract.cells {
        let area = extract.areas[cell.area.unwrap()].clone();
        let sums = found.entry((area, cell.band.to_string())).or_default();
        sums.0 += cell.n_dwellings;
        sums.1 += cell.award_pence;
        sums.2 += cell.electors;
    }
    assert_eq!(found, expected);
}

#[test]
fn csv_and_parquet_of_the_same_homes_give_the_same_cells() {
    let folder = tempdir().unwrap();
    let by_csv = read(&synthetic(&folder, "a.csv", 5_000, 4), None, None).unwrap();
    let by_parquet = read(&synthetic(&folder, "a.parquet", 5_000, 4), None, None).unwrap();
    assert_eq!(by_csv.cells, by_parquet.cells);
    assert_eq!(by_csv.areas, by_parquet.areas);
}

#[test]
fn the_same_seed_invents_the_same_bytes() {
    let folder = tempdir().unwrap();
    let bytes = |name, seed| fs::read(synthetic(&folder, name, 2_000, seed)).unwrap();
    assert!(bytes("a.csv", 7) == bytes("b.csv", 7));
    assert!(bytes("c.csv", 7) != bytes("d.csv", 8));
}

// What is understood.

#[test]
fn any_dialect_of_csv_gives_the_same_homes() {
    let plain = "uprn,band,discount,note\n1,A,SPD,x\n2,D,,y\n3,D,,z\n";
    let expected = extract(plain).cells;
    for other in [
        plain.replace('\n', "\r\n"),
        format!("\u{feff}{plain}"),
        plain.replace(',', ";"),
        plain.replace(',', "\t"),
        plain.replace(',', "|"),
        plain.trim_end().to_owned(),
        plain.replace("\n2", "\n\n\n2"),
        "uprn,band,discount,note\n1,A,SPD,\"x, and\ny\"\n2,D,,\"say \"\"no\"\"\"\n3,D,,12\" pipe\n"
            .to_owned(),
        "uprn,band,discount,note\n1, A ,spd,x\n2,\"D\",\"\",y\n3,Band D,none,z\n".to_owned(),
    ] {
        let found = extract(&other);
        assert_eq!(found.cells, expected, "{other:?}");
        assert_eq!(found.n_rows, 3, "{other:?}");
        assert_eq!(found.n_refused(), 0, "{other:?}");
    }
    // A name in another encoding, in a column that nobody reads.
    let mut latin = plain.as_bytes().to_vec();
    let at = latin.iter().position(|byte| *byte == b'x').unwrap();
    latin[at] = 0xe9;
    assert_eq!(extract(latin).cells, expected);
}

#[test]
fn every_reason_to_refuse_a_row_is_found_with_its_rows() {
    let header = "band,discount,occupancy,premium,exemption,ctr_award,ctr_kind,electors,count\n";
    let rows = [
        ("A,SPD,,,,,,1,1", None),
        (",,,,,,,1,1", Some(Reason::Unbanded)),
        ("Z,,,,,,,1,1", Some(Reason::UnknownBand)),
        ("I,,,,,,,1,1", Some(Reason::BandOfWales)),
        ("A,maybe,,,,,,1,1", Some(Reason::UnknownText)),
        ("A,,,,X,,,1,1", Some(Reason::UnknownText)),
        ("A,,,,,many,P,1,1", Some(Reason::TextInNumber)),
        ("A,,,,,-5,P,1,1", Some(Reason::Negative)),
        ("A,,,,,100,,1,1", Some(Reason::AwardWithoutKind)),
        ("A,,,,,1400,P,1,1", Some(Reason::AwardAboveBill)),
        ("A,,,,,1339.41,P,1,1", None),
        ("A,,,,N,10,P,1,1", Some(Reason::AwardAboveBill)),
        ("A,,,100,,,,1,1", Some(Reason::PremiumOnMainHome)),
        ("A,,empty,100%,,,,0,1", None),
        ("A,,empty,900,,,,0,1", Some(Reason::TooLarge)),
        ("A,,,,,,,1.5,1", Some(Reason::NotWhole)),
        ("A,,,,,,,1001,1", Some(Reason::TooLarge)),
        ("A,,,,,,,1,-1", Some(Reason::Negative)),
        ("A,,,,,,,1,", Some(Reason::TextInNumber)),
        ("A,,,,,,,1", Some(Reason::Fields)),
        ("A,,,,,,,1,1,1", Some(Reason::Fields)),
        ("A,,,,,,,2.0,1.00", None),
    ];
    let text: String = rows.iter().map(|(row, _)| format!("{row}\n")).collect();
    let extract = extract(format!("{header}{text}"));
    let mut found: BTreeMap<u64, Reason> = BTreeMap::new();
    for refused in &extract.refused {
        assert_eq!(refused.n_rows, refused.first_rows.len() as u64);
        found.extend(refused.first_rows.iter().map(|row| (*row, refused.reason)));
    }
    let expected: BTreeMap<u64, Reason> = rows
        .iter()
        .zip(2..)
        .filter_map(|((_, reason), row)| reason.map(|reason| (row, reason)))
        .collect();
    assert_eq!(found, expected);
    assert_eq!(extract.n_dwellings(), 4);
    assert_eq!(extract.n_rows, rows.len() as u64);
}

#[test]
fn a_home_without_a_band_is_never_given_one() {
    let extract = extract("band,discount\nA,\n,SPD\nD,\n");
    assert_eq!(
        homes(&extract).into_iter().collect::<Vec<_>>(),
        [
            ((Band::A, Liability::Full), 1),
            ((Band::D, Liability::Full), 1)
        ]
    );
    assert_eq!(
        extract.refused[0].line(),
        "1 row: band: no band (a home without a band is never given one) (row 3; the first holds \
         nothing)"
    );
}

#[test]
fn a_stated_mapping_is_taken_at_its_word() {
    let table = "band = \"vb\"\nward = { column = \"w\", names = [\"Old Town\"] }\n\
                 discount = { column = \"disc\", single_adult = [\"25\"], one_counted = [\"25D\"] }\n\
                 exemption = { column = \"x\", exempt = [\"*\"] }\n\
                 reduction = { column = \"share\", unit = \"share\", kind = \"k\", pension_age = \
                 [\"P\"], working_age = [\"V\"] }\ncount = \"n\"\n";
    let mapping = mapping(table);
    let folder = tempdir().unwrap();
    let file = folder.path().join("x.csv");
    fs::write(
        &file,
        "vb,w,disc,x,share,k,n\nD,Old Town,25,,0.875,V,3\nD,Old Town,25D,,,,1\nD,Old Town,,*,,,2\n\
         D,Elsewhere,,,,,1\nD,Old Town,50,,,,1\n",
    )
    .unwrap();
    let world = world();
    let extract = read(&file, Some(&mapping), Some(derby(&world))).unwrap();
    assert_eq!(extract.areas, ["Old Town"]);
    let found: Vec<_> = extract
        .cells
        .iter()
        .map(|cell| {
            (
                cell.area,
                cell.liability,
                cell.reduction,
                cell.n_dwellings,
                cell.award_pence,
            )
        })
        .collect();
    // Three quarters of £2,009.11, times three homes, times 0.875.
    assert_eq!(
        found,
        [
            (None, Liability::Full, Reduction::None, 1, 0),
            (
                Some(0),
                Liability::SingleAdult,
                Reduction::WorkingAge,
                3,
                395_544
            ),
            (Some(0), Liability::OneCounted, Reduction::None, 1, 0),
            (Some(0), Liability::Exempt, Reduction::None, 2, 0),
        ]
    );
    assert_eq!(extract.refused[0].reason, Reason::UnknownText);
    assert!(
        extract
            .caveats
            .iter()
            .any(|caveat| caveat.code() == "unplaced")
    );
}

#[test]
fn a_mapping_reads_back_as_it_is_printed() {
    for table in [
        "band = \"b\"\n",
        "file = \"x.csv\"\nseparator = \";\"\nband_d = 2009.11\nband = \"b\"\nward = \"w\"\n\
         disabled = { column = \"d\", yes = [\"J\"] }\ndiscount = \"disc\"\nstatus = \"s\"\n\
         premium = \"p\"\nexemption = \"e\"\nelectors = \"n\"\ntenure = \"t\"\n\
         value = { column = \"v\", unit = \"pence\", known = \"k\" }\ncount = \"c\"\n\
         reduction = { column = \"a\", all = \"working_age\" }\n",
        "band = \"b\"\nliability = { column = \"l\", full = [\"F\"], exempt = [\"X\"] }\n\
         reduction = { kind = \"k\", pension_age = [\"P\"] }\n",
    ] {
        let one = mapping(table);
        let printed = mapping_toml(&one);
        assert_eq!(
            mapping(printed.trim_start_matches("[households]\n")),
            one,
            "{printed}"
        );
    }
    let cells = Mapping::of_cells();
    assert_eq!(
        mapping(mapping_toml(&cells).trim_start_matches("[households]\n")),
        cells
    );
}

#[test]
fn the_mapping_of_the_commented_example_is_one() {
    let (_, table) = bandwise::data::scenario::EXAMPLE
        .split_once("# [households]\n")
        .unwrap();
    let keys: Vec<&str> = table
        .lines()
        .map(|line| line.trim_start_matches("# "))
        .filter(|line| {
            line.split_once(" = ")
                .is_some_and(|(key, _)| !key.contains(' '))
        })
        .collect();
    assert_eq!(keys.len(), 14);
    let one = mapping(&keys.join("\n"));
    assert_eq!(one.columns().len(), 13);
}

#[test]
fn faults_of_a_mapping_have_their_place_and_a_hint() {
    // The table starts on line 10.
    for (table, message) in [
        (
            "ward = \"w\"",
            "s.toml:9:1: households.band is missing (the column of the valuation band)",
        ),
        (
            "band = \"\"",
            "s.toml:10:8: households.band: \"\" is no name of a column",
        ),
        (
            "band = \"b\"\nwrad = \"w\"",
            "s.toml:11:1: unknown key \"wrad\" (allowed: file, separator, band_d, band, ward, \
             disabled, liability, discount, status, premium, exemption, reduction, electors, tenure, \
             value, count) [did you mean ward?]",
        ),
        (
            "band = \"b\"\ndiscount = { column = \"d\", singel_adult = [\"S\"] }",
            "s.toml:11:28: unknown key \"singel_adult\" (allowed: column, single_adult, one_counted, \
             all_disregarded, none) [did you mean single_adult?]",
        ),
        (
            "band = \"b\"\ndiscount = { column = \"d\", single_adult = [\"S\"], none = [\"s\"] }",
            "s.toml:11:57: households.discount: \"s\" stands for both single_adult and none \
             (allowed: one meaning for each text)",
        ),
        (
            "band = \"b\"\ndiscount = { none = [\"s\"] }",
            "s.toml:11:12: households.discount.column is missing (the name of the column)",
        ),
        (
            "band = \"b\"\nreduction = { column = \"a\" }",
            "s.toml:11:13: households.reduction.kind is missing (the column that tells pension age \
             from working age; or all = \"working_age\" or \"pension_age\")",
        ),
        (
            "band = \"b\"\nreduction = { column = \"a\", unit = \"pound\", kind = \"k\" }",
            "s.toml:11:36: households.reduction.unit: \"pound\" is no unit (allowed: pounds, pence, \
             share, percent) [did you mean pounds?]",
        ),
        (
            "band = \"b\"\npremium = \"p\"",
            "s.toml:11:11: households.premium needs households.status (or liability), which tells \
             empty and second homes",
        ),
        (
            "band = \"b\"\nliability = \"l\"\ndiscount = \"d\"",
            "s.toml:12:12: households.discount: households.liability says this already (allowed: one \
             of them)",
        ),
        (
            "band = \"b\"\nfile = \"x.xlsx\"",
            "s.toml:11:8: households.file: \"x.xlsx\" is no extract (allowed: a file that ends in \
             .csv, .txt or .parquet)",
        ),
        (
            "band = \"b\"\nband_d = 20",
            "s.toml:11:10: households.band_d: 20 is no bill (allowed: 100 to 10000 pounds, at most \
             two decimals)",
        ),
        (
            "band = 3",
            "s.toml:10:8: invalid type: integer `3` (allowed: a string)",
        ),
    ] {
        assert_eq!(stated(table).unwrap_err(), message, "{table}");
    }
}

// What cannot be read.

#[test]
fn files_that_are_no_extract_are_refused_in_a_sentence() {
    let known = "no column is obviously the band (known: band, vo_band, ct_band, council_tax_band, \
                 tax_band, valuation_band, property_band); the first line has 2 columns [state it as \
                 `band = \"...\"` in the [households] table of a scenario, and see that the first \
                 line holds the names of the columns]";
    assert_eq!(
        fault(""),
        "is empty: there is no first line with the names of the columns"
    );
    assert_eq!(
        fault("\n \r\n"),
        "is empty: there is no first line with the names of the columns"
    );
    assert_eq!(
        fault("band,ward\n"),
        "holds the names of columns and no rows"
    );
    assert_eq!(fault("band,ward"), "holds the names of columns and no rows");
    assert_eq!(
        fault("Mr Smith,4 High Street\nMs Jones,5 High Street\n"),
        known
    );
    assert_eq!(
        fault("band,x\nA,1\nB,\0\n"),
        "byte 14 is NUL: this is no text (allowed: a CSV in UTF-8, or a Parquet file)"
    );
    assert_eq!(
        fault(b"PK\x03\x04abc"),
        "is a workbook or an archive (allowed: a CSV in UTF-8, or a Parquet file) [save the sheet as \
         CSV UTF-8]"
    );
    assert_eq!(
        fault(b"\xff\xfeb\0a\0"),
        "is text in UTF-16 (allowed: a CSV in UTF-8, or a Parquet file) [save it as CSV UTF-8]"
    );
    assert_eq!(
        fault(b"\x1f\x8b\x08"),
        "is compressed (allowed: a CSV in UTF-8, or a Parquet file) [unpack it first]"
    );
    assert_eq!(
        fault("band,x\rA,1\rB,2\r"),
        "lines end in a bare carriage return [save it as CSV UTF-8]"
    );
    assert_eq!(
        fault("band,x,band\nA,1,B\n"),
        "households.band: the column \"band\" stands twice (columns 1 and 3) [rename one of them]"
    );
    assert_eq!(
        fault_with("uprn,vo_band\n1,A\n", Some(&Mapping::of_band("vo_bnd"))),
        "households.band: no column \"vo_bnd\" among the 2 of the file [did you mean vo_band?]"
    );
    assert_eq!(
        fault("band,x\nZ,1\nY,2\n"),
        "none of its rows can be taken\n  2 rows: band: not a band (allowed: A to H) (rows 2, 3; the \
         first holds \"Z\")"
    );
    assert_eq!(
        fault("band,x\nA,1\nA,\"2\nA,3\n".to_owned() + &"A,4\n".repeat(400_000)),
        "row 3 is longer than 1 MB without an end: this is no CSV, or a quotation mark is left open"
    );
    assert_eq!(
        fault("x".repeat(3 << 20)),
        "the first line is longer than 1 MB: this is no CSV"
    );
    assert_eq!(
        fault("band\nA\n".to_owned() + &"x".repeat(3 << 20)),
        "row 3 is longer than 1 MB without an end: this is no CSV, or a quotation mark is left open"
    );
    let shares = mapping(
        "band = \"b\"\nreduction = { column = \"a\", unit = \"share\", all = \"working_age\" }",
    );
    assert_eq!(
        fault_with("b,a\nA,0.5\n", Some(&shares)),
        "reduction: awards are shares of the bill: say whose bill with --authority"
    );
    let folder = tempdir().unwrap();
    let error = read(folder.path(), None, None).unwrap_err().to_string();
    assert!(
        error.ends_with(": is a folder, not an extract (allowed: a CSV or a Parquet file)"),
        "{error}"
    );
}

fn parquet(path: &Path, columns: Vec<Column>) {
    let mut frame = DataFrame::new(columns[0].len(), columns).unwrap();
    let file = fs::File::create(path).unwrap();
    ParquetWriter::new(file).finish(&mut frame).unwrap();
}

#[test]
fn parquet_files_are_read_by_their_types_or_refused() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("x.parquet");
    parquet(
        &file,
        vec![
            Column::new("band".into(), ["A", "B", "I"]),
            Column::new("exempt".into(), [true, false, false]),
            Column::new("discount".into(), [None, Some(25.0), None]),
            Column::new("electors".into(), [1i64, 2, 3]),
            Column::new("value".into(), [100_000.5, f64::NAN, 1.0]),
        ],
    );
    let extract = read(&file, None, None).unwrap();
    let found: Vec<_> = extract
        .cells
        .iter()
        .map(|cell| {
            (
                cell.band,
                cell.liability,
                cell.electors,
                cell.value_pence,
                cell.n_value_known,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (Band::A, Liability::Exempt, 1, 10_000_050, 1),
            (Band::B, Liability::SingleAdult, 2, 0, 0),
        ]
    );
    assert_eq!(
        extract.refused[0].line(),
        "1 row: band: band I, which only Wales has (allowed: A to H) (row 3; the first holds \"I\")"
    );

    let bytes = fs::read(&file).unwrap();
    let fault = |bytes: &[u8]| {
        fs::write(&file, bytes).unwrap();
        let error = read(&file, None, None).unwrap_err().to_string();
        error.split_once("x.parquet: ").unwrap().1.to_owned()
    };
    for end in [4, 5, bytes.len() / 2, bytes.len() - 1] {
        let error = fault(&bytes[..end]);
        assert!(
            error.starts_with("is a Parquet file that cannot be read: "),
            "{end}: {error}"
        );
    }
    parquet(
        &file,
        vec![Column::new("band".into(), [&b"A"[..], &b"B"[..]])],
    );
    let bytes = fs::read(&file).unwrap();
    assert_eq!(
        fault(&bytes),
        "households.band: \"band\" is of type BinaryView (allowed: text, a 32 or 64 bit number, or \
         yes and no)"
    );
    parquet(
        &file,
        vec![Column::new("band".into(), Vec::<String>::new())],
    );
    let bytes = fs::read(&file).unwrap();
    assert_eq!(fault(&bytes), "holds the names of columns and no rows");
}

/// Whatever stands in a Parquet file after its first bytes, the answer is an extract or a fault.
#[test]
fn no_damage_to_a_parquet_file_makes_the_reader_panic() {
    let folder = tempdir().unwrap();
    let good = synthetic(&folder, "good.parquet", 50, 1);
    let bytes = fs::read(&good).unwrap();
    let file = folder.path().join("bad.parquet");
    for at in (4..bytes.len()).step_by(bytes.len() / 150) {
        let mut bad = bytes.clone();
        bad[at] ^= 0x55;
        fs::write(&file, bad).unwrap();
        drop(read(&file, None, None));
    }
}

// The command.

#[test]
fn too_many_refused_rows_stop_the_command_unless_they_are_accepted() {
    let folder = tempdir().unwrap();
    let mut text = "vo_band,discount\n".to_owned();
    for row in 0..100 {
        text.push_str(if row % 10 == 0 { "Z,\n" } else { "A,SPD\n" });
    }
    fs::write(folder.path().join("x.csv"), text).unwrap();
    let refused = bandwise(&folder)
        .args(["households", "x.csv"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(65));
    assert_eq!(
        String::from_utf8(refused.stderr).unwrap(),
        "bandwise: x.csv: 10 of 100 rows are refused, more than 5% [mend the file or the mapping, or \
         go on without these rows: `bandwise households` with --accept-refused writes cells \
         that a scenario can name]\n  10 rows: vo_band: not a band (allowed: A to \
         H) (rows 2, 12, 22, 32, 42 ...; the first holds \"Z\")\n"
    );
    assert!(refused.stdout.is_empty());
    assert!(!folder.path().join("bandwise-out/households").exists());
    let accepted = bandwise(&folder)
        .args(["households", "x.csv", "--accept-refused", "--out", "out"])
        .output()
        .unwrap();
    assert!(accepted.status.success());
    let card = String::from_utf8(accepted.stdout).unwrap();
    assert!(card.contains("REFUSED: 10 of 100 rows"), "{card}");
    assert!(
        card.contains("discount (discount)              SPD = single_adult: 90; empty: 10"),
        "{card}"
    );
    assert!(
        card.contains("10 of 100 rows were refused (refused.csv)"),
        "{card}"
    );
    let table = fs::read_to_string(folder.path().join("out/refused.csv")).unwrap();
    assert_eq!(
        table,
        "reason,column,n_rows,n_dwellings,first_rows,first_holds,meaning\nunknown_band,vo_band,10,10,\
         2 12 22 32 42 52 62 72 82 92,\"\"\"Z\"\"\",not a band (allowed: A to H)\n"
    );
    let files: Vec<_> = {
        let mut names: Vec<String> = fs::read_dir(folder.path().join("out"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(
        files,
        [
            "cells.csv",
            "cells.parquet",
            "datapackage.json",
            "mapping.toml",
            "profile.csv",
            "profile.parquet",
            "provenance.json",
            "reconciliation.csv",
            "reconciliation.parquet",
            "refused.csv",
            "refused.parquet",
            "warnings.csv",
            "warnings.parquet",
        ]
    );
}

#[test]
fn the_command_invents_an_extract_reads_it_and_takes_its_own_mapping_back() {
    let folder = tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = bandwise(&folder)
            .arg("households")
            .args(arguments)
            .output()
            .unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap(),
            error,
        )
    };
    let vintage = ["--vintage", "2023-24"];
    let (code, said, _) = run(&[
        &["d.csv", "--synthetic", "2000", "--authority", "Derby"][..],
        &vintage,
    ]
    .concat());
    assert_eq!(code, 0);
    assert!(
        said.starts_with("Wrote d.csv: 2,000 invented homes"),
        "{said}"
    );
    let (code, _, error) = run(&[
        &["d.csv", "--synthetic", "2000", "--authority", "Derby"][..],
        &vintage,
    ]
    .concat());
    assert_eq!((code, error.as_str()), (73, TAKEN));
    let (code, _, error) = run(&["e.csv", "--synthetic", "2000"]);
    assert_eq!(
        (code, error.as_str()),
        (
            65,
            "bandwise: --synthetic needs an authority whose margins to take [name it with \
             --authority]\n"
        )
    );
    let (code, card, error) = run(&[
        &["d.csv", "--authority", "Derby", "--out", "first"][..],
        &vintage,
    ]
    .concat());
    assert_eq!(code, 0, "{error}");
    assert!(
        card.contains("RECONCILED with the published figures of Derby, 2023-24"),
        "{card}"
    );
    let (code, _, error) = run(&[
        &[
            "d.csv",
            "--authority",
            "Derby",
            "--scenario",
            "first/mapping.toml",
            "--out",
            "second",
        ][..],
        &vintage,
    ]
    .concat());
    assert_eq!(code, 0, "{error}");
    let bytes = |path: &str| fs::read(folder.path().join(path)).unwrap();
    assert!(bytes("first/cells.csv") == bytes("second/cells.csv"));
    assert!(bytes("first/cells.parquet") == bytes("second/cells.parquet"));
    let (code, _, error) = run(&["d.csv", "--authority", "Darby", "--out", "third"]);
    assert_eq!(code, 65);
    assert!(error.ends_with("[did you mean Derby?]\n"), "{error}");
    let (code, _, error) = run(&["none.csv", "--out", "third"]);
    assert_eq!(code, 65);
    assert!(
        error.starts_with("bandwise: none.csv: cannot be read: "),
        "{error}"
    );
    assert!(!folder.path().join("third").exists());
}

const TAKEN: &str = "bandwise: d.csv is there already, and an invented extract replaces nothing \
                     [choose another name]\n";

/// Nothing of a person is in any byte that leaves the program, whatever the mapping points to.
#[test]
fn no_personal_field_is_ever_written_or_printed() {
    let people = ["Wigglesworth", "Featherstonehaugh", "Cholmondeley"];
    let streets = ["Gropecunte Lane", "Whipmawhopmagate", "Bleeding Heart Yard"];
    let uprns = ["100030312345", "100030398765", "200012300045"];
    let postcodes = ["DE1 2QY", "DE21 6RT", "DE73 5SG"];
    let phones = ["01332640000", "07700900123", "02079460000"];
    let mut text = "uprn,account_name,address,postcode,phone,vo_band,discount\n".to_owned();
    for row in 0..60 {
        let one = row % 3;
        text.push_str(&format!(
            "{},{},\"{}, {}\",{},{},{},SPD\n",
            uprns[one],
            people[one],
            row,
            streets[one],
            postcodes[one],
            phones[one],
            ["A", "B", "D"][one]
        ));
    }
    let secrets: Vec<&str> = [people, streets, uprns, postcodes, phones]
        .into_iter()
        .flatten()
        .collect();
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("x.csv"), &text).unwrap();
    // Without its first line, so that a person stands where the names of columns should.
    fs::write(
        folder.path().join("headless.csv"),
        text.split_once('\n').unwrap().1,
    )
    .unwrap();
    let mut tables = vec!["band = \"vo_band\"".to_owned()];
    for personal in ["uprn", "account_name", "address", "postcode", "phone"] {
        for table in [
            "band = \"?\"",
            "band = \"vo_band\"\nward = \"?\"",
            "band = \"vo_band\"\ndiscount = \"?\"",
            "band = \"vo_band\"\nstatus = \"?\"",
            "band = \"vo_band\"\nexemption = \"?\"",
            "band = \"vo_band\"\ntenure = \"?\"",
            "band = \"vo_band\"\nelectors = \"?\"",
            "band = \"vo_band\"\nvalue = \"?\"",
            "band = \"vo_band\"\ncount = \"?\"",
            "band = \"vo_band\"\ndisabled = \"?\"",
            "band = \"vo_band\"\nliability = \"?\"",
            "band = \"vo_band\"\nreduction = { column = \"?\", all = \"working_age\" }",
            "band = \"vo_band\"\nreduction = { kind = \"?\" }",
        ] {
            tables.push(table.replace('?', personal));
        }
    }
    let mut seen = 0;
    for (n, table) in tables.iter().enumerate() {
        let scenario = format!("s{n}.toml");
        fs::write(
            folder.path().join(&scenario),
            format!("[households]\n{table}\n"),
        )
        .unwrap();
        let files = if n < 3 {
            &["x.csv", "headless.csv"][..]
        } else {
            &["x.csv"]
        };
        for file in files {
            let out = format!("out-{n}-{file}");
            let output = bandwise(&folder)
                .args([
                    "households",
                    file,
                    "--scenario",
                    &scenario,
                    "--accept-refused",
                ])
                .args([
                    "--authority",
                    "Derby",
                    "--vintage",
                    "2023-24",
                    "--out",
                    &out,
                ])
                .output()
                .unwrap();
            let mut bytes = output.stdout;
            bytes.extend(output.stderr);
            if let Ok(entries) = fs::read_dir(folder.path().join(&out)) {
                for entry in entries {
                    seen += 1;
                    bytes.extend(fs::read(entry.unwrap().path()).unwrap());
                }
            }
            let text = String::from_utf8_lossy(&bytes);
            for secret in &secrets {
                assert!(
                    !text.contains(secret),
                    "{secret} by {table} of {file}:\n{text}"
                );
            }
        }
    }
    assert!(seen > 50, "the files were looked at: {seen}");
    for file in ["x.csv", "headless.csv"] {
        let output = bandwise(&folder)
            .args(["households", file, "--out", file])
            .output();
        let output = output.unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        assert!(
            secrets.iter().all(|secret| !text.contains(secret)),
            "{text}"
        );
    }
}

/// A large file of noise is refused at its start, not after it was read.
#[test]
fn a_large_file_of_noise_is_refused_at_its_start() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("noise.csv");
    let mut file = fs::File::create(&path).unwrap();
    let noise: Vec<u8> = (0..1u32 << 20)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    file.write_all(&noise).unwrap();
    // A hole of a gigabyte: as long as any, and soon made.
    file.set_len(1 << 30).unwrap();
    let error = read(&path, None, None).unwrap_err().to_string();
    assert!(error.contains("is NUL: this is no text"), "{error}");
}

// Anything at all.

/// The extract of a text, read in blocks of so many bytes.
fn in_blocks(text: &[u8], bytes: usize) -> Result<Extract, String> {
    let folder = tempdir().unwrap();
    let file = folder.path().join("x.csv");
    fs::write(&file, text).unwrap();
    read_in_blocks(&file, None, None, bytes).map_err(|error| {
        let error = error.to_string();
        error.split_once("x.csv: ").unwrap().1.to_owned()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn blocks_of_any_size_give_the_same_extract(
        rows in proptest::collection::vec(
            "([A-HIZ]?|\"A\"),(E0100000[0-9])?,(SPD|\"SPD\"|x)?,[0-9]{0,2}(,extra)?(\n){1,2}|\"A\n\",,,1\r\n",
            1..30,
        ),
        bytes in 1usize..200,
    ) {
        let text = format!("band,ward,discount,electors\n{}", rows.concat());
        prop_assert_eq!(in_blocks(text.as_bytes(), bytes), in_blocks(text.as_bytes(), 1 << 20));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "(band|ward|,|;|\n|\r|\"|A|0|\u{0}|é|x\\^|.){0,60}") {
        drop(in_blocks(text.as_bytes(), 16));
        let text = format!("band,ctr_award,ctr_kind,count\n{text}");
        drop(in_blocks(text.as_bytes(), 16));
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        drop(in_blocks(&bytes, 16));
        drop(in_blocks(&[b"band,ward\nA,1\n", bytes.as_slice()].concat(), 16));
    }
}

// An extract in a run.

/// Runs a scenario of Derby and gives the mean of its figures, its bands and its warnings.
fn run(folder: &TempDir, scenario: &str, draws: &str) -> (BTreeMap<String, f64>, String, String) {
    let out = folder.path().join("out");
    let output = bandwise(folder)
        .args(["run", scenario, "--draws", draws, "--out", "out", "--force"])
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{error}");
    let mut rows = csv::Reader::from_path(out.join("summary.csv")).unwrap();
    let figures = rows
        .records()
        .filter_map(|row| {
            let row = row.unwrap();
            Some((row[0].to_owned(), row[3].parse().ok()?))
        })
        .collect();
    let read = |name: &str| fs::read_to_string(out.join(name)).unwrap();
    (figures, read("bands.csv"), read("warnings.csv"))
}

const RUN_WITH_AN_EXTRACT: &str = "format = 1\nkey = \"own\"\nauthority = \"Derby\"\nvintage =                                    \"2023-24\"\n[schedule]\nkind = \"freeze-target\"\nshare =                                    0.85\ntop_rise = 1.0\n";

/// An invented extract with Derby's own margins stands in for the published homes: the same homes,
/// the same total of the tax base and of money, electors as the extract states them.
#[test]
fn a_run_takes_homes_and_electors_from_the_extract_and_the_total_of_the_tax_base_as_published() {
    let folder = tempdir().unwrap();
    let world = world();
    let published = derby(&world);
    let total: i64 = published.record.dwellings().values().iter().sum();
    let file = synthetic(&folder, "derby.csv", total.unsigned_abs(), 1);
    let households = "[households]\nfile = \"derby.csv\"\nband = \"vo_band\"\nward =                       \"ward_code\"\ndiscount = \"discount\"\nstatus = \"occupancy\"\nexemption                       = \"exempt_class\"\nreduction = { column = \"ctr_award\", unit =                       \"pounds\", kind = \"ctr_kind\" }\nelectors = \"electors\"\n";
    let scenario = folder.path().join("s.toml");
    fs::write(&scenario, RUN_WITH_AN_EXTRACT).unwrap();
    let (plain, _, _) = run(&folder, "s.toml", "500");
    fs::write(&scenario, format!("{RUN_WITH_AN_EXTRACT}{households}")).unwrap();
    let (own, bands, warnings) = run(&folder, "s.toml", "500");
    let alike = |metric: &str, most: f64| {
        let (plain, own) = (plain[metric], own[metric]);
        assert!((plain - own).abs() <= most, "{metric}: {plain} and {own}");
    };
    alike("share_frozen_dwellings_own_element", 0.0);
    alike("gross_yield_pounds", 10.0);
    alike("net_yield_vs_today_pounds", 200_000.0);
    alike("win_probability", 0.02);
    assert!(bands.contains("A,57530,"), "{bands}");
    assert!(warnings.contains("own_extract,\"Homes are those of the council's own extract"));
    let electors = read(&file, None, Some(published))
        .unwrap()
        .cells
        .iter()
        .map(|cell| cell.electors)
        .sum::<i64>();
    let wards = fs::read_to_string(folder.path().join("out/wards.csv")).unwrap();
    let mut rows = csv::Reader::from_reader(wards.as_bytes());
    let at = rows
        .headers()
        .unwrap()
        .iter()
        .position(|name| name == "n_electors")
        .unwrap();
    let modelled: f64 = rows
        .records()
        .map(|row| row.unwrap()[at].parse::<f64>().unwrap())
        .sum();
    assert!(
        (modelled - electors as f64).abs() < 1e-3,
        "{modelled} of {electors}"
    );
}

/// The compressed cells give the very results of the raw extract.
#[test]
fn a_run_on_the_compressed_cells_is_a_run_on_the_extract() {
    let folder = tempdir().unwrap();
    synthetic(&folder, "derby.csv", 110_000, 2);
    let output = bandwise(&folder)
        .args(["households", "derby.csv", "--authority", "Derby"])
        .args(["--vintage", "2023-24", "--out", "cells"])
        .output()
        .unwrap();
    assert!(output.status.success());
    let mapped = |file: &str, mapping: &str| {
        let text = format!("{RUN_WITH_AN_EXTRACT}[households]\nfile = \"{file}\"\n{mapping}");
        fs::write(folder.path().join("s.toml"), text).unwrap();
        run(&folder, "s.toml", "200")
    };
    let raw = fs::read_to_string(folder.path().join("cells/mapping.toml")).unwrap();
    let raw = raw.trim_start_matches("[households]\n");
    let of_cells = bandwise(&folder)
        .args(["households", "cells/cells.parquet", "--authority", "Derby"])
        .args(["--vintage", "2023-24", "--out", "again"])
        .output()
        .unwrap();
    assert!(of_cells.status.success());
    let again = fs::read_to_string(folder.path().join("again/mapping.toml")).unwrap();
    let again = again.trim_start_matches("[households]\n");
    let (first, bands, _) = mapped("derby.csv", raw);
    let (second, same_bands, _) = mapped("cells/cells.parquet", again);
    assert_eq!(bands, same_bands);
    assert_eq!(first, second);
}

#[test]
fn an_extract_of_another_council_is_refused() {
    let folder = tempdir().unwrap();
    synthetic(&folder, "derby.csv", 113_100, 1);
    let refused = bandwise(&folder)
        .args(["households", "derby.csv", "--authority", "Leicester"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(65));
    let error = String::from_utf8(refused.stderr).unwrap();
    assert!(
        error.starts_with(
            "bandwise: households: 113100 of 113100 homes with an ONS code of their area lie in no \
             area of Leicester (E06000016)"
        ),
        "{error}"
    );
}

/// A kind of reduction without an amount is not nothing: the cells keep it, and a run says what it
/// assumes.
#[test]
fn kinds_of_reduction_without_amounts_survive_the_cells_and_are_imputed_with_a_caveat() {
    let folder = tempdir().unwrap();
    let mut text = "vo_band,ward_code,kind,n\n".to_owned();
    for (band, homes) in [("A", 57_530), ("D", 50_000)] {
        text.push_str(&format!("{band},E05015507,P,{}\n", homes / 10));
        text.push_str(&format!("{band},E05015507,,{}\n", homes - homes / 10));
    }
    let file = folder.path().join("kinds.csv");
    fs::write(&file, text).unwrap();
    let mapping = mapping(
        "band = \"vo_band\"\nward = \"ward_code\"\ncount = \"n\"\nreduction = { \
         kind = \"kind\", pension_age = [\"P\"] }\n",
    );
    let world = world();
    let extract = read(&file, Some(&mapping), Some(derby(&world))).unwrap();
    let on_reduction = |extract: &Extract| -> i64 {
        extract
            .cells
            .iter()
            .filter(|cell| cell.reduction != Reduction::None)
            .map(|cell| cell.n_dwellings)
            .sum()
    };
    assert_eq!(on_reduction(&extract), 10_753);
    let cells = folder.path().join("cells.csv");
    fs::write(&cells, csv(&cell_rows(&extract))).unwrap();
    let again = read(&cells, None, Some(derby(&world))).unwrap();
    assert_eq!(on_reduction(&again), 10_753);
    let published = derby(&world);
    let base = published.record.base_by_band(published.law);
    let modelled = model(&extract, published, &base, &world.assumptions).unwrap();
    assert!(modelled.warnings.contains(&Warning::ImputedAwards {
        n_dwellings: 10_753
    }));
    let total: i64 = modelled.base.thousandths.values().iter().sum();
    assert_eq!(total, base.thousandths.values().iter().sum::<i64>());
}
