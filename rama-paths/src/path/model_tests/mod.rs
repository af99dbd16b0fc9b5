//! Navigators beside what their documentation says of them.

mod failures;
mod map_key;
mod moves;
mod parts;
mod turns;
