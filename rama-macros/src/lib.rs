//! The DSL compiler of rama: `defmodule!` and the derives.
mod derive;
