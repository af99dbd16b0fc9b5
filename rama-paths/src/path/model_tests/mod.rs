//! Navigators beside what their documentation says of them.

mod entries;
mod failures;
mod map_key;
mod moves;
mod parts;
mod turns;
mod whole_ranges;
