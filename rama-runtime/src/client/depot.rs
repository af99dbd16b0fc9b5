//! Appending to depots.

use std::any::TypeId;
use std::future::Future;
use std::marker::PhantomData;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rama_paths::Record;

use crate::cluster::{Launched, Shared, Slot};
use crate::depot::{AnyDepot, Depot, DepotFileError, DepotRuntime};
use crate::log::{LogError, Position};
use crate::module::Module;

/// Appends wait while more bytes than this are sequenced and not yet written.
const BUFFERED_BYTES: usize = 64 << 20;

/// When an append is acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AckLevel {
    /// At once: the record has its place in the depot, but a crash may still lose it.
    None,
    /// When the record is durable.
    AppendAck,
    /// When the record is durable and all stream topologies of the module that read the depot have
    /// processed it. Microbatch topologies are not waited for.
    #[default]
    Ack,
}

/// Why an append was not acknowledged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// The module of this depot does not run in this cluster.
    #[error("depot *{depot} does not belong to a module that runs in this cluster")]
    NotLaunched {
        /// The depot's name.
        depot: &'static str,
    },
    /// The depot is declared with `disallow`. Nothing was appended.
    #[error("depot *{depot} does not allow appends by clients")]
    Disallowed {
        /// The depot's name.
        depot: &'static str,
    },
    /// The record's serialization failed. Nothing was appended.
    #[error("the record for depot *{depot} cannot be serialized")]
    Encode {
        /// The depot's name.
        depot: &'static str,
        /// The serializer's error.
        source: postcard::Error,
    },
    /// The log did not take the record. Nothing was appended.
    #[error("depot *{depot} did not take the record")]
    Refused {
        /// The depot's name.
        depot: &'static str,
        /// Why.
        source: LogError,
    },
    /// The record has its place in the log, but the log failed, or found the disk full, before it was
    /// known to be durable: it may be in the depot later, or after the data directory is opened again.
    #[error("the append to depot *{depot} may or may not have happened")]
    Unknown {
        /// The depot's name.
        depot: &'static str,
        /// What failed.
        source: LogError,
    },
    /// The record was not durable in time; it may still become so.
    #[error(
        "the append to depot *{depot} was not acknowledged within {timeout:?}; it may still happen"
    )]
    Timeout {
        /// The depot's name.
        depot: &'static str,
        /// The client timeout.
        timeout: Duration,
    },
    /// Too much is waiting to be written, to the log or in a checkpoint: a blocking append has waited
    /// for room for the client timeout, or more than 64 MiB of asynchronous ones are under way.
    /// Nothing was appended.
    #[error(
        "depot *{depot} takes no appends now: {buffered} bytes wait to be written to the log, {backlog} bytes of log wait for a checkpoint"
    )]
    Overloaded {
        /// The depot's name.
        depot: &'static str,
        /// Bytes that wait to be written to the log.
        buffered: usize,
        /// Bytes of log that wait for a checkpoint.
        backlog: u64,
    },
}

/// Why a depot's records cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DepotReadError {
    /// The module of this depot does not run in this cluster.
    #[error("depot *{depot} does not belong to a module that runs in this cluster")]
    NotLaunched {
        /// The depot's name.
        depot: &'static str,
    },
    /// The depot has fewer partitions.
    #[error("depot *{depot} has no partition {partition}")]
    NoSuchPartition {
        /// The depot's name.
        depot: &'static str,
        /// The partition asked for.
        partition: usize,
    },
    /// Some of the records do not exist, or are not durable yet.
    #[error("partition {partition} of depot *{depot} has offsets {existing:?}, not {offsets:?}")]
    NoSuchOffsets {
        /// The depot's name.
        depot: &'static str,
        /// The partition.
        partition: usize,
        /// The offsets asked for.
        offsets: Range<u64>,
        /// The offsets of durable records.
        existing: Range<u64>,
    },
    /// The records cannot be read from the disk.
    #[error("the records of depot *{depot} cannot be read from their segments")]
    Segments {
        /// The depot's name.
        depot: &'static str,
        /// Why.
        source: DepotFileError,
    },
}

/// A client of one depot. Appends of one thread to one partition keep their order.
///
/// It is of use as long as the cluster, also when the module was closed and opened again because its
/// disk had failed.
pub struct DepotClient<T> {
    name: &'static str,
    index: u32,
    module: TypeId,
    slot: Arc<Slot>,
    timeout: Duration,
    records: PhantomData<fn() -> T>,
}

