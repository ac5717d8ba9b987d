//! The command line as its users meet it: messages word for word, exit codes, files.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use tempfile::{TempDir, tempdir};

/// The program, run in a folder of its own.
fn bandwise(folder: &TempDir) -> Command {
    let mut command = Command::cargo_bin("bandwise").unwrap();
    command.current_dir(folder.path());
    // Nothing that the developer has installed.
    command.env("BANDWISE_DATA_DIR", folder.path().join("installed"));
    command
}

/// What a command prints that must succeed.
fn succeeds(folder: &TempDir, arguments: &[&str]) -> String {
    let output = bandwise(folder).args(arguments).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// The error text and exit code of a command that must fail and leave nothing behind.
fn refused(arguments: &[&str]) -> (i32, String) {
    let folder = tempdir().unwrap();
    refused_in(&folder, arguments)
}

fn refused_in(folder: &TempDir, arguments: &[&str]) -> (i32, String) {
    let before = listing(folder.path());
    let output = bandwise(folder).args(arguments).output().unwrap();
    assert!(
        output.stdout.is_empty(),
        "a refusal prints nothing on standard output"
    );
    assert_eq!(listing(folder.path()), before, "nothing is half written");
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

fn listing(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// The refusal of a scenario file with this content.
fn refused_scenario(content: impl AsRef<[u8]>) -> String {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("s.toml"), content).unwrap();
    let (code, error) = refused_in(&folder, &["run", "s.toml"]);
    assert_eq!(code, 65, "{error}");
    error
}

const HEAD: &str = "format = 1\nkey = \"x\"\nauthority = \"Derby\"\n";

#[test]
fn an_unknown_authority_names_the_nearest() {
    let (code, error) = refused(&["run", "--authority", "Darby"]);
    assert_eq!(code, 65);
    assert_eq!(
        error,
        "bandwise: authority: \"Darby\" is no authority of this vintage (allowed: the name or ONS \
         code of one of 318 billing authorities, or of 96 counties, police, fire and combined authorities) [did you mean Derby?]\n"
    );
}

#[test]
fn an_unknown_authority_or_year_in_a_file_is_named_with_its_place() {
    let error = refused_scenario(
        "format = 1\nkey = \"x\"\nauthority = \"Darby\"\n[schedule]\nkind = \"uniform\"\nrise = 0.1\n",
    );
    assert!(
        error.starts_with("bandwise: s.toml:3:13: authority: \"Darby\" is no authority"),
        "{error}"
    );
    assert!(error.ends_with("[did you mean Derby?]\n"), "{error}");
    let error = refused_scenario(format!(
        "{HEAD}vintage = \"2019-20\"\n[schedule]\nkind = \"uniform\"\nrise = 0.1\n"
    ));
    assert_eq!(
        error,
        "bandwise: s.toml:4:11: vintage: no figures of \"2019-20\" are held (held: 2023-24, 2026-27) [did you mean 2026-27?]\n"
    );
}

#[test]
fn an_unknown_scenario_names_the_nearest() {
    let (code, error) = refused(&["run", "wiliamson-2018"]);
    assert_eq!(code, 65);
    assert_eq!(
        error,
        "bandwise: wiliamson-2018: is neither a built-in scenario nor a file (built in: \
         williamson-2018, gentle-efgh, uniform-15, max-without-vote, scotland-2017, \
         westminster-band-h, high-value-surcharge-2028, fairer-share, ippr-london-2019, \
         bedfordshire-2015) [did you mean williamson-2018?]\n"
    );
}

#[test]
fn an_unknown_key_is_named_with_its_place_and_the_nearest() {
    let error = refused_scenario(format!(
        "{HEAD}[schedule]\nkind = \"uniform\"\nrize = 0.1\n"
    ));
    assert_eq!(
        error,
        "bandwise: s.toml:6:1: unknown key \"rize\" (allowed: kind, headline_rise, relief, rises, \
         amounts, ratios, changes, bands, rate, second_home_rate, steps, to, voluntary, \
         protect_reduction, cap_rise_pounds, phase_in_years, leave_out_premiums, rise, share, \
         top_rise, shape) [did you mean rise?]\n"
    );
}

#[test]
fn a_wrong_type_is_named_with_its_place() {
    let error = refused_scenario(format!(
        "{HEAD}[schedule]\nkind = \"uniform\"\nrise = true\n"
    ));
    assert_eq!(
        error,
        "bandwise: s.toml:6:8: schedule.rise: a boolean was given (allowed: a number)\n"
    );
}

#[test]
fn a_share_of_85_is_asked_whether_it_means_0_85() {
    let error = refused_scenario(format!(
        "{HEAD}[schedule]\nkind = \"freeze-target\"\nshare = 85\ntop_rise = 1.0\n"
    ));
    assert_eq!(
        error,
        "bandwise: s.toml:6:9: schedule.share: 85 is not a share (allowed: 0 to 1) [did you mean \
         0.85?]\n"
    );
}

#[test]
fn a_rise_of_20_is_asked_whether_it_means_0_2() {
    let error = refused_scenario(format!("{HEAD}[schedule]\nkind = \"uniform\"\nrise = 20\n"));
    assert_eq!(
        error,
        "bandwise: s.toml:6:8: schedule.rise: 20 is not a rise (allowed: -1 to 3, where 0.15 is \
         15%) [did you mean 0.2?]\n"
    );
}

#[test]
fn all_faults_of_a_file_are_reported_at_once_in_order() {
    let error = refused_scenario(
        "format = 2\nkey = \"Has Spaces\"\nauthority = \"Derby\"\n[schedule]\nkind = \"band-rises\"\n\
         rises = { A = 0.0, B = 99.0, Z = 1.0 }\n[vote]\nday = \"stand-alon\"\n[simulation]\ndraws = 0\n",
    );
    let places: Vec<&str> = error
        .trim_start_matches("bandwise: ")
        .lines()
        .map(|line| line.split(": ").next().unwrap())
        .collect();
    assert_eq!(
        places,
        [
            "s.toml:1:10",
            "s.toml:2:7",
            "s.toml:6:9",
            "s.toml:6:24",
            "s.toml:6:30",
            "s.toml:8:7",
            "s.toml:10:9"
        ],
        "{error}"
    );
    assert!(error.contains("[did you mean stand-alone?]"));
}

#[test]
fn keys_of_another_kind_are_refused() {
    let error = refused_scenario(format!(
        "{HEAD}[schedule]\nkind = \"uniform\"\nrise = 0.1\nshare = 0.85\n"
    ));
    assert_eq!(
        error,
        "bandwise: s.toml:7:9: schedule.share does not belong to uniform (allowed: rise)\n"
    );
}

#[test]
fn a_missing_band_is_an_error_and_never_a_default() {
    let error = refused_scenario(format!(
        "{HEAD}[schedule]\nkind = \"band-rises\"\nrises = {{ A = 0.0, B = 0.0, C = 0.0, E = 0.1, F = 0.1, G = 0.1, H = 0.1 }}\n"
    ));
    assert!(
        error.ends_with(
            "schedule.rises: band D is missing (state each from A to H: 0.0 freezes a band)\n"
        ),
        "{error}"
    );
}

#[test]
fn an_uncertain_input_out_of_its_range_is_refused() {
    let schedule = "[schedule]\nkind = \"uniform\"\nrise = 0.15\n[inputs]\n";
    let wrong = refused_scenario(format!(
        "{HEAD}{schedule}kappa = {{ distribution = \"normal\", mean = 0.5, sd = 0.2 }}\n"
    ));
    assert!(
        wrong.contains("inputs.kappa: normal (mean 0.5, sd 0.2) gives values from -1.160 to 2.160"),
        "{wrong}"
    );
    let unknown = refused_scenario(format!(
        "{HEAD}{schedule}kapa = {{ distribution = \"fixed\", value = 0.5 }}\n"
    ));
    assert!(unknown.contains("[did you mean kappa?]"), "{unknown}");
}

#[test]
fn an_empty_file_is_told_where_to_start() {
    let error = refused_scenario("");
    assert_eq!(
        error,
        "bandwise: s.toml: is empty (print a scenario to start from with `bandwise init`)\n"
    );
}

#[test]
fn a_binary_file_is_no_scenario() {
    let error = refused_scenario([0x7f, b'E', b'L', b'F', 0xff, 0xfe, 0x00]);
    assert_eq!(
        error,
        "bandwise: s.toml: is not text: byte 4 is not UTF-8 (a scenario is a TOML file)\n"
    );
}

#[test]
fn a_folder_is_no_scenario() {
    let folder = tempdir().unwrap();
    fs::create_dir(folder.path().join("d.toml")).unwrap();
    let (code, error) = refused_in(&folder, &["run", "d.toml"]);
    assert_eq!(
        (code, error.as_str()),
        (65, "bandwise: d.toml: is a folder, not a scenario file\n")
    );
}

#[test]
fn no_draws_are_refused_on_the_command_line_and_in_a_file() {
    let (code, error) = refused(&["run", "--draws", "0"]);
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("0 is not in 1..=1000000"), "{error}");
    let error = refused_scenario(format!(
        "{HEAD}[schedule]\nkind = \"uniform\"\nrise = 0.15\n[simulation]\ndraws = 0\n"
    ));
    assert!(
        error.contains("simulation.draws: 0 is no number of draws"),
        "{error}"
    );
}

#[test]
fn an_unknown_vintage_says_which_are_held() {
    let (code, error) = refused(&["run", "--vintage", "1999-00"]);
    assert_eq!(code, 65);
    assert_eq!(
        error,
        "bandwise: vintage: no figures of \"1999-00\" are held (held: 2023-24, 2026-27)\n"
    );
}

#[test]
fn results_are_never_written_over_others_without_force() {
    let folder = tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = bandwise(&folder);
        command
            .args(["run", "--draws", "50", "--out", "results"])
            .args(arguments)
            .output()
            .unwrap()
    };
    assert!(run(&[]).status.success());
    fs::write(folder.path().join("results/mine.txt"), "keep").unwrap();
    let (code, error) = refused_in(&folder, &["run", "--draws", "60", "--out", "results"]);
    assert_eq!(code, 73);
    assert_eq!(
        error,
        "bandwise: results is there already [choose another place, or replace it with --force]\n"
    );
    assert!(run(&["--force", "--format", "json"]).status.success());
    let names = listing(&folder.path().join("results"));
    assert_eq!(
        names,
        [
            "ballot-paper.txt",
            "datapackage.json",
            "mine.txt",
            "provenance.json",
            "results.json",
            "scenario.toml"
        ],
        "old results go, other files stay"
    );
}

