//! bandwise
pub mod data;
pub mod domain;
