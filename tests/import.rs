//! The embedded tables come out of the published figures again, where those are at hand.

#![expect(clippy::print_stderr, reason = "a skipped test says what it skipped")]

use std::fs;
use std::path::PathBuf;

use bandwise::data::releases::import;

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
