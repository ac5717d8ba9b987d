//! A paper as PDF, printed by a browser that is installed: Chromium, Google Chrome or Microsoft Edge.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use bandwise::report::OutputError;
use tempfile::TempDir;

use super::cli::Format;
use super::exit::Failure;

/// The environment variable that names the browser: a path, or a name on `PATH`.
const NAMED_IN: &str = "BANDWISE_BROWSER";

/// Names on `PATH`.
const NAMES: [&str; 8] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "microsoft-edge-stable",
    "chrome",
    "msedge",
];

/// Where browsers are that are not on `PATH`.
const PLACES: [&str; 6] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Microsoft\Edge\Application\msedge.exe",
];

/// It needs no window, keeps to itself, and prints nothing but the page.
const FLAGS: [&str; 9] = [
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-pdf-header-footer",
    "--print-to-pdf=paper.pdf",
];

/// A browser that has not printed by then never will.
const LIMIT: Duration = Duration::from_secs(60);

/// The date that stands in every PDF: there is no clock in a result.
const DATE: &[u8; 14] = b"19800101000000";

/// The browser at work, where an interrupt finds it.
static AT_WORK: Mutex<Option<Job>> = Mutex::new(None);

/// A browser that can print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browser {
    program: PathBuf,
}

impl Browser {
    /// One where a PDF is asked for.
    ///
    /// # Errors
    /// When it is, and there is none.
    pub fn wanted(formats: &[Format]) -> Result<Option<Self>, Failure> {
        formats.contains(&Format::Pdf).then(Self::find).transpose()
    }

    /// Finds one: as `BANDWISE_BROWSER` says, else on `PATH`, else in the usual places.
    ///
    /// # Errors
    /// When there is none.
    fn find() -> Result<Self, Failure> {
        let set = |name| env::var_os(name).filter(|value| !value.is_empty());
        Self::find_in(set(NAMED_IN).as_deref(), &set("PATH").unwrap_or_default())
    }

    fn find_in(named: Option<&OsStr>, path: &OsStr) -> Result<Self, Failure> {
        let on_path = |name: &OsStr| {
            let mut program = name.to_owned();
            program.push(env::consts::EXE_SUFFIX);
            env::split_paths(path)
                .flat_map(|folder| [folder.join(name), folder.join(&program)])
                .find_map(|place| startable(&place))
        };
        if let Some(named) = named {
            let place = Path::new(named);
            let program = if place.components().count() > 1 {
                startable(place)
            } else {
                on_path(named)
            };
            return program.map(|program| Self { program }).ok_or_else(|| {
                Failure::bad_input(format!(
                    "{NAMED_IN}: {} is no program [name the program of Chromium, Chrome or Edge]",
                    place.display()
                ))
            });
        }
        NAMES
            .iter()
            .find_map(|name| on_path(OsStr::new(name)))
            .or_else(|| PLACES.iter().find_map(|place| startable(Path::new(place))))
            .map(|program| Self { program })
            .ok_or_else(|| {
                cannot(
                    "there is no Chromium, Google Chrome or Microsoft Edge to print it [install one, \
                     or name it in BANDWISE_BROWSER; any browser prints briefing.html to PDF, and \
                     briefing.docx needs none]",
                )
                .into()
            })
    }

    /// Prints a page as PDF. The same page gives the same bytes with the same browser.
    ///
    /// # Errors
    /// When the browser does not start, prints nothing, or takes longer than a minute. It is stopped
    /// then, and leaves nothing behind.
    pub fn print(&self, html: &str) -> Result<Vec<u8>, OutputError> {
        self.print_within(html, LIMIT)
    }

    fn print_within(&self, html: &str, limit: Duration) -> Result<Vec<u8>, OutputError> {
        let trouble = |error: &io::Error| cannot(&format!("{}: {error}", self.program.display()));
        // An interrupt waits until the job can be found and stopped.
        let mut at_work = at_work();
        *at_work = Some(Job::start(&self.program, html).map_err(|error| trouble(&error))?);
        drop(at_work);
        let ended = wait(limit);
        let job = self::at_work().take();
        let status = ended.map_err(|error| trouble(&error))?;
        let printed = job.as_ref().map(Job::printed);
        match (status, printed) {
            (Some(status), Some(Ok(mut bytes))) if status.success() => {
                undate(&mut bytes);
                Ok(bytes)
            }
            (None, _) => Err(cannot(&format!(
                "{} did not print it within {} seconds",
                self.program.display(),
                limit.as_secs()
            ))),
            (Some(status), _) => Err(cannot(&format!(
                "{} printed nothing ({status}) [name another browser in {NAMED_IN}; any browser \
                 prints briefing.html to PDF]",
                self.program.display()
            ))),
        }
    }
}

