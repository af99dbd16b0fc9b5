use rama::dataflow;

dataflow! {
    ramaop pairs<T: Clone>(*value: T) :> T, T { :> *value.clone(), *value; }
}

fn main() {
    let _out = dataflow! {
        %pairs(3) nothing> <none> *n;
        hook> <none>;
        :> *n;
    };
}
