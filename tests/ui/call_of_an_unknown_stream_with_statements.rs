use rama::dataflow;

dataflow! {
    ramaop split(*n: i64) even> i64 odd> i64 { <<if *n % 2 == 0 { even> *n; } else { odd> *n; } }
}

fn main() {
    let _out = dataflow! {
        %split(3) evn>> *n { :> *n + 1; };
    };
}
