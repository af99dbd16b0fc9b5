use rama::dataflow;

fn main() {
    let _out = dataflow! {
        std::sync::Mutex::new(1) :> *lock;
        <<ramafn %locked(*n: i64) -> i64 { :> *n + *lock.lock().map_or(0, |n| *n); }
        :> %locked(3);
    };
}
