//! The generated inputs: fixed seeds, so that every run and every contestant gets the same.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Keys an event may have.
const KEYS: usize = 1_000_000;
const EVENT_SEED: u64 = 42;
const TRANSFER_SEED: u64 = 4242;
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// Bytes of an event.
pub const EVENT_BYTES: usize = 100;
/// What an account has at first.
pub const INITIAL: i64 = 2_000;
/// Bytes of an item of a list: two words.
pub const ITEM_BYTES: usize = 16;
/// Bytes of a transfer: four words.
pub const TRANSFER_BYTES: usize = 32;

/// The splitmix64 finalizer.
pub fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(GOLDEN);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The splitmix64 stream.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        let random = mix(self.0);
        self.0 = self.0.wrapping_add(GOLDEN);
        random
    }

    /// Uniform in `0..n`.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    /// Uniform in `0.0..1.0`.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The key of a rank, scattered over 63 bits.
pub fn rank_key(rank: u64) -> u64 {
    mix(rank ^ 0xA5A5_0000_0000) & 0x7fff_ffff_ffff_ffff
}

/// Keys of events: zipf with exponent 1 over a million ranks, by inversion of the exact sums.
pub fn event_keys(count: usize) -> Vec<u64> {
    let mut sums = Vec::with_capacity(KEYS);
    let mut sum = 0.0;
    for rank in 1..=KEYS {
        sum += 1.0 / rank as f64;
        sums.push(sum);
    }
    for part in &mut sums {
        *part /= sum;
    }
    let mut random = Random(EVENT_SEED);
    let mut rank = || {
        let at = random.unit();
        sums.partition_point(|sum| *sum < at).min(KEYS - 1)
    };
    (0..count).map(|_| rank_key(rank() as u64)).collect()
}

/// Keys of events, each of a million as likely as any other.
pub fn uniform_keys(count: usize) -> Vec<u64> {
    let mut random = Random(EVENT_SEED);
    (0..count).map(|_| rank_key(random.below(KEYS as u64))).collect()
}

/// What an event carries beside key and number.
pub fn filler(number: u64) -> [u8; EVENT_BYTES - 16] {
    let word = mix(number).to_le_bytes();
    let mut filler = [0; EVENT_BYTES - 16];
    for chunk in filler.chunks_mut(8) {
        chunk.copy_from_slice(&word[..chunk.len()]);
    }
    filler
}

/// An event as bytes.
pub fn event_bytes(key: u64, number: u64) -> [u8; EVENT_BYTES] {
    let mut bytes = [0; EVENT_BYTES];
    bytes[..8].copy_from_slice(&key.to_le_bytes());
    bytes[8..16].copy_from_slice(&number.to_le_bytes());
    bytes[16..].copy_from_slice(&filler(number));
    bytes
}

/// Money to be moved if the sender has it.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    pub id: u64,
    pub from: u64,
    pub to: u64,
    pub amount: i64,
}

impl Move {
    /// As words of a log.
    pub fn words(&self) -> [u64; 4] {
        [self.id, self.from, self.to, self.amount as u64]
    }
}

/// Moves between two different accounts, uniform.
pub fn moves(count: usize, accounts: u64) -> Vec<Move> {
    let mut random = Random(TRANSFER_SEED);
    (0..count as u64)
        .map(|id| {
            let from = random.below(accounts);
            let to = random.below(accounts - 1);
            let to = if to >= from { to + 1 } else { to };
            Move { id, from, to, amount: 1 + random.below(1_000) as i64 }
        })
        .collect()
}

/// The thread of a key, of two.
pub fn thread_of(key: u64) -> usize {
    (mix(key) >> 63) as usize
}

/// A set of pairs in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    pub rows: u64,
    sum: u64,
}

impl Digest {
    pub fn add(&mut self, key: u64, value: u64) {
        self.rows += 1;
        self.sum = self.sum.wrapping_add(mix(key ^ mix(value)));
    }

    pub fn merge(self, other: Digest) -> Digest {
        Digest { rows: self.rows + other.rows, sum: self.sum.wrapping_add(other.sum) }
    }

    pub fn of(pairs: impl IntoIterator<Item = (u64, u64)>) -> Digest {
        let mut digest = Digest::default();
        for (key, value) in pairs {
            digest.add(key, value);
        }
        digest
    }
}

/// A fast hasher for integer keys.
#[derive(Default)]
pub struct FastHasher(u64);

impl Hasher for FastHasher {
    fn write(&mut self, _: &[u8]) {
        unreachable!("only integers are hashed");
    }

    fn write_u64(&mut self, value: u64) {
        let product =
            u128::from(self.0 ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
        self.0 = product as u64 ^ (product >> 64) as u64;
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

/// A map with that hasher.
pub type FastMap<V> = HashMap<u64, V, BuildHasherDefault<FastHasher>>;
