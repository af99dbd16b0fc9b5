use rama::defmodule;

fn is_even(n: i64) -> bool {
    n % 2 == 0
}

defmodule! {
    pub module Numbers {
        path_function is_even;
        path_function double = |n: i64| n * 2;
        path_function is_even = |n: i64| n % 2 == 0;
    }
}

fn main() {
    let _ = is_even;
}