impl<T> Clone for DepotClient<T> {
    fn clone(&self) -> Self {
        DepotClient { slot: Arc::clone(&self.slot), ..*self }
    }
}

impl<T> std::fmt::Debug for DepotClient<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DepotClient(*{})", self.name)
    }
}

impl<T: Record> DepotClient<T> {
    pub(crate) fn new<M: Module>(depot: Depot<M, T>, slot: Arc<Slot>, timeout: Duration) -> Self {
        DepotClient {
            name: depot.name,
            index: depot.index,
            module: TypeId::of::<M>(),
            slot,
            timeout,
            records: PhantomData,
        }
    }

    /// The module that runs and the depot in it.
    fn target<'a>(
        &self,
        running: &'a Option<Arc<Launched>>,
    ) -> Option<(&'a Arc<Launched>, &'a DepotRuntime<T>)> {
        let launched = running.as_ref().filter(|launched| launched.module_type == self.module)?;
        Some((launched, launched.depot(self.index)?))
    }

    /// Appends a record and waits for [`AckLevel::Ack`].
    ///
    /// # Errors
    ///
    /// See [`AppendError`]; after [`AppendError::Unknown`] and [`AppendError::Timeout`] the record may
    /// be in the depot.
    pub fn append(&self, record: T) -> Result<(), AppendError> {
        self.append_with(record, AckLevel::Ack)
    }

    /// Appends a record and waits for the given acknowledgement. While too much waits to be written,
    /// it waits for room first.
    ///
    /// # Errors
    ///
    /// As [`DepotClient::append`].
    pub fn append_with(&self, record: T, level: AckLevel) -> Result<(), AppendError> {
        self.sequence_and_wait(level, |launched, depot| {
            depot.append(&launched.shared.log, &launched.clock, record).map(Some)
        })
    }

    /// Appends records, each to its partition, and waits for [`AckLevel::Ack`] of all of them. Records
    /// of one partition are appended in the order given, one behind the other. It costs less than to
    /// append them one by one: one lock and one entry of the log serve many records.
    ///
    /// It is no transaction: a crash before the acknowledgement may keep some of the records, of each
    /// partition the first ones.
    ///
    /// # Errors
    ///
    /// See [`AppendError`]: after [`AppendError::Unknown`] and [`AppendError::Timeout`] any of the
    /// records may be in the depot, after any other none is.
    ///
    /// # Panics
    ///
    /// If the iterator does; nothing is appended then.
    pub fn append_all(&self, records: impl IntoIterator<Item = T>) -> Result<(), AppendError> {
        self.append_all_with(records, AckLevel::Ack)
    }

    /// As [`DepotClient::append_all`], for the given acknowledgement. While too much waits to be
    /// written, it waits for room first; then it takes all records, however many.
    ///
    /// # Errors
    ///
    /// As [`DepotClient::append_all`].
    ///
    /// # Panics
    ///
    /// As [`DepotClient::append_all`].
    pub fn append_all_with(
        &self,
        records: impl IntoIterator<Item = T>,
        level: AckLevel,
    ) -> Result<(), AppendError> {
        self.sequence_and_wait(level, |launched, depot| {
            depot.append_all(&launched.shared.log, &launched.clock, records.into_iter())
        })
    }

    /// Has something appended by `append`, which tells its place in the log, and waits for its
    /// acknowledgement.
    fn sequence_and_wait(
        &self,
        level: AckLevel,
        append: impl FnOnce(&Launched, &DepotRuntime<T>) -> Result<Option<Position>, AppendError>,
    ) -> Result<(), AppendError> {
        let running = self.slot.load();
        let (launched, depot) =
            self.target(&running).ok_or(AppendError::NotLaunched { depot: self.name })?;
        let (shared, driver) = (&launched.shared, &launched.driver);
        let log = &shared.log;
        let has_room =
            || log.buffered_bytes() <= BUFFERED_BYTES && !shared.checkpoints.is_overdue(log);
        if !has_room() {
            let mut room = || has_room() || shared.obstacle().is_some();
            if !driver.wait_until(self.timeout, &mut room) {
                return Err(self.overloaded(shared));
            }
        }
        let Some(position) = append(launched, depot)?.filter(|_| level != AckLevel::None) else {
            return Ok(());
        };
        log.want_durable(position);
        let mut done = || log.durable() >= position || shared.obstacle().is_some();
        driver.wait_until(self.timeout, &mut done);
        // The error first: an entry may be durable although the log failed later.
        let error = shared.obstacle();
        if log.durable() >= position {
            Ok(())
        } else if let Some(source) = error {
            Err(AppendError::Unknown { depot: self.name, source })
        } else {
            Err(AppendError::Timeout { depot: self.name, timeout: self.timeout })
        }
    }

    /// Appends a record now; the future is ready when it has [`AckLevel::Ack`]. Dropping the future
    /// does not take the record back.
    ///
    /// It never blocks. While a checkpoint is overdue, futures are ready only when it is made, though
    /// the records have their places and become durable; while much waits to be written to the log,
    /// also those that want no acknowledgement are ready when their records are durable. So a client
    /// with a bounded number of appends under way is slowed down. One that does not wait for its
    /// futures gets [`AppendError::Overloaded`] in the end.
    ///
    /// Until a future is polled nobody waits for its record, which then becomes durable with those of
    /// others, by its age ([`LogOptions::max_unsynced`](crate::log::LogOptions::max_unsynced)), or when
    /// much has come behind it ([`LogOptions::max_buffer`](crate::log::LogOptions::max_buffer)).
    pub fn append_async(&self, record: T) -> AppendFuture {
        self.append_async_with(record, AckLevel::Ack)
    }

    /// As [`DepotClient::append_async`], for the given acknowledgement.
    pub fn append_async_with(&self, record: T, level: AckLevel) -> AppendFuture {
        let state = self.sequence(level, |launched, depot| {
            depot.append(&launched.shared.log, &launched.clock, record).map(Some)
        });
        AppendFuture { depot: self.name, state }
    }

    /// Appends records now, as [`DepotClient::append_all`] does; the future is ready when all of them
    /// have [`AckLevel::Ack`]. Otherwise as [`DepotClient::append_async`].
    ///
    /// # Panics
    ///
    /// As [`DepotClient::append_all`].
    pub fn append_all_async(&self, records: impl IntoIterator<Item = T>) -> AppendFuture {
        self.append_all_async_with(records, AckLevel::Ack)
    }

    /// As [`DepotClient::append_all_async`], for the given acknowledgement.
    ///
    /// # Panics
    ///
    /// As [`DepotClient::append_all`].
    pub fn append_all_async_with(
        &self,
        records: impl IntoIterator<Item = T>,
        level: AckLevel,
    ) -> AppendFuture {
        let state = self.sequence(level, |launched, depot| {
            depot.append_all(&launched.shared.log, &launched.clock, records.into_iter())
        });
        AppendFuture { depot: self.name, state }
    }

    /// Number of partitions: the module's tasks, or 1 of a global depot.
    ///
    /// # Errors
    ///
    /// [`DepotReadError::NotLaunched`].
    pub fn num_partitions(&self) -> Result<usize, DepotReadError> {
        match self.target(&self.slot.load()) {
            Some((_, depot)) => Ok(depot.partitions() as usize),
            None => Err(DepotReadError::NotLaunched { depot: self.name }),
        }
    }

    /// The offsets of the durable records of a partition: from 0, each append one more.
    ///
    /// # Errors
    ///
    /// [`DepotReadError::NoSuchPartition`], [`DepotReadError::NotLaunched`].
    pub fn partition_offsets(&self, partition: usize) -> Result<Range<u64>, DepotReadError> {
        let depot = self.name;
        let running = self.slot.load();
        let (launched, runtime) =
            self.target(&running).ok_or(DepotReadError::NotLaunched { depot })?;
        let index = u32::try_from(partition).unwrap_or(u32::MAX);
        let end = runtime
            .durable_end(&launched.shared.log, index)
            .ok_or(DepotReadError::NoSuchPartition { depot, partition })?;
        Ok(0..end)
    }

    /// Copies of the durable records at these offsets of a partition, in append order.
    ///
    /// # Errors
    ///
    /// [`DepotReadError::NoSuchOffsets`] if not all of them exist and are durable, and those of
    /// [`DepotClient::partition_offsets`].
    pub fn read(&self, partition: usize, offsets: Range<u64>) -> Result<Vec<T>, DepotReadError> {
        let existing = self.partition_offsets(partition)?;
        let depot = self.name;
        if offsets.start > offsets.end || offsets.end > existing.end {
            return Err(DepotReadError::NoSuchOffsets { depot, partition, offsets, existing });
        }
        let running = self.slot.load();
        let (_, runtime) = self.target(&running).ok_or(DepotReadError::NotLaunched { depot })?;
        runtime
            .read(partition as u32, offsets)
            .map_err(|source| DepotReadError::Segments { depot, source })
    }

    /// The offset of the first record of a partition that was appended at `unix_millis` (milliseconds
    /// since 1970) or later; the end of the partition if there is none. Append times of a partition
    /// never go back, even if the machine's clock does.
    ///
    /// # Errors
    ///
    /// As [`DepotClient::read`].
    pub fn first_offset_since(
        &self,
        partition: usize,
        unix_millis: u64,
    ) -> Result<u64, DepotReadError> {
        let existing = self.partition_offsets(partition)?;
        let depot = self.name;
        let running = self.slot.load();
        let (_, runtime) = self.target(&running).ok_or(DepotReadError::NotLaunched { depot })?;
        let first = runtime
            .first_since(partition as u32, unix_millis)
            .map_err(|source| DepotReadError::Segments { depot, source })?;
        Ok(first.min(existing.end))
    }

    /// Has something appended by `append`, which tells its place in the log.
    fn sequence(
        &self,
        level: AckLevel,
        append: impl FnOnce(&Launched, &DepotRuntime<T>) -> Result<Option<Position>, AppendError>,
    ) -> AppendState {
        let running = self.slot.load();
        let Some((launched, depot)) = self.target(&running) else {
            let error = AppendError::NotLaunched { depot: self.name };
            return AppendState::Done(Some(Err(error)));
        };
        let shared = &launched.shared;
        let log = &shared.log;
        let buffered = log.buffered_bytes();
        if buffered > BUFFERED_BYTES || shared.checkpoints.is_long_overdue(log) {
            return AppendState::Done(Some(Err(self.overloaded(shared))));
        }
        match append(launched, depot) {
            Err(error) => AppendState::Done(Some(Err(error))),
            Ok(None) => AppendState::Done(Some(Ok(()))),
            // While much waits for the log, these clients wait for it as all others do.
            Ok(_) if level == AckLevel::None && buffered <= BUFFERED_BYTES / 2 => {
                match shared.checkpoints.is_overdue(log) {
                    false => AppendState::Done(Some(Ok(()))),
                    true => AppendState::Held(Arc::clone(launched)),
                }
            }
            Ok(Some(position)) => AppendState::Waiting(Arc::clone(launched), position),
        }
    }

    fn overloaded(&self, shared: &Shared) -> AppendError {
        AppendError::Overloaded {
            depot: self.name,
            buffered: shared.log.buffered_bytes(),
            backlog: shared.checkpoints.backlog(&shared.log),
        }
    }
}