/// Where a program is, if it can be started: it is started from another folder than it is found from.
fn startable(place: &Path) -> Option<PathBuf> {
    let place = std::path::absolute(place).ok()?;
    let about = fs::metadata(&place).ok()?;
    (about.is_file() && executable(&about)).then_some(place)
}

#[cfg(unix)]
fn executable(about: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn executable(_about: &fs::Metadata) -> bool {
    true
}

/// Stops a browser that is at work, for an interrupt: neither it nor its folder stays.
pub fn stop() {
    drop(at_work().take());
}

fn at_work() -> MutexGuard<'static, Option<Job>> {
    AT_WORK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for the browser to end: nothing where it has not within the limit.
fn wait(limit: Duration) -> io::Result<Option<ExitStatus>> {
    let start = Instant::now();
    while start.elapsed() < limit {
        // Without a job there was an interrupt, which ends the program.
        if let Some(job) = at_work().as_mut()
            && let Some(status) = job.browser.try_wait()?
        {
            return Ok(Some(status));
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(None)
}

/// A browser at work in a folder of its own. Dropped, neither stays.
struct Job {
    browser: Child,
    folder: TempDir,
}

impl Job {
    fn start(program: &Path, html: &str) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("bandwise-pdf-").tempdir()?;
        fs::write(folder.path().join("paper.html"), html)?;
        let mut command = Command::new(program);
        command
            .args(FLAGS)
            .arg(profile(folder.path()))
            .current_dir(folder.path())
            // What it lays down elsewhere goes with the folder too.
            .env("TMPDIR", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        apart(&mut command, folder.path())?;
        let browser = command.arg("paper.html").spawn()?;
        Ok(Self { browser, folder })
    }

    /// What was printed: it comes from the browser by way of a file.
    fn printed(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::options()
            .read(true)
            .open(self.folder.path().join("paper.pdf"))?
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        end(&mut self.browser);
        // Its helpers may write for a moment after it has ended.
        for _ in 0..100 {
            if fs::remove_dir_all(self.folder.path()).is_ok() {
                break;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

fn profile(folder: &Path) -> OsString {
    let mut flag = OsString::from("--user-data-dir=");
    flag.push(folder.join("profile"));
    flag
}

/// Starts it as the head of a group, so that it can be stopped with its helpers. Browsers refuse their
/// own sandbox to root.
#[cfg(unix)]
fn apart(command: &mut Command, folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::process::CommandExt;
    if fs::metadata(folder)?.uid() == 0 {
        command.arg("--no-sandbox");
    }
    command.process_group(0);
    Ok(())
}

#[cfg(not(unix))]
fn apart(_command: &mut Command, _folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Ends a browser and its helpers; one that has ended is none the worse for it.
fn end(browser: &mut Child) {
    #[cfg(unix)]
    if matches!(browser.try_wait(), Ok(None)) {
        let group = format!("-{}", browser.id());
        drop(
            Command::new("sh")
                .args(["-c", "kill -s KILL -- \"$0\"", &group])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status(),
        );
    }
    drop(browser.kill());
    drop(browser.wait());
}

/// Puts one date in the place of each that the browser wrote, sign for sign, so that all positions in
/// the file stay as they are.
fn undate(pdf: &mut [u8]) {
    for key in [&b"/CreationDate (D:"[..], b"/ModDate (D:"] {
        let places: Vec<usize> = (0..pdf.len().saturating_sub(key.len() + DATE.len()))
            .filter(|place| pdf[*place..].starts_with(key))
            .map(|place| place + key.len())
            .collect();
        for place in places {
            let (date, rest) = pdf[place..].split_at_mut(DATE.len());
            if !date.iter().all(u8::is_ascii_digit) {
                continue;
            }
            date.copy_from_slice(DATE);
            // Its zone, as in +01'00'.
            for sign in rest.iter_mut().take(7).take_while(|sign| **sign != b')') {
                match sign {
                    b'0'..=b'9' => *sign = b'0',
                    b'-' => *sign = b'+',
                    _ => {}
                }
            }
        }
    }
}

fn cannot(reason: &str) -> OutputError {
    OutputError::CannotWrite {
        place: "briefing.pdf".to_owned(),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A program that stands for a browser: a shell script.
    fn stand_in(folder: &Path, script: &str) -> Browser {
        let program = folder.join("browser");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        Browser { program }
    }

    fn said(failure: &Failure) -> String {
        format!("{failure:?}")
    }

    /// One after the other: there is one browser at work at a time.
    #[test]
    fn a_browser_prints_fails_or_is_stopped_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let told = folder.path().join("told");
        let tell = format!(
            "pwd > '{}'; echo $$ >> '{}'",
            told.display(),
            told.display()
        );
        let gone = || {
            let text = io::read_to_string(File::options().read(true).open(&told).unwrap()).unwrap();
            let (place, process) = text.trim().split_once('\n').unwrap();
            assert!(!Path::new(place).exists(), "{place}");
            let told = Command::new("kill")
                .args(["-0", process])
                .stderr(Stdio::null())
                .status()
                .unwrap();
            assert!(!told.success(), "{process}");
        };

        let dated = "printf '/CreationDate (D:20261122123456-01'\\''30'\\'')' > paper.pdf";
        let prints = stand_in(
            folder.path(),
            &format!("{tell}; cat paper.html >> /dev/null; {dated}"),
        );
        let bytes = prints.print("<p>page</p>").unwrap();
        assert_eq!(bytes, b"/CreationDate (D:19800101000000+00'00')");
        gone();

        let fails = stand_in(folder.path(), &format!("{tell}; exit 3"));
        let failure = fails.print("").unwrap_err().to_string();
        assert!(
            failure.contains("briefing.pdf: cannot write: "),
            "{failure}"
        );
        assert!(
            failure.contains("printed nothing (exit status: 3)"),
            "{failure}"
        );
        gone();

        // What it has started ends with it.
        let hangs = stand_in(folder.path(), &format!("sleep 600 & {tell}; wait"));
        let failure = hangs
            .print_within("", Duration::from_secs(1))
            .unwrap_err()
            .to_string();
        assert!(
            failure.contains("did not print it within 1 seconds"),
            "{failure}"
        );
        gone();

        let missing = Browser {
            program: folder.path().join("none"),
        };
        let failure = missing.print("").unwrap_err().to_string();
        assert!(failure.contains("none: No such file"), "{failure}");
    }

    #[test]
    fn a_browser_is_found_by_its_name_or_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let browser = stand_in(folder.path(), "");
        let (path, none) = (folder.path().as_os_str(), OsStr::new(""));
        assert_eq!(
            Browser::find_in(Some(OsStr::new("browser")), path).unwrap(),
            browser
        );
        assert_eq!(
            Browser::find_in(Some(browser.program.as_os_str()), none).unwrap(),
            browser
        );
        let failure = said(&Browser::find_in(Some(OsStr::new("brwser")), path).unwrap_err());
        assert!(
            failure
                .contains("BANDWISE_BROWSER: brwser is no program [name the program of Chromium"),
            "{failure}"
        );
        if !PLACES.iter().any(|place| Path::new(place).is_file()) {
            let failure = said(&Browser::find_in(None, path).unwrap_err());
            assert!(failure.contains("briefing.docx needs none"), "{failure}");
        }
    }

    #[test]
    fn a_browser_is_started_from_any_folder_and_only_where_it_is_a_program() {
        let here = env::current_dir().unwrap();
        let folder = tempfile::tempdir_in(&here).unwrap();
        let browser = stand_in(folder.path(), "printf page > paper.pdf");
        let within = folder.path().strip_prefix(&here).unwrap();
        let named = Path::new(".").join(within).join("browser");
        let found = Browser::find_in(Some(named.as_os_str()), OsStr::new("")).unwrap();
        assert_eq!(found, browser);
        let on_path = Browser::find_in(Some(OsStr::new("browser")), within.as_os_str()).unwrap();
        assert_eq!(on_path, browser);
        fs::set_permissions(&browser.program, fs::Permissions::from_mode(0o644)).unwrap();
        let failure =
            said(&Browser::find_in(Some(named.as_os_str()), within.as_os_str()).unwrap_err());
        assert!(failure.contains("is no program"), "{failure}");
    }

    #[test]
    fn only_dates_are_replaced() {
        let mut bytes =
            b"x /ModDate (D:20261122123456Z) /CreationDate (D:2026) /ModDate (D:".to_vec();
        undate(&mut bytes);
        assert_eq!(
            bytes,
            b"x /ModDate (D:19800101000000Z) /CreationDate (D:2026) /ModDate (D:"
        );
    }
}
