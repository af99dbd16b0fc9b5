//! Asynchronous calls.

mod stand_alone;
