//! Order and round trip of every kind of key.

use std::cmp::Ordering;

use proptest::prelude::*;

use super::{Key, KeyBytes, KeyHash, key_hash};

fn bytes<K: Key>(key: &K) -> KeyBytes {
    let mut out = KeyBytes::new();
    key.encode_key(&mut out);
    out
}

fn check<K: Key + std::fmt::Debug>(a: &K, b: &K, order: Ordering) {
    let (ea, eb) = (bytes(a), bytes(b));
    assert_eq!(ea.cmp(&eb), order, "{a:?} {b:?}");
    for (key, encoded) in [(a, &ea), (b, &eb)] {
        let back = K::from_key_bytes(encoded).expect("what was encoded decodes");
        assert_eq!(bytes(&back), *encoded, "{key:?}");
        // Self-delimiting: what follows is left alone.
        let mut longer = encoded.clone();
        longer.extend(&[7, 0, 255]);
        let mut rest: &[u8] = &longer;
        K::decode_key(&mut rest).expect("what was encoded decodes");
        assert_eq!(rest, [7, 0, 255]);
        // Too short is an error or another value, never a panic.
        for end in 0..encoded.len() {
            let _ = K::from_key_bytes(&encoded[..end]);
        }
    }
}

macro_rules! order {
    ($($name:ident: $t:ty;)*) => {
        proptest! {$(
            #[test]
            fn $name(a in any::<$t>(), b in any::<$t>()) {
                check(&a, &b, a.cmp(&b));
                check(&a, &a, Ordering::Equal);
            }
        )*}
    };
}

order! {
    u8_keys: u8; u16_keys: u16; u32_keys: u32; u64_keys: u64; u128_keys: u128;
    i8_keys: i8; i16_keys: i16; i32_keys: i32; i64_keys: i64; i128_keys: i128;
    usize_keys: usize; isize_keys: isize; bool_keys: bool; char_keys: char;
    string_keys: String; unit_keys: (); option_keys: Option<i16>; nested_option_keys: Option<Option<bool>>;
    pair_keys: (i8, bool); tuple_keys: (bool, String, Option<u8>); array_keys: [i16; 3];
    wide_keys: (bool, bool, u8, i8, Option<bool>, char, (), String);
}

proptest! {
    #[test]
    fn byte_keys_with_many_zeroes(
        a in prop::collection::vec(prop_oneof![Just(0_u8), Just(1), Just(255)], 0..6),
        b in prop::collection::vec(prop_oneof![Just(0_u8), Just(1), Just(255)], 0..6),
        c in any::<u8>(), d in any::<u8>(),
    ) {
        check(&a, &b, a.cmp(&b));
        let (x, y) = ((a, c), (b, d));
        check(&x, &y, x.cmp(&y));
    }

    #[test]
    fn uuid_keys(a in any::<u128>(), b in any::<u128>()) {
        let (a, b) = (uuid::Uuid::from_u128(a), uuid::Uuid::from_u128(b));
        check(&a, &b, a.cmp(&b));
    }

    #[test]
    fn f32_keys(a in any::<f32>(), b in any::<f32>()) {
        check(&a, &b, a.total_cmp(&b));
    }

    #[test]
    fn f64_keys(a in any::<f64>(), b in any::<f64>()) {
        check(&a, &b, a.total_cmp(&b));
    }
}

#[test]
fn special_floats_are_ordered() {
    let order = [f64::NEG_INFINITY, -1.5, -0.0, 0.0, 1e-300, 2.0, f64::INFINITY, f64::NAN];
    for pair in order.windows(2) {
        assert!(bytes(&pair[0]) < bytes(&pair[1]), "{pair:?}");
    }
}

#[test]
fn encodings_are_fixed() {
    assert_eq!(format!("{:?}", bytes(&-1_i64)), "7fffffffffffffff");
    assert_eq!(format!("{:?}", bytes(&("a\0b".to_owned(), Some(1_u8)))), "6100ff6200000101");
    assert_eq!(format!("{:?}", bytes(&1.0_f32)), "bf800000");
}

#[test]
fn routing_is_fixed() {
    assert_eq!(key_hash(&()).value(), 0x2d06_8005_38d3_94c2);
    assert_eq!(key_hash(&"alice".to_owned()), KeyHash::of_bytes(b"alice\0\0"));
    let mut per_task = [0_u32; 8];
    for key in 0..8000_i64 {
        per_task[key_hash(&key).task(8) as usize] += 1;
    }
    assert!(per_task.iter().all(|n| (850..1150).contains(n)), "{per_task:?}");
}

#[test]
fn keys_are_small_and_grow_onto_the_heap() {
    // 22 bytes inline, the length and the form.
    assert_eq!(size_of::<KeyBytes>(), 24);
    let mut key = KeyBytes::new();
    let mut model = Vec::new();
    for byte in 0..100_u8 {
        assert_eq!(key.as_slice(), model);
        assert_eq!(key, KeyBytes::from(&model[..]));
        key.push(byte);
        model.push(byte);
    }
    assert_eq!(key.clone().as_slice(), model);
}

proptest! {
    #[test]
    fn bytes_have_the_order_of_slices(
        a in prop::collection::vec(0..2_u8, 0..30),
        b in prop::collection::vec(0..2_u8, 0..30),
    ) {
        use std::hash::BuildHasher;
        let hash = |key: &KeyBytes| rustc_hash::FxBuildHasher.hash_one(key);
        let (x, y) = (KeyBytes::from(&a[..]), KeyBytes::from(&b[..]));
        prop_assert_eq!(x.cmp(&y), a.cmp(&b));
        prop_assert_eq!(x == y, a == b);
        // The same bytes, put together otherwise.
        let mut z = KeyBytes::new();
        a.iter().for_each(|byte| z.push(*byte));
        prop_assert_eq!(&x, &z);
        prop_assert_eq!(hash(&x), hash(&z));
    }
}
