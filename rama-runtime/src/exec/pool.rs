//! Futures of asynchronous calls: polled by whoever owns the pool, or run by a spawner of the user's.

use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::task::{Context, Poll, Wake, Waker};

use super::{Signal, StatementFailure, drop_quietly};

/// A future that may run on any thread.
pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Where a user wants futures to run; see [`crate::cluster::ClusterBuilder::spawner`].
#[derive(Clone)]
pub(crate) struct Spawner(pub(crate) Arc<dyn Fn(BoxFuture<()>) + Send + Sync>);

impl fmt::Debug for Spawner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Spawner")
    }
}

/// What threads outside of the driver may do next: the signal they raise, and whether anybody waits
/// for it.
#[derive(Debug, Default)]
pub(crate) struct Outside {
    pub(crate) signal: Arc<Signal>,
    /// Futures that have not ended.
    pending: AtomicUsize,
}

impl Outside {
    /// Whether there are futures that a wake-up from outside could move.
    pub(crate) fn is_awaited(&self) -> bool {
        self.pending.load(Ordering::SeqCst) > 0
    }
}

/// What a future came to, or the payload of its panic.
pub(crate) type Ended<T> = Result<T, Box<dyn Any + Send>>;

/// What one poll of a pool did.
pub(crate) enum Polled<T> {
    /// The future with this number has ended.
    Ended(u64, Ended<T>),
    /// A future was polled and has not ended.
    Pending,
}

/// Futures under way. Only those that were woken are polled, one at a time, in the order of their
/// wake-ups.
pub(crate) struct Pool<T> {
    spawner: Option<Spawner>,
    futures: BTreeMap<u64, Running<T>>,
    next: u64,
    woken: Arc<Woken<T>>,
}

enum Running<T> {
    Here { future: BoxFuture<T>, waker: Arc<FutureWaker<T>> },
    Spawned(Arc<Slot<T>>),
}

/// What wakers and spawned futures tell their pool.
struct Woken<T> {
    outside: Arc<Outside>,
    queue: Mutex<VecDeque<Event<T>>>,
}

enum Event<T> {
    /// Poll this one.
    Wake(u64),
    /// This one has ended elsewhere.
    Ended(u64, Ended<T>),
}

impl<T> Woken<T> {
    fn queue(&self) -> MutexGuard<'_, VecDeque<Event<T>>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, event: Event<T>) {
        self.queue().push_back(event);
        self.outside.signal.raise();
    }
}

/// Wakes a future that its pool polls.
struct FutureWaker<T> {
    number: u64,
    /// Whether it stands in the queue.
    is_queued: AtomicBool,
    woken: Arc<Woken<T>>,
}

impl<T: Send + 'static> Wake for FutureWaker<T> {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.is_queued.swap(true, Ordering::SeqCst) {
            self.woken.push(Event::Wake(self.number));
        }
    }
}

