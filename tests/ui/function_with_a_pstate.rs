use rama::dataflow;

dataflow! {
    ramafn read($$funds: rama::PMap<i64, i64>, *n: i64) -> i64 {
        local_select> $$funds.key(*n).nil_to_val(0) :> *amount;
        :> *amount;
    }
}

fn main() {}
