//! See `core`.
#![no_core]
pub use core::*;
