//! What is run, and how much of it.

use std::path::PathBuf;

/// From the command line and the environment.
pub struct Options {
    pub rounds: usize,
    pub sizes: Sizes,
    /// The parts to run; all if empty.
    only: Vec<String>,
    /// Data directories are made in here.
    pub dir: PathBuf,
}

/// How large the workloads are.
pub struct Sizes {
    /// W1: events, and events in one microbatch over both tasks.
    pub events: usize,
    pub event_batch: usize,
    /// W1: bytes of log at which a checkpoint is made.
    pub event_log_bytes: u64,
    /// Lists: bytes of log at which a checkpoint is made.
    pub item_log_bytes: u64,
    /// W2: accounts, transfers, and transfers in one microbatch over both tasks.
    pub accounts: u64,
    pub transfers: usize,
    pub transfer_batch: usize,
    /// W2: bytes of log at which a checkpoint is made.
    pub transfer_log_bytes: u64,
    /// W4: keys with a count, structures of 100 items, and seconds of each measurement.
    pub keys: usize,
    pub structures: u64,
    pub read_seconds: f64,
    /// W4: bytes of log at which a checkpoint is made.
    pub read_log_bytes: u64,
    /// Acknowledgements: events that are there before, and seconds of each measurement.
    pub acks_after: usize,
    pub ack_seconds: f64,
    /// Acknowledgements: bytes of log at which a checkpoint is made.
    pub ack_log_bytes: u64,
}

impl Sizes {
    fn full() -> Sizes {
        Sizes {
            events: 2_000_000,
            event_batch: 20_000,
            event_log_bytes: 32 << 20,
            item_log_bytes: 20 << 20,
            accounts: 200_000,
            transfers: 1_000_000,
            transfer_batch: 10_000,
            transfer_log_bytes: 20 << 20,
            keys: 1_000_000,
            structures: 10_000,
            read_seconds: 5.0,
            read_log_bytes: 2 << 20,
            acks_after: 1_000_000,
            ack_seconds: 5.0,
            ack_log_bytes: 1 << 20,
        }
    }

    fn short() -> Sizes {
        Sizes {
            events: 100_000,
            event_batch: 2_000,
            event_log_bytes: 256 << 10,
            item_log_bytes: 128 << 10,
            accounts: 10_000,
            transfers: 50_000,
            transfer_batch: 1_000,
            transfer_log_bytes: 128 << 10,
            keys: 20_000,
            structures: 200,
            read_seconds: 0.5,
            read_log_bytes: 256 << 10,
            acks_after: 20_000,
            ack_seconds: 0.5,
            ack_log_bytes: 64 << 10,
        }
    }
}

impl Options {
    /// Panics at what is not understood.
    pub fn parse() -> Options {
        let parent = match std::env::var_os("RAMA_BENCH_DIR") {
            Some(dir) => dir.into(),
            None => std::env::temp_dir(),
        };
        let mut options =
            Options { rounds: 5, sizes: Sizes::full(), only: Vec::new(), dir: PathBuf::new() };
        let mut rounds = None;
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            match &*arg {
                "--rounds" => {
                    rounds = Some(args.next().and_then(|n| n.parse().ok()).expect("a number"));
                }
                "--short" => {
                    options.sizes = Sizes::short();
                    options.rounds = 1;
                }
                "--only" => {
                    let parts = args.next().expect("names of parts");
                    options.only = parts.split(',').map(str::to_owned).collect();
                }
                "--bench" => {}
                other => panic!("unknown argument {other}"),
            }
        }
        options.rounds = rounds.unwrap_or(options.rounds);
        options.dir = parent.join(format!("rama-bench-storage-{}", std::process::id()));
        options
    }

    /// Whether this part is wanted.
    pub fn runs(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == part)
    }
}
