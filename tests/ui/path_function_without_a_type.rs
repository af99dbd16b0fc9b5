use rama::defmodule;

defmodule! {
    pub module Numbers {
        path_function is_below = |n: i64, limit| n < limit;
    }
}

fn main() {}
