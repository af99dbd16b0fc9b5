//! Order and round trip of every kind of key.

use std::cmp::{Ordering, Reverse};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZero;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use proptest::prelude::*;

use super::{Key, KeyArg, KeyBytes, KeyHash, key_hash};

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
        // Hashes are those of the bytes, however they were come by.
        let hash = key_hash(key);
        assert_eq!(hash, KeyHash::of_bytes(encoded), "{key:?}");
        assert_eq!(hash.value(), xxhash_rust::xxh3::xxh3_64(encoded), "{key:?}");
        assert_eq!(hash.rows(), crate::store::rows_hash(encoded), "{key:?}");
        // Self-delimiting: what follows is left alone.
        let mut longer = encoded.clone();
        longer.extend(&[7, 0, 255]);
        let mut rest: &[u8] = &longer;
        K::decode_key(&mut rest).expect("what was encoded decodes");
        assert_eq!(rest, [7, 0, 255]);
        let mut both = ea.clone();
        both.extend(&eb);
        let mut rest: &[u8] = &both;
        for key in [a, b] {
            let back = K::decode_key(&mut rest).expect("one behind the other decodes");
            assert_eq!(bytes(&back), bytes(key));
        }
        assert!(rest.is_empty());
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
    array_of_nothing_keys: [String; 0]; long_array_keys: [bool; 32];
    ipv4_keys: Ipv4Addr; ipv6_keys: Ipv6Addr; ip_keys: IpAddr; duration_keys: Duration;
    reverse_keys: Reverse<i64>; reverse_option_keys: Reverse<Option<u8>>;
    reverse_in_a_tuple_keys: (bool, Reverse<u8>, i8);
    twice_reversed_keys: Reverse<(bool, Reverse<u8>)>;
}

/// Text and bytes in which zeros are frequent.
fn texts() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!['\0', '\u{1}', 'a', 'é', '\u{10ffff}']), 0..5)
        .prop_map(String::from_iter)
}

/// Points in time before and after 1970.
fn times() -> impl Strategy<Value = SystemTime> {
    (any::<bool>(), 0..3_u64, prop::sample::select(vec![0, 1, 500_000_000, 999_999_999])).prop_map(
        |(after, seconds, nanos)| {
            let span = Duration::new(seconds, nanos);
            if after { UNIX_EPOCH + span } else { UNIX_EPOCH - span }
        },
    )
}

macro_rules! non_zero {
    ($($name:ident: $t:ty;)*) => {
        proptest! {$(
            #[test]
            fn $name(a in any::<$t>(), b in any::<$t>()) {
                let one = NonZero::<$t>::MIN.max(NonZero::new(1).expect("not zero"));
                let (a, b) = (NonZero::new(a).unwrap_or(one), NonZero::new(b).unwrap_or(one));
                check(&a, &b, a.cmp(&b));
            }
        )*}
    };
}

non_zero! {
    non_zero_u8_keys: u8; non_zero_u16_keys: u16; non_zero_u32_keys: u32; non_zero_u64_keys: u64;
    non_zero_u128_keys: u128; non_zero_usize_keys: usize;
    non_zero_i8_keys: i8; non_zero_i16_keys: i16; non_zero_i32_keys: i32; non_zero_i64_keys: i64;
    non_zero_i128_keys: i128; non_zero_isize_keys: isize;
}

/// `u8`s and `bool`s, so that many parts are equal.
type Twelve = (bool, u8, bool, u8, bool, bool, bool, bool, bool, bool, bool, String);