#[test]
fn a_place_that_cannot_be_written_to_is_found_out_before_the_run() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("file"), "x").unwrap();
    for place in ["file", "file/results", "/proc/bandwise"] {
        let (code, error) = refused_in(&folder, &["run", "--draws", "1000000", "--out", place]);
        assert_eq!(code, 73, "{error}");
        assert!(error.starts_with(&format!("bandwise: {place}")), "{error}");
    }
}

#[test]
fn without_a_place_results_go_into_a_new_folder_each_time() {
    let folder = tempdir().unwrap();
    for _ in 0..2 {
        succeeds(&folder, &["run", "--draws", "50"]);
    }
    assert_eq!(
        listing(&folder.path().join("bandwise-out")),
        [
            "derby-williamson-2018-2026-27",
            "derby-williamson-2018-2026-27-2"
        ]
    );
}

#[test]
fn the_same_bytes_come_out_on_one_thread_and_on_three() {
    let folder = tempdir().unwrap();
    for (threads, place) in [("1", "one"), ("3", "three")] {
        let arguments = [
            "run",
            "--draws",
            "700",
            "--threads",
            threads,
            "--out",
            place,
        ];
        succeeds(&folder, &arguments);
    }
    let files = |place: &str| {
        let place = folder.path().join(place);
        let mut names = listing(&place);
        names.retain(|name| name != "charts");
        let charts = listing(&place.join("charts"));
        names.extend(charts.into_iter().map(|name| format!("charts/{name}")));
        names
    };
    let names = files("one");
    assert_eq!(names, files("three"));
    for wanted in [
        "briefing.docx",
        "briefing.html",
        "briefing.md",
        "charts/yes-share.png",
        "charts/yes-share.svg",
        "draws.parquet",
        "results.json",
        "summary.csv",
        "summary.parquet",
        "workbook.xlsx",
    ] {
        assert!(
            names.iter().any(|name| name == wanted),
            "{wanted} in {names:?}"
        );
    }
    for name in names {
        let read = |place: &str| fs::read(folder.path().join(place).join(&name)).unwrap();
        assert!(read("one") == read("three"), "{name} differs");
    }
}

