use rama::defmodule;

struct Opaque;

defmodule! {
    pub module Names {
        path_function is_opaque = |_value: Opaque| true;
    }
}

fn main() {
    let _ = Opaque;
}
