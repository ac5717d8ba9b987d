//! The page and its interface, asked over real connections to the real program.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod api;
mod better;
mod ending;
mod files;
mod form;
mod hostile;
mod http;