impl<T: Send + 'static> Pool<T> {
    /// A pool that raises the signal of `outside` when there is something to poll.
    pub(crate) fn new(outside: Arc<Outside>, spawner: Option<Spawner>) -> Pool<T> {
        let woken = Arc::new(Woken { outside, queue: Mutex::default() });
        Pool { spawner, futures: BTreeMap::new(), next: 0, woken }
    }

    /// Number of futures that have not ended.
    pub(crate) fn len(&self) -> usize {
        self.futures.len()
    }

    fn count(&self) {
        self.woken.outside.pending.store(self.futures.len(), Ordering::SeqCst);
    }

    /// Begins to run a future; returns its number. Each has a higher one than those before.
    pub(crate) fn spawn(&mut self, future: BoxFuture<T>) -> u64 {
        let number = self.next;
        self.next += 1;
        match self.spawner.clone() {
            None => {
                let woken = Arc::clone(&self.woken);
                let waker =
                    Arc::new(FutureWaker { number, is_queued: AtomicBool::new(false), woken });
                waker.wake_by_ref();
                self.futures.insert(number, Running::Here { future, waker });
            }
            Some(spawner) => {
                let inner = Mutex::new(SlotState { future: Some(future), waker: None });
                let slot = Arc::new(Slot { inner, is_cancelled: AtomicBool::new(false) });
                self.futures.insert(number, Running::Spawned(Arc::clone(&slot)));
                let spawned = Spawned { number, slot, woken: Arc::clone(&self.woken) };
                let spawn = AssertUnwindSafe(|| (spawner.0)(Box::pin(spawned)));
                if let Err(payload) = catch_unwind(spawn) {
                    // Before what the future's own end in that panic says.
                    self.woken.queue().push_front(Event::Ended(number, Err(payload)));
                    self.woken.outside.signal.raise();
                }
            }
        }
        self.count();
        number
    }

    /// Polls the next future that was woken; `None` if there is none.
    pub(crate) fn poll_one(&mut self) -> Option<Polled<T>> {
        loop {
            // In a statement of its own: polling wakes.
            let event = self.woken.queue().pop_front()?;
            let (number, ended) = match event {
                Event::Ended(number, ended) => (number, ended),
                Event::Wake(number) => {
                    let Some(Running::Here { future, waker }) = self.futures.get_mut(&number)
                    else {
                        continue; // it has ended
                    };
                    waker.is_queued.store(false, Ordering::SeqCst);
                    let waker = Waker::from(Arc::clone(waker));
                    match poll(future, &mut Context::from_waker(&waker)) {
                        Poll::Pending => return Some(Polled::Pending),
                        Poll::Ready(ended) => (number, ended),
                    }
                }
            };
            if self.cancel(number) {
                return Some(Polled::Ended(number, ended));
            }
            drop_quietly(ended);
        }
    }

    /// Drops a future, and ignores what it may still deliver; says whether it had not ended. If a
    /// spawner's thread polls it at this moment, that thread drops it.
    pub(crate) fn cancel(&mut self, number: u64) -> bool {
        let Some(running) = self.futures.remove(&number) else {
            return false;
        };
        self.count();
        match running {
            Running::Here { future, .. } => drop_quietly(future),
            Running::Spawned(slot) => slot.cancel(),
        }
        true
    }
}

impl<T> Drop for Pool<T> {
    fn drop(&mut self) {
        for (_, running) in std::mem::take(&mut self.futures) {
            match running {
                Running::Here { future, .. } => drop_quietly(future),
                Running::Spawned(slot) => slot.cancel(),
            }
        }
        self.woken.outside.pending.store(0, Ordering::SeqCst);
    }
}

/// Polls a future of the user's; a panic of it ends it.
fn poll<T>(future: &mut BoxFuture<T>, cx: &mut Context<'_>) -> Poll<Ended<T>> {
    match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
        Err(payload) => Poll::Ready(Err(payload)),
    }
}

/// A future that a spawner runs, reachable by the pool that gave it away.
struct Slot<T> {
    /// Held while the future is polled.
    inner: Mutex<SlotState<T>>,
    is_cancelled: AtomicBool,
}

struct SlotState<T> {
    /// None when it has ended.
    future: Option<BoxFuture<T>>,
    /// Of the spawner's executor.
    waker: Option<Waker>,
}

impl<T> Slot<T> {
    fn lock(&self) -> MutexGuard<'_, SlotState<T>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::SeqCst);
        self.drop_if_cancelled();
    }

    /// Drops the future if it is cancelled and nobody polls it; whoever polls it calls this
    /// afterwards. Of two threads that both set and look, at least one sees the other.
    fn drop_if_cancelled(&self) {
        fence(Ordering::SeqCst);
        if !self.is_cancelled.load(Ordering::SeqCst) {
            return;
        }
        let mut inner = match self.inner.try_lock() {
            Ok(inner) => inner,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        let (future, waker) = (inner.future.take(), inner.waker.take());
        drop(inner);
        drop_quietly(future);
        if let Some(waker) = waker {
            // The spawner's executor forgets it now.
            let _ = catch_unwind(AssertUnwindSafe(|| waker.wake()));
        }
    }
}

/// What a spawner gets to run.
struct Spawned<T> {
    number: u64,
    slot: Arc<Slot<T>>,
    woken: Arc<Woken<T>>,
}

impl<T: Send> Future for Spawned<T> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut inner = self.slot.lock();
        let Some(future) = &mut inner.future else {
            return Poll::Ready(());
        };
        let polled = poll(future, cx);
        if let Poll::Ready(ended) = polled {
            let future = inner.future.take();
            drop(inner);
            drop_quietly(future);
            self.woken.push(Event::Ended(self.number, ended));
            return Poll::Ready(());
        }
        inner.waker = Some(cx.waker().clone());
        drop(inner);
        self.slot.drop_if_cancelled();
        Poll::Pending
    }
}