#[test]
fn the_scenario_as_understood_runs_to_the_same_results() {
    let folder = tempdir().unwrap();
    let run = |scenario: &str, place: &str, more: &[&str]| {
        let mut command = bandwise(&folder);
        command.args(["run", scenario, "--out", place]).args(more);
        assert!(command.output().unwrap().status.success());
        fs::read(folder.path().join(place).join("summary.csv")).unwrap()
    };
    let first = run(
        "gentle-efgh",
        "a",
        &["--draws", "300", "--authority", "Bristol", "--seed", "9"],
    );
    let again = run("a/scenario.toml", "b", &[]);
    assert!(first == again);
}

#[test]
fn replacements_are_echoed_in_the_provenance() {
    let folder = tempdir().unwrap();
    let arguments = [
        "run",
        "--draws",
        "50",
        "--seed",
        "3",
        "--authority",
        "E07000032",
        "--out",
        "o",
    ];
    succeeds(&folder, &arguments);
    let text = fs::read_to_string(folder.path().join("o/provenance.json")).unwrap();
    let provenance: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        provenance["overrides"],
        serde_json::json!([
            "authority = \"E07000032\"",
            "vote.name_on_ballot left out: it was another authority's",
            "simulation.draws = 50",
            "simulation.seed = 3"
        ])
    );
    assert_eq!(provenance["authority_code"], "E07000032");
}

#[test]
fn what_is_missing_is_empty_and_never_0() {
    let folder = tempdir().unwrap();
    let arguments = ["run", "max-without-vote", "--draws", "50", "--out", "o"];
    succeeds(&folder, &arguments);
    let summary = fs::read_to_string(folder.path().join("o/summary.csv")).unwrap();
    let won = summary
        .lines()
        .find(|line| line.starts_with("win_probability,"))
        .unwrap();
    assert_eq!(
        won,
        "win_probability,probability,50 draws,,,,,,,,,\"no referendum is needed, so there is no vote\""
    );
    let results = fs::read_to_string(folder.path().join("o/results.json")).unwrap();
    assert!(results.contains("\"yes_share\": null"));
}

