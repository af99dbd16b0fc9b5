//! Navigators beside what their documentation says of them.

mod map_key;
mod moves;
mod parts;
