use rama::dataflow;

dataflow! {
    ramaop moved<T: Clone>(*value: T) :> T {
        |all;
        :> *value;
    }
}

fn main() {}