#[test]
fn every_table_has_the_columns_of_the_data_package() {
    let folder = tempdir().unwrap();
    succeeds(&folder, &["run", "--draws", "200", "--out", "o"]);
    let read = |name: &str| fs::read_to_string(folder.path().join("o").join(name)).unwrap();
    let package: serde_json::Value = serde_json::from_str(&read("datapackage.json")).unwrap();
    let resources = package["resources"].as_array().unwrap();
    let tables = |format: &str| {
        resources
            .iter()
            .filter(|one| one["format"] == format)
            .count()
    };
    assert_eq!((tables("csv"), tables("parquet")), (14, 15));
    for field in resources
        .iter()
        .filter_map(|one| one["schema"]["fields"].as_array())
        .flatten()
    {
        let measured = ["integer", "number"].contains(&field["type"].as_str().unwrap());
        assert_eq!(measured, field["unit"].is_string(), "{field}");
    }
    let described: Vec<&str> = resources
        .iter()
        .map(|one| one["path"].as_str().unwrap())
        .collect();
    for name in listing(&folder.path().join("o")) {
        let known =
            name == "datapackage.json" || name == "charts" || described.contains(&name.as_str());
        assert!(known, "{name} is described");
    }
    for resource in resources
        .iter()
        .filter(|resource| resource["format"] == "csv")
    {
        let fields: Vec<&str> = resource["schema"]["fields"]
            .as_array()
            .unwrap()
            .iter()
            .map(|field| field["name"].as_str().unwrap())
            .collect();
        let table = read(resource["path"].as_str().unwrap());
        let mut rows = csv::Reader::from_reader(table.as_bytes());
        assert_eq!(rows.headers().unwrap().iter().collect::<Vec<_>>(), fields);
        assert!(rows.records().all(|row| row.unwrap().len() == fields.len()));
    }
}

/// The rows of bands and wards add up to the figures of the summary.
#[test]
fn bands_and_wards_add_up_to_the_summary() {
    let folder = tempdir().unwrap();
    let arguments = ["run", "--vintage", "2023-24", "--draws", "50", "--out", "o"];
    succeeds(&folder, &arguments);
    let column = |table: &str, name: &str| -> f64 {
        let mut rows = csv::Reader::from_path(folder.path().join("o").join(table)).unwrap();
        let at = rows
            .headers()
            .unwrap()
            .iter()
            .position(|header| header == name)
            .unwrap();
        rows.records()
            .map(|row| row.unwrap()[at].parse::<f64>().unwrap())
            .sum()
    };
    let figure = |metric: &str| -> f64 {
        let mut rows = csv::Reader::from_path(folder.path().join("o/summary.csv")).unwrap();
        let row = rows
            .records()
            .map(Result::unwrap)
            .find(|row| &row[0] == metric)
            .unwrap();
        row[3].parse().unwrap()
    };
    for (name, metric) in [
        ("relief_pounds", "relief_cost_pounds"),
        ("net_yield_vs_today_pounds", "net_yield_vs_today_pounds"),
        ("net_yield_vs_no_pounds", "net_yield_vs_no_pounds"),
    ] {
        assert!(
            (column("bands.csv", name) - figure(metric)).abs() < 0.01,
            "{name} by band"
        );
        assert!(
            (column("wards.csv", name) - figure(metric)).abs() < 2.0,
            "{name} by ward"
        );
    }
    assert_eq!(column("bands.csv", "n_dwellings"), 113_100.0);
    assert_eq!(column("wards.csv", "n_dwellings"), 113_100.0);
    assert!((column("wards.csv", "tax_base") - 71_038.7).abs() < 1e-6);
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let folder = tempdir().unwrap();
    let program = Command::cargo_bin("bandwise")
        .unwrap()
        .get_program()
        .to_owned();
    let script = format!(
        "'{}' schema | true; exit ${{PIPESTATUS[0]}}",
        program.display()
    );
    let status = std::process::Command::new("bash")
        .args(["-c", &script])
        .current_dir(folder.path())
        .status();
    assert!(status.unwrap().success());
}

#[test]
fn init_prints_a_scenario_that_checks_and_runs() {
    let folder = tempdir().unwrap();
    succeeds(&folder, &["init", "mine.toml"]);
    let check = bandwise(&folder)
        .args(["check", "mine.toml"])
        .output()
        .unwrap();
    let text = String::from_utf8(check.stdout).unwrap();
    assert!(
        text.contains("# band D: +20% on the council's own part, relief of 80.0%"),
        "{text}"
    );
    assert!(text.contains("# needs a referendum"));
    let (code, error) = refused_in(&folder, &["init", "mine.toml"]);
    assert_eq!(code, 73, "{error}");
    let run = bandwise(&folder)
        .args(["run", "mine.toml", "--draws", "50", "--out", "o"])
        .output();
    assert!(run.unwrap().status.success());
}

