use rama::dataflow;

fn main() {
    let _out = dataflow! {
        %explode(vec![1, 2]) :> *n;
        *nn + 1 :> *m;
        filter> ;
        :> *m;
    };
}