impl<T> Drop for Spawned<T> {
    /// A spawner that forgets a future must not leave anybody waiting for it.
    fn drop(&mut self) {
        let future = self.slot.lock().future.take();
        if future.is_some() {
            drop_quietly(future);
            let message = "the spawner dropped an asynchronous call before it had ended";
            let payload = Box::new(StatementFailure::new(message.to_owned()));
            self.woken.push(Event::Ended(self.number, Err(payload)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, poll_fn};
    use std::thread;

    use super::*;

    struct Dropped(Arc<AtomicUsize>);

    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Polls without end, as long as the future has not.
    fn busy_spawner() -> Spawner {
        Spawner(Arc::new(|mut future| {
            thread::spawn(move || {
                let mut cx = Context::from_waker(Waker::noop());
                while future.as_mut().poll(&mut cx).is_pending() {
                    thread::yield_now();
                }
            });
        }))
    }

    #[test]
    fn a_future_that_is_polled_while_it_is_cancelled_is_dropped() {
        let dropped = Arc::new(AtomicUsize::new(0));
        let mut pool = Pool::<()>::new(Arc::default(), Some(busy_spawner()));
        for n in 0..300 {
            let counted = Dropped(Arc::clone(&dropped));
            let number = pool.spawn(Box::pin(async move {
                let _counted = counted;
                pending::<()>().await;
            }));
            if n % 3 == 0 {
                thread::yield_now();
            }
            assert!(pool.cancel(number));
            assert!(!pool.cancel(number));
        }
        let began = std::time::Instant::now();
        while dropped.load(Ordering::SeqCst) < 300 {
            assert!(began.elapsed().as_secs() < 20, "{dropped:?}");
            thread::yield_now();
        }
        assert!(pool.poll_one().is_none());
        assert!(!pool.woken.outside.is_awaited());
    }

    #[test]
    fn futures_are_polled_in_the_order_of_their_wake_ups() {
        let outside = Arc::new(Outside::default());
        let mut pool = Pool::<usize>::new(Arc::clone(&outside), None);
        let wakers = Arc::new(Mutex::new(Vec::new()));
        for n in 0..3 {
            let wakers = Arc::clone(&wakers);
            let mut first = true;
            pool.spawn(Box::pin(poll_fn(move |cx| {
                if !std::mem::replace(&mut first, false) {
                    return Poll::Ready(n);
                }
                wakers.lock().expect("no panic").push(cx.waker().clone());
                Poll::Pending
            })));
        }
        while pool.poll_one().is_some() {}
        assert!(outside.is_awaited());
        let wakers = std::mem::take(&mut *wakers.lock().expect("no panic"));
        outside.signal.take();
        for n in [2, 0, 0, 2] {
            wakers[n].wake_by_ref();
        }
        assert!(outside.signal.take());
        let mut ended = Vec::new();
        while let Some(Polled::Ended(number, Ok(value))) = pool.poll_one() {
            ended.push((number, value));
        }
        assert_eq!(ended, [(2, 2), (0, 0)]);
        // Wake-ups of what has ended mean nothing.
        wakers[0].wake_by_ref();
        assert!(pool.poll_one().is_none());
        assert_eq!(pool.len(), 1);
        drop(pool);
        assert!(!outside.is_awaited());
        wakers[1].wake_by_ref();
    }

    #[test]
    fn destructors_that_panic_harm_nobody() {
        struct Bad;

        impl Drop for Bad {
            fn drop(&mut self) {
                if !thread::panicking() {
                    panic!("in a destructor");
                }
            }
        }

        for spawner in [None, Some(busy_spawner())] {
            let mut pool = Pool::<()>::new(Arc::default(), spawner);
            let spawn = |pool: &mut Pool<()>| {
                let bad = Bad;
                pool.spawn(Box::pin(async move {
                    let _bad = bad;
                    pending::<()>().await;
                }))
            };
            let number = spawn(&mut pool);
            assert!(pool.cancel(number));
            spawn(&mut pool);
            drop(pool);
        }
    }
}