/// An append under way, of one record or of many. It needs no particular executor.
#[derive(Debug)]
#[must_use = "what was given is appended, but whether it is durable is not known before this is ready"]
pub struct AppendFuture {
    depot: &'static str,
    state: AppendState,
}

#[derive(Debug)]
enum AppendState {
    /// For the log to be durable up to here.
    Waiting(Arc<Launched>, Position),
    /// It has its acknowledgement, which is held back until an overdue checkpoint is made.
    Held(Arc<Launched>),
    Done(Option<Result<(), AppendError>>),
}

impl Future for AppendFuture {
    type Output = Result<(), AppendError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let depot = self.depot;
        match &mut self.state {
            AppendState::Waiting(launched, position) => {
                let shared = &launched.shared;
                let unknown = |source| AppendError::Unknown { depot, source };
                // What is durable stays so: this is passed once.
                ready!(shared.log.poll_durable(*position, context)).map_err(unknown)?;
                poll_room(shared, context).map(Ok)
            }
            AppendState::Held(launched) => poll_room(&launched.shared, context).map(Ok),
            AppendState::Done(result) => {
                Poll::Ready(result.take().expect("a future is not polled after it was ready"))
            }
        }
    }
}

/// Ready when no checkpoint is overdue, or none will be made.
fn poll_room(shared: &Shared, context: &mut Context<'_>) -> Poll<()> {
    let has_room = || !shared.checkpoints.is_overdue(&shared.log) || shared.log.check().is_err();
    if has_room() {
        return Poll::Ready(());
    }
    shared.checkpoints.register(context.waker());
    // It may have been made before the waker was there.
    if has_room() { Poll::Ready(()) } else { Poll::Pending }
}