proptest! {
    #[test]
    fn text_keys_with_zeros(a in texts(), b in texts(), c in texts(), d in texts()) {
        check(&a, &b, a.cmp(&b));
        let (x, y) = ((a.clone(), c.clone()), (b.clone(), d.clone()));
        check(&x, &y, x.cmp(&y));
        let (x, y) = ([a.clone(), c.clone()], [b.clone(), d.clone()]);
        check(&x, &y, x.cmp(&y));
        let (x, y) = (a.clone().into_boxed_str(), b.clone().into_boxed_str());
        check(&x, &y, x.cmp(&y));
        let (x, y) = ((Reverse(a.clone()), c.clone()), (Reverse(b.clone()), d.clone()));
        check(&x, &y, x.cmp(&y));
        let (x, y) = (Some(Some(a)), Some(Some(b)));
        check(&x, &y, x.cmp(&y));
        check(&x, &Some(None), Ordering::Greater);
        let (x, y) = ([Reverse(c.into_bytes())], [Reverse(d.into_bytes())]);
        check(&x, &y, x.cmp(&y));
    }

    #[test]
    fn time_keys(a in times(), b in times()) {
        check(&a, &b, a.cmp(&b));
        check(&Reverse(a), &Reverse(b), b.cmp(&a));
    }

    #[test]
    fn reverse_float_keys(a in any::<f64>(), b in any::<f64>()) {
        check(&Reverse(a), &Reverse(b), b.total_cmp(&a));
    }

    #[test]
    fn twelve_fold_keys(a in any::<u16>(), b in any::<u16>(), c in texts(), d in texts()) {
        let of = |n: u16, text: String| -> Twelve {
            let bit = |at: u16| n >> at & 1 == 1;
            (bit(0), n as u8 % 3, bit(1), n as u8 % 2, bit(2), bit(3), bit(4), bit(5), bit(6),
             bit(7), bit(8), text)
        };
        let (x, y) = (of(a, c), of(b, d));
        check(&x, &y, x.cmp(&y));
    }

    #[test]
    fn borrowed_parts_of_a_tuple_are_the_same_key(a in texts(), b in any::<i8>(), c in texts()) {
        fn same<K: Key + PartialEq + std::fmt::Debug>(argument: impl KeyArg<K>, key: K) {
            let mut out = KeyBytes::new();
            argument.encode(&mut out);
            assert_eq!(out, bytes(&key));
            assert_eq!(argument.to_key(), key);
        }
        same((&a[..], b), (a.clone(), b));
        same((b, &a[..]), (b, a.clone()));
        same((&a[..], &c[..]), (a.clone(), c.clone()));
        same((b, &a[..], c.clone()), (b, a.clone(), c.clone()));
        same((b, &a[..], &c[..], ()), (b, a.clone(), c.clone(), ()));
    }
}

#[test]
fn the_ends_of_time_are_keys() {
    for time in [Duration::ZERO, Duration::MAX] {
        check(&time, &time, Ordering::Equal);
    }
    let far = UNIX_EPOCH.checked_sub(Duration::new(1 << 40, 1)).expect("a time before 1970");
    check(&far, &UNIX_EPOCH, Ordering::Less);
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
    let order =
        [-f64::NAN, f64::NEG_INFINITY, -1.5, -0.0, 0.0, 1e-300, 2.0, f64::INFINITY, f64::NAN];
    for pair in order.windows(2) {
        assert!(bytes(&pair[0]) < bytes(&pair[1]), "{pair:?}");
    }
}

#[test]
fn encodings_are_fixed() {
    assert_eq!(format!("{:?}", bytes(&-1_i64)), "7fffffffffffffff");
    assert_eq!(format!("{:?}", bytes(&("a\0b".to_owned(), Some(1_u8)))), "6100ff6200000101");
    assert_eq!(format!("{:?}", bytes(&1.0_f32)), "bf800000");
    assert_eq!(format!("{:?}", bytes(&Reverse("a".to_owned()))), "9effff");
    assert_eq!(format!("{:?}", bytes(&NonZero::<i8>::MIN)), "00");
    assert_eq!(format!("{:?}", bytes(&Duration::new(1, 2))), "000000000000000100000002");
    let before = UNIX_EPOCH - Duration::from_nanos(1);
    assert_eq!(format!("{:?}", bytes(&before)), "7fffffffffffffff3b9ac9ff");
    assert_eq!(format!("{:?}", bytes(&IpAddr::from([1, 2, 3, 4]))), "0001020304");
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
