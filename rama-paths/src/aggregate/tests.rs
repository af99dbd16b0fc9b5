//! Aggregators at their edges.

use super::{Aggregator, count, max, min, sum};

#[test]
fn the_first_value_is_the_value() {
    assert_eq!(sum(-3).update(None), -3);
    assert_eq!(max(-3).update(None), -3);
    assert_eq!(min(-3).update(None), -3);
    assert_eq!(count().update(None::<usize>), 1);
}

#[test]
#[should_panic(expected = "`+sum` overflowed")]
fn a_sum_that_overflows_panics() {
    sum(1_u8).update(Some(255));
}

#[test]
#[should_panic(expected = "`+count` overflowed")]
fn a_count_that_overflows_panics() {
    count().update(Some(i8::MAX));
}

#[test]
fn floats_have_an_order() {
    assert_eq!(max(1.0).update(Some(f64::NEG_INFINITY)), 1.0);
    assert_eq!(min(-0.0_f32).update(Some(0.0)).to_bits(), (-0.0_f32).to_bits());
}
