//! Small areas and maps: whole, adding up, and made by the importers from published figures.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]
#![expect(clippy::print_stderr, reason = "a skipped test says what it skipped")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use bandwise::data::boundaries::{self, hexes, ward_outlines};
use bandwise::data::small_areas::{self, BAND_LETTERS, SmallArea, every_small_area, small_areas};
use bandwise::data::{Catalogue, Vintage, releases};
use bandwise::domain::{AreaKind, AuthorityCode, Setting};
use tempfile::tempdir;

const SMALL_AREAS: [&str; 5] = [
    "small-areas/lsoa_2023_bands_tenure_imd.csv.gz",
    "small-areas/ward24_2023_bands_tenure_imd.csv.gz",
    "small-areas/msoa_2023_bands_income.csv.gz",
    "lookups/lookup_lsoa21_ward24_ltla24.csv.gz",
    "releases/CTSOP1_1_2023_03_31.raw.csv.gz",
];

const MAPS: [&str; 2] = [
    "boundaries/uk-local-authority-districts-2023.hexjson",
    "boundaries/ward_E06000015_derby.geojson",
];

/// The published files, where they are at hand: in `BANDWISE_FIGURES`, or a folder beside the
/// project.
fn figures<const N: usize>(files: [&str; N]) -> Option<Vec<PathBuf>> {
    let folder = std::env::var_os("BANDWISE_FIGURES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let files = files.map(|file| folder.join(file)).to_vec();
    if let Some(missing) = files.iter().find(|file| !file.is_file()) {
        eprintln!("skipped: {} is not at hand", missing.display());
        return None;
    }
    Some(files)
}

fn is_embedded(folder: &str, tables: &[(&str, Vec<u8>)]) {
    for (name, bytes) in tables {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("data")
            .join(folder)
            .join(name);
        assert!(
            &fs::read(&path).unwrap() == bytes,
            "{folder}/{name} has changed"
        );
    }
}

#[test]
fn the_embedded_small_areas_are_what_the_importer_makes_of_the_published_figures() {
    let Some(files) = figures(SMALL_AREAS) else {
        return;
    };
    let tables = releases::small_areas::tables(&files).unwrap();
    let names: Vec<&str> = tables.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        [
            "former_codes.csv",
            "lsoas.parquet",
            "msoas.parquet",
            "wards.parquet"
        ]
    );
    is_embedded("small_areas", &tables);
}

#[test]
fn the_embedded_maps_are_what_the_importer_makes_of_the_published_ones() {
    let Some(files) = figures(MAPS) else {
        return;
    };
    let tables = releases::boundaries::tables(&files).unwrap();
    assert_eq!(tables.len(), 2);
    is_embedded("boundaries", &tables);
}

fn summed<'a>(areas: impl IntoIterator<Item = &'a SmallArea>) -> [i64; BAND_LETTERS.len()] {
    let mut sum = [0; BAND_LETTERS.len()];
    for area in areas {
        for (sum, homes) in sum.iter_mut().zip(area.dwellings_hundredths) {
            *sum += homes;
        }
    }
    sum
}

