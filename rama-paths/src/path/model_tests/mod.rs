//! Navigators beside what their documentation says of them.

mod entries;
mod failures;
mod lists;
mod map_key;
mod moves;
mod parts;
mod recursive;
mod turns;
mod whole_ranges;
