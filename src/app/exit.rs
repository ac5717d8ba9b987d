//! Exit codes and the one error line.

use std::fmt::Display;
use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::Once;

use bandwise::data::DataError;
use bandwise::data::scenario::ScenarioError;
use bandwise::report::OutputError;
use bandwise::report::folder::FolderError;
use bandwise::report::sweep::JoinError;
use bandwise::simulation::PrepareError;

/// Bad input: a scenario, a name or a file that cannot be used.
const BAD_INPUT: u8 = 65;
/// A fault of the program itself.
const BUG: u8 = 70;
/// Results cannot be written.
const CANNOT_WRITE: u8 = 73;

/// Why a command ended early.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// Bad input.
    pub fn bad_input(message: impl Display) -> Self {
        Self {
            code: BAD_INPUT,
            message: message.to_string(),
        }
    }

    /// A fault of the program.
    pub fn bug(message: impl Display) -> Self {
        Self {
            code: BUG,
            message: format!("{message} (a fault of bandwise: please report it)"),
        }
    }
}

impl From<ScenarioError> for Failure {
    fn from(error: ScenarioError) -> Self {
        Self::bad_input(error)
    }
}

impl From<PrepareError> for Failure {
    fn from(error: PrepareError) -> Self {
        match error {
            // Embedded tables that do not fit together are a fault of the build.
            PrepareError::Data(_) => Self::bug(error),
            _ => Self::bad_input(error),
        }
    }
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Self {
        Self::bad_input(error)
    }
}

impl From<OutputError> for Failure {
    fn from(error: OutputError) -> Self {
        Self {
            code: CANNOT_WRITE,
            message: error.to_string(),
        }
    }
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Self {
        match error {
            FolderError::Output(error) => error.into(),
            FolderError::Data(error) => error.into(),
            FolderError::Workbook(error) => Self::bug(error),
            FolderError::Word(error) => Self::bug(error),
        }
    }
}

impl From<JoinError> for Failure {
    fn from(error: JoinError) -> Self {
        match error {
            JoinError::Data(error) => error.into(),
            JoinError::Output(error) => error.into(),
        }
    }
}

/// Runs a command: prints its failure on one line and turns it into an exit code. A panic is a
/// bug and says so.
pub fn guarded(command: fn() -> Result<(), Failure>) -> ExitCode {
    // Several threads may meet the same fault: say it once.
    static SAID: Once = Once::new();
    panic::set_hook(Box::new(|info| {
        SAID.call_once(|| complain(&format!("{info} (a fault of bandwise: please report it)")));
    }));
    match panic::catch_unwind(AssertUnwindSafe(command)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(failure)) => {
            complain(&failure.message);
            ExitCode::from(failure.code)
        }
        Err(_) => ExitCode::from(BUG),
    }
}

/// Prints to standard output; a reader that has gone away is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure {
            code: CANNOT_WRITE,
            message: format!("standard output: {error}"),
        }),
        _ => Ok(()),
    }
}

/// Prints a line to standard error.
pub fn complain(message: &str) {
    // Nobody is left to tell when standard error is closed as well.
    drop(writeln!(io::stderr().lock(), "bandwise: {message}"));
}
