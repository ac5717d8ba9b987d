//! The program: parse, dispatch, one error line, exit code.

mod app;

use std::process::ExitCode;

fn main() -> ExitCode {
    app::exit::guarded(app::dispatch)
}
