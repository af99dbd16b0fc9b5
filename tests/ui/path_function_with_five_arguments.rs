use rama::defmodule;

defmodule! {
    pub module Numbers {
        path_function sum = |a: i64, b: i64, c: i64, d: i64, e: i64| a + b + c + d + e;
    }
}

fn main() {}