/// The stock of properties as published: homes by band of a geography, nothing where suppressed.
fn release(geography: &str) -> Option<BTreeMap<String, Vec<Option<i64>>>> {
    let path = figures([SMALL_AREAS[4]])?.remove(0);
    let mut text = String::new();
    flate2::read::GzDecoder::new(fs::File::open(path).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    let mut rows = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let figure = |cell: &str| match cell {
        "-" => None,
        ".." => Some(0),
        _ => Some(cell.parse().unwrap()),
    };
    let rows = rows
        .records()
        .map(Result::unwrap)
        .filter(|row| &row[0] == geography)
        .map(|row| {
            (
                row[2].to_owned(),
                row.iter().skip(4).take(9).map(figure).collect(),
            )
        });
    Some(rows.collect())
}

#[test]
fn every_count_of_a_lower_layer_area_is_the_published_one_where_it_is_not_suppressed() {
    let Some(published) = release("LSOA") else {
        return;
    };
    let areas = every_small_area(AreaKind::Lsoa).unwrap();
    assert_eq!(areas.len(), published.len());
    for (_, area) in areas {
        let counts = &published[&area.code];
        let suppressed = counts.iter().filter(|count| count.is_none()).count();
        assert_eq!(
            area.suppressed_cells,
            Some(suppressed as i64),
            "{}",
            area.code
        );
        for (homes, published) in area.dwellings_hundredths.iter().zip(counts) {
            match published {
                Some(published) => assert_eq!(*homes, 100 * published, "{}", area.code),
                None => assert!((100..=400).contains(homes), "{}", area.code),
            }
        }
    }
}

/// The vintage holds no Welsh rows to check these against, the release does.
#[test]
fn the_small_areas_of_wales_add_to_the_published_rows() {
    let Some(published) = release("LAUA") else {
        return;
    };
    let mut seen = 0;
    for kind in AreaKind::ALL {
        for (code, row) in published.iter().filter(|(code, _)| code.starts_with('W')) {
            let areas = small_areas(&code.parse().unwrap(), kind).unwrap();
            let lsoas = small_areas(&code.parse().unwrap(), AreaKind::Lsoa).unwrap();
            let allowed = 500 * (lsoas.len() as i64 + 1);
            for (sum, row) in summed(&areas).iter().zip(row) {
                assert!(
                    (sum - 100 * row.unwrap_or(2)).abs() <= allowed,
                    "{code} {kind}"
                );
            }
            seen += 1;
        }
    }
    assert_eq!(seen, 3 * 22);
}

#[test]
fn every_authority_of_england_and_wales_has_areas_of_every_kind() {
    let held: BTreeSet<AuthorityCode> = hexes()
        .unwrap()
        .into_iter()
        .map(|hex| hex.authority_code)
        .collect();
    assert_eq!(held.len(), 318);
    assert_eq!(
        held.iter()
            .filter(|code| code.as_str().starts_with('W'))
            .count(),
        22
    );
    for (kind, n) in [
        (AreaKind::Ward, 7_536),
        (AreaKind::Lsoa, 35_672),
        (AreaKind::Msoa, 7_264),
    ] {
        let areas = every_small_area(kind).unwrap();
        assert_eq!(areas.len(), n, "{kind}");
        let found: BTreeSet<AuthorityCode> = areas.iter().map(|(code, _)| code.clone()).collect();
        assert_eq!(found, held, "{kind}");
    }
}

#[test]
fn the_areas_of_one_authority_are_its_rows_of_the_whole_table() {
    for kind in AreaKind::ALL {
        let mut by_authority: BTreeMap<AuthorityCode, Vec<SmallArea>> = BTreeMap::new();
        for (authority, area) in every_small_area(kind).unwrap() {
            by_authority.entry(authority).or_default().push(area);
        }
        // The first, the last, and those around the edges of groups of rows.
        for (authority, areas) in by_authority {
            if kind == AreaKind::Lsoa && !authority.as_str().ends_with('1') {
                continue;
            }
            let mut found = small_areas(&authority, kind).unwrap();
            if kind == AreaKind::Msoa {
                // Worked out from the lower layer areas, and not in the table.
                found
                    .iter_mut()
                    .for_each(|area| area.deprivation_score = None);
            }
            assert_eq!(found, areas, "{authority} {kind}");
        }
    }
}

/// What is not known is nothing, never 0: deprivation in Wales, income in areas new since 2011.
#[test]
fn what_is_not_known_is_nothing() {
    for kind in [AreaKind::Ward, AreaKind::Lsoa] {
        for (authority, area) in every_small_area(kind).unwrap() {
            let in_england = authority.as_str().starts_with('E');
            assert_eq!(
                area.deprivation_score.is_some(),
                in_england,
                "{}",
                area.code
            );
            assert_eq!(
                area.income_deprivation_rate.is_some(),
                in_england,
                "{}",
                area.code
            );
            assert!(area.deprivation_score.is_none_or(|score| score > 0.0));
            assert!(area.households.is_some() && area.income.is_none());
            let band_i = area.dwellings_hundredths[8];
            assert!(!in_england || band_i == 0, "{}", area.code);
            if kind == AreaKind::Lsoa {
                assert_eq!(
                    area.deprivation_decile.is_some(),
                    in_england,
                    "{}",
                    area.code
                );
                assert!(area.setting.is_some() && area.msoa_code.is_some());
            }
        }
    }
    let msoas = every_small_area(AreaKind::Msoa).unwrap();
    let without = msoas
        .iter()
        .filter(|(_, area)| area.income.is_none())
        .count();
    assert_eq!(without, 184);
}

#[test]
fn the_parts_of_tenure_add_to_the_households() {
    for (_, area) in every_small_area(AreaKind::Lsoa).unwrap() {
        let tenure = area.tenure.unwrap();
        let parts = tenure.owned_outright
            + tenure.mortgage_or_shared
            + tenure.social_rent
            + tenure.private_rent;
        assert_eq!(Some(parts), area.households, "{}", area.code);
    }
}

/// By hand from the published files: E01013461 is Derby 001A, in Allestree.
#[test]
fn the_first_lower_layer_area_of_derby_is_as_published() {
    let areas = small_areas(&"E06000015".parse().unwrap(), AreaKind::Lsoa).unwrap();
    assert_eq!(areas.len(), 152);
    let area = areas.iter().find(|area| area.code == "E01013461").unwrap();
    assert_eq!(area.name, "Derby 001A");
    assert_eq!(area.ward.as_deref(), Some("Allestree"));
    assert_eq!(
        area.dwellings_hundredths,
        [4_000, 6_000, 13_000, 29_000, 12_000, 6_000, 7_000, 0, 0]
    );
    assert_eq!(area.households, Some(734));
    assert_eq!(area.tenure.unwrap().private_rent, 70);
    assert_eq!(area.deprivation_score, Some(2.981));
    assert_eq!(area.deprivation_decile, Some(10));
    assert_eq!(area.income_deprivation_rate, Some(0.04));
    assert_eq!(area.setting, Some(Setting::Urban));
    let msoas = small_areas(&"E06000015".parse().unwrap(), AreaKind::Msoa).unwrap();
    let msoa = msoas
        .iter()
        .find(|msoa| Some(&msoa.code) == area.msoa_code.as_ref())
        .unwrap();
    assert_eq!(msoa.name, "Derby 001");
    assert!(msoa.income.unwrap().net.pounds > 0);
}

/// The stock of properties calls E02007021 "Redbridge 041" and leaves E02000781 without a name:
/// by their homes they are Oxford 020 and Redbridge 031.
#[test]
fn middle_layer_areas_that_the_release_names_wrongly_are_known_by_their_homes() {
    let names: BTreeMap<String, (AuthorityCode, String)> = every_small_area(AreaKind::Msoa)
        .unwrap()
        .into_iter()
        .map(|(authority, area)| (area.code, (authority, area.name)))
        .collect();
    for (code, authority, name) in [
        ("E02007021", "E07000178", "Oxford 020"),
        ("E02000781", "E09000026", "Redbridge 031"),
    ] {
        assert_eq!(names[code], (authority.parse().unwrap(), name.to_owned()));
    }
}

#[test]
fn codes_of_2011_lead_to_the_same_authorities_as_the_reorganisations() {
    let catalogue = Catalogue::embedded().unwrap();
    let pairs = |table: &str, former: usize, authority: usize| -> BTreeMap<String, String> {
        let csv = catalogue.table(table).unwrap().csv().unwrap();
        csv::Reader::from_reader(csv.as_bytes())
            .records()
            .map(Result::unwrap)
            .map(|row| (row[former].to_owned(), row[authority].to_owned()))
            .collect()
    };
    let former = pairs("former_codes", 0, 2);
    assert_eq!(former.len(), 47);
    let reorganised = pairs("reorganisations", 2, 0);
    let both: Vec<_> = reorganised
        .iter()
        .filter(|(code, _)| former.contains_key(*code))
        .collect();
    assert_eq!(both.len(), 16);
    assert!(
        both.into_iter()
            .all(|(code, successor)| former[code] == *successor)
    );
}

#[test]
fn everything_adds_up() {
    let vintage = Vintage::held(Some("2023-24")).unwrap();
    let mut lines = small_areas::check(vintage).unwrap();
    lines.extend(boundaries::check().unwrap());
    assert_eq!(lines.len(), 13);
    for line in lines {
        assert!(
            line.agrees,
            "{}: {} of {}; {}",
            line.what, line.sum, line.published, line.note
        );
    }
}

/// Homes lost from an authority's row are seen by every kind of area.
#[test]
fn a_row_that_its_areas_do_not_add_to_is_seen() {
    let mut vintage = Vintage::held(Some("2023-24")).unwrap().clone();
    vintage.authorities[14].bands[bandwise::domain::Band::A].dwellings -= 5_000;
    let lines = small_areas::check(&vintage).unwrap();
    let differing: Vec<_> = lines.iter().filter(|line| !line.agrees).collect();
    assert_eq!(differing.len(), 6);
    assert!(
        differing.iter().all(|line| line.note.contains("Derby")),
        "{differing:?}"
    );
}

#[test]
fn every_ward_of_derby_has_an_outline_and_no_two_authorities_share_a_hexagon() {
    let derby: AuthorityCode = "E06000015".parse().unwrap();
    let wards = small_areas(&derby, AreaKind::Ward).unwrap();
    let outlines = ward_outlines(&derby).unwrap().unwrap();
    let codes: Vec<&str> = outlines
        .iter()
        .map(|ward| ward.ward_code.as_str())
        .collect();
    assert_eq!(
        codes,
        wards
            .iter()
            .map(|ward| ward.code.as_str())
            .collect::<Vec<_>>()
    );
    let points: usize = outlines
        .iter()
        .flat_map(|ward| &ward.rings)
        .map(Vec::len)
        .sum();
    assert_eq!(points, 846);
    let hexes = hexes().unwrap();
    let places: BTreeSet<_> = hexes.iter().map(|hex| (hex.column, hex.row)).collect();
    assert_eq!(places.len(), hexes.len());
}

#[test]
fn the_dictionary_is_what_the_catalogue_says() {
    let made = bandwise::report::dictionary::markdown(&Catalogue::embedded().unwrap()).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/DICTIONARY.md");
    assert!(
        fs::read_to_string(path).unwrap() == made,
        "regenerate it: cargo run -- data dictionary > data/DICTIONARY.md"
    );
}

// What a file must not hold.

const WARD_HEADER: &str = "ltla24_code,ltla24_name,ward24_code,ward24_name,bA,bB,bC,bD,bE,bF,bG,bH,\
    bI,n_all,households,own_outright,own_mortgage_shared,social_rent,private_rent_or_free,\
    hh_not_deprived,n_lsoa,imd25_score,imd25_income_rate\n";
const ABBEY: &str = "E06000015,Derby,E05015507,Abbey,4400.0,960.0,440.0,183.0,142.0,73.0,63.0,12.66,\
    0.0,6270,5706.0,1008.0,991.0,1253.0,2454.0,2493.0,7,37.65,0.3697\n";

/// The fault of a file, without the folder that it lies in.
fn refusal(name: &str, content: impl AsRef<[u8]>) -> String {
    let folder = tempdir().unwrap();
    let file = folder.path().join(name);
    fs::write(&file, content).unwrap();
    let error = releases::small_areas::tables(&[file])
        .unwrap_err()
        .to_string();
    error.replace(&format!("{}/", folder.path().display()), "")
}

fn ward_refusal(from: &str, to: &str) -> String {
    refusal(
        "wards.csv",
        format!("{WARD_HEADER}{}", ABBEY.replacen(from, to, 1)),
    )
}

#[test]
fn a_figure_that_is_none_is_refused_with_its_line_and_column() {
    assert_eq!(
        ward_refusal("4400.0", "many"),
        "wards.csv: line 2: bA of \"many\" (allowed: a number, 0 or more)"
    );
    assert_eq!(
        ward_refusal("960.0", "-960.0"),
        "wards.csv: line 2: bB of \"-960.0\" (allowed: a number, 0 or more)"
    );
    assert_eq!(
        ward_refusal("4400.0", ""),
        "wards.csv: line 2: bA of \"\" (allowed: a number, 0 or more)"
    );
    assert_eq!(
        ward_refusal("5706.0", "5706.5"),
        "wards.csv: line 2: households of \"5706.5\" (allowed: a whole number, 0 or more)"
    );
    assert_eq!(
        ward_refusal("5706.0", "inf"),
        "wards.csv: line 2: households of \"inf\" (allowed: a whole number, 0 or more)"
    );
    assert_eq!(
        ward_refusal("0.3697", "36.97"),
        "wards.csv: line 2: imd25_income_rate of \"36.97\" (allowed: empty, or a number from 0 to 1)"
    );
}

#[test]
fn an_area_of_no_authority_is_refused() {
    for code in ["S12000033", "E06000099", "Derby", ""] {
        assert_eq!(
            ward_refusal("E06000015", code),
            format!(
                "wards.csv: line 2: {code:?} is no authority (allowed: the 318 of England and \
                 Wales of April 2023)"
            )
        );
    }
}

#[test]
fn a_missing_column_is_named() {
    let content = format!("{WARD_HEADER}{ABBEY}").replace("social_rent", "council_rent");
    assert_eq!(
        refusal("wards.csv", content),
        "wards.csv: the column social_rent is missing"
    );
}

#[test]
fn an_area_that_stands_twice_is_refused() {
    assert_eq!(
        refusal("wards.csv", format!("{WARD_HEADER}{ABBEY}{ABBEY}")),
        "wards.csv: E05015507 stands twice"
    );
}

#[test]
fn a_table_that_leaves_authorities_out_is_refused() {
    assert_eq!(
        refusal("wards.csv", format!("{WARD_HEADER}{ABBEY}")),
        "wards.csv: leaves out 317 of 318 authorities (the first: Hartlepool, E06000001)"
    );
}

#[test]
fn a_file_that_is_no_table_of_small_areas_is_refused() {
    assert_eq!(
        refusal("strange.csv", "a,b\n1,2\n"),
        "strange.csv: not recognised (known: the ward table with ward24_code, n_lsoa; the table of \
         lower layer areas with lsoa21, ltla24_code; the table of middle layer areas with incomes \
         with msoa, net_income; the lookup of lower layer areas to wards with lsoa21_code, \
         lsoa21_name; the stock of properties (CTSOP1.1) with geography, ecode, band_a)"
    );
    let short = refusal("wards.csv", format!("{WARD_HEADER}E06000015,Derby\n"));
    assert!(
        short.starts_with("wards.csv: cannot be read as CSV: CSV error: record 1"),
        "{short}"
    );
    let torn = refusal("wards.csv.gz", b"\x1f\x8b\x08\x00\x00");
    assert!(
        torn.starts_with("wards.csv.gz: is a broken gzip file: "),
        "{torn}"
    );
}

#[test]
fn a_table_says_what_it_needs_beside_it() {
    assert_eq!(
        refusal("lsoas.csv", "lsoa21,ltla24_code\nE01013461,E06000015\n"),
        "lsoas.csv: needs the lookup of lower layer areas to wards beside it"
    );
    assert_eq!(
        refusal(
            "lookup.csv",
            "lsoa21_code,lsoa21_name,ltla24_code\nE01013461,Derby 001A,E06000015\n"
        ),
        "lookup.csv: completes no table [give the table of lower layer areas beside it]"
    );
}

#[test]
fn the_same_kind_of_file_given_twice_is_refused() {
    let folder = tempdir().unwrap();
    let files = ["a.csv", "b.csv"].map(|name| folder.path().join(name));
    for file in &files {
        fs::write(file, format!("{WARD_HEADER}{ABBEY}")).unwrap();
    }
    let error = releases::small_areas::tables(&files)
        .unwrap_err()
        .to_string();
    let folder = folder.path().display();
    assert_eq!(
        error,
        format!("{folder}/b.csv: is the ward table once more, after {folder}/a.csv")
    );
}

#[test]
fn a_table_that_leaves_lower_layer_areas_out_is_refused() {
    let lsoas = "lsoa21,ltla24_code,ward24_code,ward24_name,bA,bB,bC,bD,bE,bF,bG,bH,bI,\
        n_suppressed,households,own_outright,own_mortgage_shared,social_rent,private_rent_or_free,\
        imd25_score,imd25_decile,imd25_income_rate,ruc\n\
        E01013461,E06000015,E05015508,Allestree,40,60,130,290,120,60,70,0,0,0,734,396,254,14,70,\
        2.981,10.0,0.04,Urban\n";
    let lookup = format!("{LOOKUP}E01013462,Derby 001B,E06000015\n");
    let with = |lsoas: &str| refusal_of([("l.csv", lsoas), ("r.csv", RELEASE), ("k.csv", &lookup)]);
    assert_eq!(
        with(lsoas),
        "l.csv: leaves out 1 of the areas in the lookup of lower layer areas to wards (the first: \
         E01013462)"
    );
    assert_eq!(
        with(&lsoas.replace("Urban", "Suburban")),
        "l.csv: line 2: \"suburban\" is no setting (allowed: rural, urban)"
    );
    assert_eq!(
        with(&lsoas.replace("10.0", "11")),
        "l.csv: line 2: imd25_decile of \"11\" (allowed: empty, or 1 to 10)"
    );
    assert_eq!(
        with(&lsoas.replace("E01013461", "E01999999")),
        "l.csv: line 2: E01999999 is not in the lookup of lower layer areas to wards"
    );
}

/// Middle layer areas need three files: what may be wrong across them.
fn msoa_refusal(incomes: &str, release: &str, lookup: &str) -> String {
    refusal_of([
        ("incomes.csv", incomes),
        ("release.csv", release),
        ("lookup.csv", lookup),
    ])
}

/// The fault of some files together, without the folder that they lie in.
fn refusal_of(files: [(&str, &str); 3]) -> String {
    let folder = tempdir().unwrap();
    let files = files.map(|(name, content)| {
        let file = folder.path().join(name);
        fs::write(&file, content).unwrap();
        file
    });
    let error = releases::small_areas::tables(&files)
        .unwrap_err()
        .to_string();
    error.replace(&format!("{}/", folder.path().display()), "")
}

const LOOKUP: &str = "lsoa21_code,lsoa21_name,ltla24_code\nE01013461,Derby 001A,E06000015\n";
const RELEASE: &str = "geography,ecode,area_name,band_a,band_b,band_c,band_d,band_e,band_f,band_g,\
    band_h,band_i\nMSOA,E02002796,Derby 001,40,60,130,290,120,60,70,-,..\n";
const INCOMES: &str = "msoa,la_code,la_name,total_income,total_income_lcl,total_income_ucl,net_income,\
    net_income_lcl,net_income_ucl,net_equiv_bhc,net_equiv_bhc_lcl,net_equiv_bhc_ucl,net_equiv_ahc,\
    net_equiv_ahc_lcl,net_equiv_ahc_ucl\n\
    E02002796,E06000015,Derby,50,40,60,40,30,50,35,30,40,30,20,40\n";

#[test]
fn middle_layer_areas_that_do_not_fit_together_are_refused() {
    assert_eq!(
        msoa_refusal(
            &INCOMES.replace(",50,40,60,", ",70,40,60,"),
            RELEASE,
            LOOKUP
        ),
        "incomes.csv: line 2: E02002796: an income of 70 lies outside its limits, 40 to 60"
    );
    assert_eq!(
        msoa_refusal(&INCOMES.replace("E02002796", "E02999999"), RELEASE, LOOKUP),
        "incomes.csv: line 2: E02999999 is not in the stock of properties (CTSOP1.1)"
    );
    assert_eq!(
        msoa_refusal(INCOMES, &RELEASE.replace("290", "n/a"), LOOKUP),
        "release.csv: line 2: band_d of \"n/a\" (allowed: a whole number, 0 or more)"
    );
    assert_eq!(
        msoa_refusal(INCOMES, &RELEASE.replace("Derby 001", "Darby 001"), LOOKUP),
        "release.csv: line 2: E02002796 has neither the name nor the homes of one area"
    );
    assert_eq!(
        msoa_refusal(INCOMES, RELEASE, &LOOKUP.replace("001A", "centre")),
        "lookup.csv: line 2: \"Derby centre\" is not named for a middle layer area"
    );
    assert_eq!(
        msoa_refusal(
            INCOMES,
            &format!("{RELEASE}MSOA,E02002797,,10,0,0,0,0,0,0,0,..\n"),
            &format!("{LOOKUP}E01013462,Derby 002A,E06000015\n")
        ),
        "release.csv: line 3: E02002797 has neither the name nor the homes of one area"
    );
    assert_eq!(
        msoa_refusal(INCOMES, RELEASE, LOOKUP),
        "release.csv: leaves out 317 of 318 authorities (the first: Hartlepool, E06000001)"
    );
}

#[test]
fn maps_that_are_not_whole_are_refused() {
    let refusal = |content: &str| {
        let folder = tempdir().unwrap();
        let file = folder.path().join("map.json");
        fs::write(&file, content).unwrap();
        let error = releases::boundaries::tables(&[file])
            .unwrap_err()
            .to_string();
        error.replace(&format!("{}/", folder.path().display()), "")
    };
    let hexes = |hexes: &str| refusal(&format!("{{\"layout\":\"odd-r\",\"hexes\":{{{hexes}}}}}"));
    let derby = "\"E06000015\":{\"n\":\"Derby\",\"q\":6,\"r\":11}";
    assert_eq!(
        hexes(&format!(
            "{derby},\"E06000016\":{{\"n\":\"Leicester\",\"q\":6,\"r\":11}}"
        )),
        "map.json: E06000015 and E06000016 share the hexagon 6, 11"
    );
    assert_eq!(
        hexes(derby),
        "map.json: has no hexagon of Hartlepool (E06000001)"
    );
    assert_eq!(
        hexes("\"E06000099\":{\"n\":\"Nowhere\",\"q\":6,\"r\":11}"),
        "map.json: E06000099 (Nowhere) is no authority of England of April 2023"
    );
    assert_eq!(
        refusal("{\"layout\":\"even-q\",\"hexes\":{}}"),
        "map.json: a layout of \"even-q\" (allowed: odd-r)"
    );
    let ward = |authority: &str, points: &str| {
        refusal(&format!(
            "{{\"features\":[{{\"properties\":{{\"WD25CD\":\"E05015507\",\"LAD25CD\":\"{authority}\"}},\
             \"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[[{points}]]}}}}]}}"
        ))
    };
    let open = "[-1.4,52.9],[-1.5,52.9],[-1.5,52.8],[-1.4,52.8]";
    assert_eq!(
        ward("E06000015", open),
        "map.json: E05015507 has an outline that does not close"
    );
    assert_eq!(
        ward(
            "E06000015",
            &format!("{open},[-1.4,52.9]").replace("52.8", "5.28")
        ),
        "map.json: E05015507 has a point outside Britain: -1.5, 5.28"
    );
    assert_eq!(
        ward("E06000016", open),
        "map.json: E05015507 is a ward of E06000016, not of Derby"
    );
    assert_eq!(
        refusal("{}"),
        "map.json: not recognised (known: a map of hexagons as HexJSON, wards of Derby as GeoJSON)"
    );
}

/// Whatever bytes a file holds, the importers answer with tables or with a fault.
#[test]
fn no_bytes_make_the_importers_panic() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("noise");
    for start in [
        &b""[..],
        b"\x1f\x8b\x08",
        b"ward24_code,n_lsoa\n",
        b"lsoa21,ltla24_code\n\"",
        b"{\"hexes\":",
        b"\xff\xfe",
    ] {
        for length in 0..60u8 {
            let mut bytes = start.to_vec();
            bytes.extend((0..length).map(|at| at.wrapping_mul(37) ^ length));
            fs::write(&file, bytes).unwrap();
            drop(releases::small_areas::tables(std::slice::from_ref(&file)));
            drop(releases::boundaries::tables(std::slice::from_ref(&file)));
        }
    }
}

