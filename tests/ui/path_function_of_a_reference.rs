use rama::defmodule;

defmodule! {
    pub module Names {
        path_function length = |name: &str| name.len();
    }
}

fn main() {}