/// Every value that the example states is the default, but for those that each proposal must have.
#[test]
fn the_example_states_the_defaults() {
    let folder = tempdir().unwrap();
    let bare = format!(
        "{HEAD}[schedule]\nkind = \"freeze-target\"\nshare = 0.85\ntop_rise = 1.0\n[vote]\nname_on_ballot = \"Derby City Council\"\n"
    );
    fs::write(folder.path().join("bare.toml"), bare).unwrap();
    succeeds(&folder, &["init", "full.toml"]);
    let understood = |file: &str| {
        let output = bandwise(&folder)
            .args(["check", file, "--vintage", "2023-24"])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.split_once("[schedule]").unwrap().1.to_owned()
    };
    assert_eq!(understood("bare.toml"), understood("full.toml"));
}

#[test]
fn the_schema_names_every_key_of_the_example() {
    let folder = tempdir().unwrap();
    let output = bandwise(&folder).arg("schema").output().unwrap();
    let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let keys: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "area_levels",
            "authority",
            "by",
            "campaign",
            "evidence",
            "format",
            "households",
            "inputs",
            "key",
            "levels",
            "medium_term",
            "no",
            "others",
            "poll",
            "schedule",
            "services",
            "simulation",
            "source",
            "title",
            "vintage",
            "vote",
            "year"
        ]
    );
    assert_eq!(schema["additionalProperties"], false);
}

#[test]
fn data_check_reports_that_all_totals_agree() {
    let folder = tempdir().unwrap();
    for (vintage, lines) in [("2023-24", 24), ("2026-27", 19)] {
        let arguments = ["data", "check", "--vintage", vintage];
        let output = bandwise(&folder).args(arguments).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let last = format!("{lines} of {lines} agree.\n");
        assert!(output.status.success() && text.ends_with(&last), "{text}");
    }
}

#[test]
fn data_show_names_the_nearest_table_and_prints_csv_alone() {
    let (code, error) = refused(&["data", "show", "ward"]);
    assert_eq!(code, 65);
    assert!(error.contains("[did you mean wards?]"), "{error}");
    let folder = tempdir().unwrap();
    let output = bandwise(&folder)
        .args(["data", "show", "bands", "--csv"])
        .output()
        .unwrap();
    let rows = csv::Reader::from_reader(output.stdout.as_slice())
        .into_records()
        .count();
    assert_eq!(rows, 8 * 296 + 9 * 22);
}

#[test]
fn proposals_are_compared_on_the_same_luck() {
    let folder = tempdir().unwrap();
    let arguments = [
        "compare",
        "williamson-2018",
        "gentle-efgh",
        "uniform-15",
        "--draws",
        "300",
        "--out",
        "o",
    ];
    let output = bandwise(&folder).args(arguments).output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("WILLIAMSON-2018 AGAINST GENTLE-EFGH"),
        "{text}"
    );
    let table = fs::read_to_string(folder.path().join("o/compare.csv")).unwrap();
    assert_eq!(table.lines().count(), 1 + 2 * 6);
    let files = listing(&folder.path().join("o"));
    for file in [
        "briefing.docx",
        "briefing.html",
        "briefing.md",
        "charts",
        "league.csv",
    ] {
        assert!(files.iter().any(|held| held == file), "{file}: {files:?}");
    }
}

#[test]
fn proposals_for_different_authorities_are_not_compared() {
    let folder = tempdir().unwrap();
    let bristol = "format = 1\nkey = \"b\"\nauthority = \"Bristol\"\n[schedule]\nkind = \"uniform\"\nrise = 0.15\n".to_string();
    fs::write(folder.path().join("b.toml"), bristol).unwrap();
    let (code, error) = refused_in(&folder, &["compare", "uniform-15", "b.toml"]);
    assert_eq!(code, 65);
    assert!(error.contains("differ in authority"), "{error}");
}

/// The catalogue describes every column of every table, in order.
#[test]
fn the_catalogue_describes_every_column_in_order() {
    for table in bandwise::data::Catalogue::embedded().unwrap().table {
        let header = table.header().unwrap();
        let described: Vec<String> = table
            .column
            .iter()
            .map(|column| column.name.clone())
            .collect();
        assert_eq!(header, described, "{}", table.name);
        assert!(
            table
                .column
                .iter()
                .all(|column| !column.unit.is_empty() && !column.description.is_empty())
        );
    }
}

/// Relief gives back part of an increase: it cannot cut a bill, and no band can pay more than the
/// headline.
#[test]
fn a_cut_by_relief_is_refused() {
    let error = refused_scenario(format!(
        "{HEAD}[schedule]\nkind = \"freeze-target\"\nshare = 0.85\ntop_rise = -0.5\n"
    ));
    assert_eq!(
        error,
        "bandwise: s.toml:7:12: schedule.top_rise: a cut of -50% cannot be had by relief, which \
         gives back part of an increase (allowed: 0 to 3; the kind uniform can cut all bands alike)\n"
    );
}