// On the command line.

fn bandwise(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::cargo_bin("bandwise")
        .unwrap()
        .args(arguments)
        .output()
        .unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn a_bad_file_of_small_areas_exits_65_and_writes_nothing() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("wards.csv");
    fs::write(&file, format!("{WARD_HEADER}{ABBEY}")).unwrap();
    let into = folder.path().join("tables");
    let (code, out, error) = bandwise(&[
        "data",
        "small-areas",
        file.to_str().unwrap(),
        "--into",
        into.to_str().unwrap(),
    ]);
    assert_eq!((code, out.as_str()), (Some(65), ""));
    assert!(
        error.ends_with("leaves out 317 of 318 authorities (the first: Hartlepool, E06000001)\n")
    );
    assert!(!into.exists(), "nothing is half written");
}

#[test]
fn maps_are_written_once_and_replaced_by_force_only() {
    let Some(files) = figures(MAPS) else {
        return;
    };
    let folder = tempdir().unwrap();
    let into = folder.path().join("new/tables");
    let into = into.to_str().unwrap();
    let mut arguments = vec!["data", "boundaries"];
    arguments.extend(files.iter().map(|file| file.to_str().unwrap()));
    arguments.extend(["--into", into]);
    let (code, out, _) = bandwise(&arguments);
    assert_eq!(code, Some(0));
    assert_eq!(out.lines().count(), 2);
    let (code, out, error) = bandwise(&arguments);
    assert_eq!((code, out.as_str()), (Some(73), ""));
    assert_eq!(
        error,
        format!(
            "bandwise: {into}/authorities_hex.csv is there already [choose another place, or \
             replace it with --force]\n"
        )
    );
    arguments.push("--force");
    assert_eq!(bandwise(&arguments).0, Some(0));
}

#[test]
fn a_parquet_table_is_printed_as_csv() {
    let (code, out, _) = bandwise(&["data", "show", "wards", "--csv"]);
    assert_eq!(code, Some(0));
    let mut rows = csv::Reader::from_reader(out.as_bytes());
    assert_eq!(&rows.headers().unwrap()[2], "ward");
    let rows: Vec<_> = rows.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 7_536);
    let wales = rows.iter().find(|row| row[0].starts_with('W')).unwrap();
    assert_eq!(&wales[17], "", "a missing score is empty");
}
