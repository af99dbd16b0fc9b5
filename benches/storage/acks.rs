//! How long acknowledgements take, with checkpoints and without: 64 appends under way at any time.

use std::collections::VecDeque;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::Instant;

use rama::AckLevel;

use crate::THREADS;
use crate::instruments::{Instrumented, checkpoint_at, no_checkpoints};
use crate::latency::{Latencies, Quantiles};
use crate::modules::{KeyCount, KeyEvent};
use crate::options::Sizes;

/// Appends under way.
const IN_FLIGHT: usize = 64;

/// What a client saw.
pub struct Measured {
    pub acks: Quantiles,
    /// Acknowledgements per second.
    pub rate: f64,
    pub checkpoints: u64,
    /// Share of the time in which a checkpoint was under way.
    pub checkpointing: f64,
}

pub fn run(keys: &[u64], sizes: &Sizes, with_checkpoints: bool, dir: &Path) -> Measured {
    let storage = match with_checkpoints {
        true => checkpoint_at(sizes.ack_log_bytes),
        false => no_checkpoints(),
    };
    preload(keys, sizes, dir);
    let rama = Instrumented::launch(KeyCount, dir, sizes.event_batch / THREADS, storage);
    if with_checkpoints {
        rama.wait_for_backlog_below(sizes.ack_log_bytes);
    }
    let depot = rama.cluster.depot(KeyCount::events);
    let mut number = sizes.acks_after;
    let mut append = || {
        let event = KeyEvent::new(keys[number % keys.len()], number as u64);
        number += 1;
        (Instant::now(), depot.append_async_with(event, AckLevel::AppendAck))
    };
    let before = rama.doings();
    let start = Instant::now();
    let mut latencies = Latencies::default();
    let mut waiting: VecDeque<_> = (0..IN_FLIGHT).map(|_| append()).collect();
    while let Some((since, future)) = waiting.pop_front() {
        rama.cluster.block_on(future).expect("in time").expect("an append");
        latencies.add(since.elapsed());
        // One sync acknowledges all that waited for it; they come in the order of appending.
        let mut context = Context::from_waker(Waker::noop());
        while let Some((since, future)) = waiting.front_mut()
            && let Some(result) = ready(Pin::new(future).poll(&mut context))
        {
            result.expect("an append");
            latencies.add(since.elapsed());
            waiting.pop_front();
        }
        if start.elapsed().as_secs_f64() < sizes.ack_seconds {
            while waiting.len() < IN_FLIGHT {
                waiting.push_back(append());
            }
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let doings = rama.doings_since(&before);
    rama.cluster.close().expect("close");
    Measured {
        rate: latencies.len() as f64 / seconds,
        acks: latencies.quantiles(),
        checkpoints: doings.checkpoints,
        checkpointing: doings.checkpoint_seconds / seconds,
    }
}

fn ready<T>(poll: std::task::Poll<T>) -> Option<T> {
    match poll {
        std::task::Poll::Ready(value) => Some(value),
        std::task::Poll::Pending => None,
    }
}

/// Counts some events first, so that checkpoints have rows all over the database to change.
fn preload(keys: &[u64], sizes: &Sizes, dir: &Path) {
    let storage = checkpoint_at(sizes.event_log_bytes);
    let rama = Instrumented::launch(KeyCount, dir, sizes.event_batch / THREADS, storage);
    let depot = rama.cluster.depot(KeyCount::events);
    let events = (0..sizes.acks_after).map(|at| KeyEvent::new(keys[at % keys.len()], at as u64));
    rama.feed_and_process(KeyCount::counting, 0, &depot, events, sizes.event_batch, 0);
    rama.cluster.close().expect("close");
}