/// LGFA 1992 s.52ZF(2)(b): substitute calculations must not be excessive.
#[test]
fn a_no_that_would_need_a_vote_itself_is_refused() {
    let error = refused_scenario(format!(
        "{HEAD}[schedule]\nkind = \"uniform\"\nrise = 0.15\n[no]\nrise = 0.3\n"
    ));
    assert_eq!(
        error,
        "bandwise: no.rise: 30% would itself need a referendum; substitute calculations must not \
         be excessive (allowed: at most 4.99%)\n"
    );
}

#[test]
fn extreme_inputs_are_refused_and_never_end_in_no_number() {
    let schedule = "[schedule]\nkind = \"uniform\"\nrise = 0.15\n[inputs]\n";
    for input in [
        "pi = { distribution = \"fixed\", value = 1.0 }",
        "m = { distribution = \"fixed\", value = 0.0 }",
        "k = { distribution = \"fixed\", value = -1 }",
        "turnout_shift = { distribution = \"fixed\", value = 1000.0 }",
        "mobilisation = { distribution = \"fixed\", value = 1000 }",
        "mood = { distribution = \"normal\", mean = 0, sd = 1e308 }",
        "delta_statutory = { distribution = \"normal\", mean = 0, sd = 900 }",
        "kappa = { distribution = \"beta\", a = 1e300, b = 1e300 }",
        "kappa = { distribution = \"beta\", a = 1e-5, b = 2 }",
        "rebill_cost = { distribution = \"fixed\", value = 1e300 }",
        "sigma_ward = { distribution = \"fixed\", value = -0.1 }",
        "omega = { distribution = \"fixed\", value = nan }",
    ] {
        let error = refused_scenario(format!("{HEAD}{schedule}{input}\n"));
        assert!(
            error.contains("s.toml:8:") && error.contains("allowed"),
            "{input}: {error}"
        );
    }
}

/// The furthest values that are allowed, all at once, still give numbers.
#[test]
fn the_furthest_inputs_allowed_give_numbers() {
    let folder = tempdir().unwrap();
    let lines: String = [
        ("pi", 0.999_999),
        ("m", 0.01),
        ("k", 100.0),
        ("tau", 10.0),
        ("delta_statutory", 20.0),
        ("gamma", 20.0),
        ("sigma_ward", 10.0),
        ("eta", -10.0),
        ("mobilisation", 5.0),
        ("turnout_shift", 20.0),
    ]
    .map(|(name, value)| format!("{name} = {{ distribution = \"fixed\", value = {value:?} }}\n"))
    .concat();
    let content = format!("{HEAD}[schedule]\nkind = \"uniform\"\nrise = 0.15\n[inputs]\n{lines}");
    fs::write(folder.path().join("s.toml"), content).unwrap();
    let run = bandwise(&folder)
        .args(["run", "s.toml", "--draws", "600", "--out", "o"])
        .output();
    assert!(run.unwrap().status.success());
    let summary = fs::read_to_string(folder.path().join("o/summary.csv")).unwrap();
    assert!(
        !summary.contains("NaN") && !summary.contains("inf"),
        "{summary}"
    );
}

#[test]
fn a_single_draw_has_no_spread() {
    let folder = tempdir().unwrap();
    let arguments = ["run", "--draws", "1", "--out", "o"];
    succeeds(&folder, &arguments);
    let mut rows = csv::Reader::from_path(folder.path().join("o/summary.csv")).unwrap();
    let yes = rows
        .records()
        .map(Result::unwrap)
        .find(|row| &row[0] == "yes_share")
        .unwrap();
    assert!(
        !yes[3].is_empty() && yes[4].is_empty() && yes[10].is_empty(),
        "{yes:?}"
    );
}

/// Force replaces results, and nothing but results.
#[test]
fn force_never_replaces_what_is_no_result() {
    let folder = tempdir().unwrap();
    fs::create_dir(folder.path().join("own")).unwrap();
    fs::write(folder.path().join("own/wards.csv"), "mine").unwrap();
    let (code, error) = refused_in(
        &folder,
        &["run", "--draws", "50", "--out", "own", "--force"],
    );
    assert_eq!(code, 73);
    assert_eq!(
        error,
        "bandwise: own holds files and no results of bandwise: not replaced [choose another folder]\n"
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("own/wards.csv")).unwrap(),
        "mine"
    );
}

