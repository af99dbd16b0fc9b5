use rama::defmodule;

fn is_even(n: i64) -> bool {
    n % 2 == 0
}

defmodule! {
    pub module Numbers {
        path_function is_evn;
    }
}

fn main() {
    let _ = is_even;
}
