use rama::defmodule;

struct Opaque;

fn opaque(_value: i64) -> Opaque {
    Opaque
}

defmodule! {
    pub module Names {
        path_function opaque;
    }
}

fn main() {
    let _ = Opaque;
}