#[test]
fn another_authority_takes_neither_turnout_nor_name_with_it() {
    let folder = tempdir().unwrap();
    let content = format!(
        "{HEAD}[schedule]\nkind = \"uniform\"\nrise = 0.15\n[vote]\nturnout = 0.2\nname_on_ballot = \"Derby City Council\"\n"
    );
    fs::write(folder.path().join("s.toml"), content).unwrap();
    let arguments = [
        "run",
        "s.toml",
        "--draws",
        "50",
        "--authority",
        "Birmingham",
        "--out",
        "o",
    ];
    succeeds(&folder, &arguments);
    let read = |name: &str| fs::read_to_string(folder.path().join("o").join(name)).unwrap();
    assert!(read("warnings.csv").contains("imputed_turnout"));
    assert!(!read("ballot-paper.txt").contains("Derby"));
    assert!(read("provenance.json").contains("vote.turnout left out"));
    assert!(read("scenario.toml").contains("vintage = \"2026-27\""));
}

#[test]
fn a_reorganised_authority_is_named_with_its_successor() {
    let (code, error) = refused(&["run", "--authority", "Carlisle"]);
    assert_eq!(code, 65);
    assert!(
        error.ends_with("[Carlisle became part of Cumberland in 2023-24]\n"),
        "{error}"
    );
}

#[test]
fn scenarios_with_one_key_are_not_compared() {
    let (code, error) = refused(&["compare", "uniform-15", "uniform-15"]);
    assert_eq!(code, 65);
    assert_eq!(
        error,
        "bandwise: two scenarios have the key \"uniform-15\" [give each its own key]\n"
    );
}

#[test]
fn terminal_control_characters_are_refused_in_names() {
    let error = refused_scenario(
        "format = 1\nkey = \"x\"\nauthority = \"Derby\"\ntitle = \"\\u001b[31mred\"\n[schedule]\nkind = \"uniform\"\nrise = 0.1\n",
    );
    assert!(
        error.contains("s.toml:4:9: title: not a line of text"),
        "{error}"
    );
}

