use rama::dataflow;

fn main() {
    let _out = dataflow! {
        <<ramafn %add(*n: i64) -> i64 { :> *n + 1; }
        *add :> %again;
        :> %again(3);
    };
}