/// A `SIGINT` in the middle of a long run leaves nothing behind.
#[test]
fn a_run_that_is_stopped_leaves_nothing_behind() {
    let folder = tempdir().unwrap();
    let program = Command::cargo_bin("bandwise")
        .unwrap()
        .get_program()
        .to_owned();
    let mut child = std::process::Command::new(program)
        .args(["run", "--draws", "1000000", "--out", "results"])
        .current_dir(folder.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while listing(folder.path()).is_empty() {
        std::thread::yield_now();
    }
    let stop = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(stop.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(listing(folder.path()), Vec::<String>::new());
}

#[test]
fn faults_of_the_new_kinds_are_named_with_their_place() {
    for (schedule, expected) in [
        (
            "kind = \"band-amounts\"\namounts = { A = 1, B = 1, C = 1, D = 1, E = 1, F = 1, G = 1 }\n",
            "s.toml:6:11: schedule.amounts: band H is missing (state each from A to H: today's amount \
             freezes a band)",
        ),
        (
            "kind = \"national-ratios\"\nchanges = { E = -1.0 }\n",
            "s.toml:6:17: schedule.changes.E: nothing would be left of the ratio (allowed: above -1)",
        ),
        (
            "kind = \"national-ratios\"\nratios = { E = \"eleven\" }\n",
            "s.toml:6:16: schedule.ratios.E: \"eleven\" is no ratio to band D (allowed: a fraction such \
             as \"473/360\", or a number from 0.01 to 20)",
        ),
        (
            "kind = \"extra-bands\"\nbands = [{ name = \"I\", of = \"H\", share = 0.7, ratio = 3 }, \
             { name = \"J\", of = \"H\", share = 0.4, ratio = 4 }]\n",
            "s.toml:6:9: schedule.bands: the new bands take 110.0% of band H (allowed: at most 100%)",
        ),
        (
            "kind = \"proportional\"\nrate = 0.48\n",
            "s.toml:6:8: schedule.rate: 0.48 is no share of value a year (allowed: above 0 to 0.05, \
             where 0.005 is 0.5%) [did you mean 0.0048?]",
        ),
        (
            "kind = \"surcharge\"\nto = \"exchecker\"\nsteps = [{ from = 2, pounds = 1 }]\n",
            "s.toml:6:6: schedule.to: \"exchecker\" gets no surcharge (allowed: council, exchequer) \
             [did you mean exchequer?]",
        ),
        (
            "kind = \"surcharge\"\nsteps = [{ from = 2, pounds = 5 }, { from = 3, pounds = 4 }]\n",
            "s.toml:6:45: schedule.steps: £4.00 from £3.00 does not rise (allowed: steps in rising \
             order of value, none below the one before)",
        ),
        (
            "kind = \"uniform\"\nrise = 0.1\nphase_in_years = 0\n",
            "s.toml:7:18: schedule.phase_in_years: 0 is no number of years (allowed: whole numbers \
             from 1 to 10)",
        ),
        (
            "kind = \"uniform\"\nrise = 0.1\nprotect_reduction = \"yes\"\n",
            "s.toml:7:21: schedule.protect_reduction: \"yes\" is neither (allowed: true, false)",
        ),
        (
            "kind = \"uniform\"\nrise = 0.1\nto = \"council\"\n",
            "s.toml:7:6: schedule.to does not belong to uniform (allowed: rise)",
        ),
    ] {
        let error = refused_scenario(format!("{HEAD}[schedule]\n{schedule}"));
        assert_eq!(error, format!("bandwise: {expected}\n"));
    }
}

#[test]
fn a_proposal_by_value_is_refused_in_wales() {
    let (code, error) = refused(&["run", "fairer-share", "--authority", "Cardiff"]);
    assert_eq!(code, 65);
    assert_eq!(
        error,
        "bandwise: schedule: the value of homes cannot be worked out in Wales, whose bands go by values \
         of 2003 (allowed: billing authorities of England)\n"
    );
}

/// The poll, the campaign and the ballot left out that the example shows are ones.
#[test]
fn the_evidence_that_the_example_shows_is_read() {
    let folder = tempdir().unwrap();
    let shown = ["leave_out = ", "comprehension = ", "effects = "];
    let mut in_poll = false;
    let opened = bandwise::data::scenario::EXAMPLE.lines().map(|line| {
        let text = line.strip_prefix("# ").unwrap_or(line);
        in_poll = text == "[[poll]]" || (in_poll && line.starts_with("# "));
        if in_poll || shown.iter().any(|key| text.starts_with(key)) {
            text
        } else {
            line
        }
    });
    let opened = opened.collect::<Vec<_>>().join("\n");
    fs::write(folder.path().join("opened.toml"), opened).unwrap();
    let check = |arguments: &[&str]| {
        let output = bandwise(&folder)
            .args(["check", "opened.toml"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let understood = check(&[]);
    for line in [
        "leave_out = [\"bedfordshire_pcc_2015\"]",
        "[[poll]]\nquestion = \"ballot-paper\"\nsample = 1000\nyes = 0.41\nno = 0.44\n\
         undecided = 0.15\ndate = \"2024-02-10\"\nmode = \"online\"\nhouse_sd = 0.2\n\
         source = \"example\"",
        "comprehension = 0.8",
        "  { name = \"A leaflet to every home\", log_odds = 0.2, sd = 0.1, source = \"example\" },",
    ] {
        assert!(understood.contains(line), "{line}\n{understood}");
    }
    let priors = check(&["--priors-only"]);
    assert!(
        priors.contains("learn_from = \"priors-only\"\n\n[[poll]]"),
        "{priors}"
    );
}

#[test]
fn what_the_command_line_does_to_the_evidence_is_echoed() {
    let folder = tempdir().unwrap();
    let poll = "[[poll]]\nquestion = \"own-bill\"\nsample = 800\nyes = 0.4\nno = 0.6\n\
                date = \"2024-01-31\"\nmode = \"phone\"\n[campaign]\ncomprehension = 0.7\n";
    fs::write(
        folder.path().join("s.toml"),
        format!("{HEAD}vintage = \"2023-24\"\n[schedule]\nkind = \"uniform\"\nrise = 0.15\n{poll}"),
    )
    .unwrap();
    succeeds(
        &folder,
        &[
            "run",
            "s.toml",
            "--authority",
            "Luton",
            "--priors-only",
            "--draws",
            "20",
            "--out",
            "o",
        ],
    );
    let provenance = fs::read_to_string(folder.path().join("o/provenance.json")).unwrap();
    for said in [
        "poll left out: it was another authority's",
        "campaign left out: it was another authority's",
        "evidence.learn_from = \\\"priors-only\\\"",
    ] {
        assert!(provenance.contains(said), "{said}\n{provenance}");
    }
}

/// Every kind that the commented example shows is a scenario as it stands there.
#[test]
fn every_kind_of_the_example_can_be_run() {
    let folder = tempdir().unwrap();
    let example = bandwise::data::scenario::EXAMPLE;
    let mut kinds: Vec<Vec<String>> = Vec::new();
    let mut open = false;
    for line in example.lines() {
        let shown = line.strip_prefix("# ").filter(|text| text.contains(" = "));
        match shown {
            Some(text) if text.starts_with("kind = \"") => {
                kinds.push(vec![text.to_owned()]);
                open = true;
            }
            Some(text) if open => kinds.last_mut().unwrap().push(text.to_owned()),
            _ => open = false,
        }
    }
    assert_eq!(
        kinds.len(),
        8,
        "all kinds but the one that stands there already"
    );
    for kind in kinds {
        let text = format!(
            "format = 1\nkey = \"shown\"\nauthority = \"Derby\"\nvintage = \"2023-24\"\n\n[schedule]\n{}\n",
            kind.join("\n")
        );
        fs::write(folder.path().join("shown.toml"), &text).unwrap();
        let output = bandwise(&folder)
            .args([
                "run",
                "shown.toml",
                "--draws",
                "20",
                "--out",
                "shown",
                "--force",
            ])
            .output()
            .unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{text}\n{error}");
    }
}
