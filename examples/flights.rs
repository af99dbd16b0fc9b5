//! The flights that left New York City's airports in 2013: routes, delays by carrier, and a time
//! series of delays by airport and hour.
//!
//! `--data-dir D` ingests the file into D and answers; `--data-dir D --query` answers from D without
//! ingesting. `--file F` takes another file of the same columns, gzipped or plain; malformed lines
//! are named and left out.

mod common;

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Parser;
use flate2::read::GzDecoder;
use rama::{AckLevel, InProcessCluster, PMap, PState, Record, defmodule};
use serde::{Deserialize, Serialize};

use common::{Result, progress_bar};

/// One departure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Record)]
pub struct Flight {
    /// Scheduled hour of departure (UTC), as in the file.
    pub time_hour: String,
    /// Two-letter code of the airline.
    pub carrier: String,
    /// Flight number.
    pub flight: u32,
    /// The plane, if known.
    pub tailnum: Option<String>,
    /// Airport of departure.
    pub origin: String,
    /// Airport of arrival.
    pub dest: String,
    /// Minutes late at departure, negative if early; none if it never departed.
    pub dep_delay: Option<i64>,
    /// Minutes late at arrival.
    pub arr_delay: Option<i64>,
    /// Minutes in the air.
    pub air_time: Option<i64>,
    /// Miles.
    pub distance: i64,
}

/// Delays of one carrier's arrivals, or of an airport's departures in one hour.
#[derive(PState)]
pub struct Delays {
    /// Flights with a known delay.
    pub count: i64,
    /// Sum of their delays in minutes.
    pub total: i64,
    /// The largest delay in minutes.
    pub largest: i64,
}

/// An hour (UTC): year, month, day, hour. Hours are in order as keys.
pub type Hour = (u16, u8, u8, u8);

/// The hour in a text such as `2013-07-01T04:00:00Z`, if it is one.
pub fn hour_of(text: &str) -> Option<Hour> {
    let (date, time) = text.strip_suffix(":00:00Z")?.split_once('T')?;
    let mut date = date.splitn(3, '-');
    let (year, month, day) = (date.next()?, date.next()?, date.next()?);
    let hour = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?, time.parse().ok()?);
    let is_hour = (1..=12).contains(&hour.1) && (1..=31).contains(&hour.2) && hour.3 < 24;
    is_hour.then_some(hour)
}

defmodule! {
    /// Routes and delays of flights.
    pub module FlightsModule {
        depot *flight_depot: Flight, random;

        microbatch statistics {
            /// Flights per route, by origin and destination.
            pstate $$routes: PMap<String, PMap<String, i64>>;
            /// Arrival delays per carrier.
            pstate $$carriers: PMap<String, Delays>;
            /// Departure delays per origin and scheduled hour.
            pstate $$departures: PMap<String, PMap<Hour, Delays>>;

            sources! {
                source> *flight_depot :> %microbatch;
                %microbatch() :> Flight {
                    *time_hour, *carrier, *origin, *dest, *dep_delay, *arr_delay, ..
                };
                |hash(*origin);
                +compound $$routes { *origin => { *dest => +count() } };
                hour_of(&*time_hour) :> *hour;
                <<if *hour.is_some() && *dep_delay.is_some() {
                    *hour.unwrap_or_default() :> *hour;
                    *dep_delay.unwrap_or_default() :> *delay;
                    +compound $$departures {
                        *origin => {
                            *hour => {
                                count: +count(),
                                total: +sum(*delay),
                                largest: +max(*delay)
                            }
                        }
                    };
                }
                |hash(*carrier);
                <<if *arr_delay.is_some() {
                    *arr_delay.unwrap_or_default() :> *delay;
                    +compound $$carriers {
                        *carrier => { count: +count(), total: +sum(*delay), largest: +max(*delay) }
                    };
                }
            }
        }
    }
}

/// Where and when departures are summed up: from the first hour on, up to but without the last.
const AIRPORT: &str = "JFK";
const JULY: [Hour; 2] = [(2013, 7, 1, 0), (2013, 8, 1, 0)];

/// Tasks of the module; fixed for the life of a data directory.
const TASKS: usize = 4;
/// The data that comes with the examples.
const FLIGHTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/flights.csv.gz");
/// Rows of it, for the progress bar.
const ROWS: u64 = 336_776;

#[derive(Parser)]
#[command(about = "Routes and delays of the flights that left New York City in 2013")]
struct Args {
    /// Keep the data here
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Answer from the data directory, without ingesting
    #[arg(long, requires = "data_dir")]
    query: bool,
    /// The flights, as CSV, gzipped or plain
    #[arg(long, default_value = FLIGHTS)]
    file: PathBuf,
    /// Task threads
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

fn main() {
    common::exit_with(run(&Args::parse()));
}

fn run(args: &Args) -> Result<()> {
    let cluster = match &args.data_dir {
        Some(dir) if args.query && !dir.exists() => {
            return Err(format!("there is no data directory {}", dir.display()).into());
        }
        Some(dir) => InProcessCluster::open(dir)?,
        None => InProcessCluster::temporary()?,
    };
    cluster.launch(FlightsModule, TASKS, args.threads)?;
    let present = appended(&cluster)?;
    if args.query {
        println!("{present} flights in the data directory");
    } else if present > 0 {
        return Err(format!(
            "the data directory already holds {present} flights; ask it with --query"
        )
        .into());
    } else {
        ingest(&cluster, &args.file)?;
    }
    // What an earlier run appended and did not process is processed now.
    let count = appended(&cluster)?;
    cluster.wait_for_microbatch_processed_count(FlightsModule::statistics, count)?;
    answer(&cluster)?;
    cluster.close()?;
    Ok(())
}

fn appended(cluster: &InProcessCluster) -> Result<u64> {
    let depot = cluster.depot(FlightsModule::flight_depot);
    let mut count = 0;
    for partition in 0..depot.num_partitions()? {
        count += depot.partition_offsets(partition)?.end;
    }
    Ok(count)
}

/// The file's lines, unpacked if need be.
fn open(path: &Path) -> Result<Box<dyn Read>> {
    let cannot = |error| format!("cannot read {}: {error}", path.display());
    let mut reader = BufReader::new(File::open(path).map_err(cannot)?);
    let gzipped = reader.fill_buf().map_err(cannot)?.starts_with(&[0x1f, 0x8b]);
    Ok(if gzipped { Box::new(GzDecoder::new(reader)) } else { Box::new(reader) })
}

fn ingest(cluster: &InProcessCluster, path: &Path) -> Result<()> {
    let depot = cluster.depot(FlightsModule::flight_depot);
    let bar = progress_bar(ROWS, "flights")?;
    let mut reader = csv::ReaderBuilder::new().from_reader(open(path)?);
    let headers = reader.headers()?.clone();
    let start = Instant::now();
    let (mut good, mut malformed) = (0_u64, 0_u64);
    let mut row = csv::StringRecord::new();
    loop {
        let parsed = match reader.read_record(&mut row) {
            Ok(false) => break,
            Ok(true) => row.deserialize::<Flight>(Some(&headers)),
            Err(error) if error.is_io_error() => return Err(error.into()),
            Err(error) => Err(error),
        };
        let at = row.position().or(parsed.as_ref().err().and_then(csv::Error::position));
        let line = at.map_or(0, csv::Position::line);
        let problem = match parsed {
            Ok(flight) if hour_of(&flight.time_hour).is_some() => {
                depot.append_with(flight, AckLevel::None)?;
                None
            }
            Ok(flight) => Some(format!("`{}` is not an hour", flight.time_hour)),
            Err(error) => Some(error.to_string()),
        };
        if let Some(problem) = problem {
            malformed += 1;
            eprintln!("{}:{line}: {problem}", path.display());
            continue;
        }
        good += 1;
        if good.is_multiple_of(1_000) {
            bar.set_position(good);
        }
    }
    cluster.sync()?;
    bar.set_position(good);
    cluster.wait_for_microbatch_processed_count(FlightsModule::statistics, good)?;
    bar.finish();
    let seconds = start.elapsed().as_secs_f64();
    println!("{good} flights ingested, {malformed} lines malformed, {seconds:.2} s");
    Ok(())
}

fn answer(cluster: &InProcessCluster) -> Result<()> {
    let routes = cluster.pstate(FlightsModule::routes);
    let carriers = cluster.pstate(FlightsModule::carriers);
    let (mut counts, mut delays) = (Vec::new(), Vec::new());
    for task in 0..TASKS {
        let routes = routes.at_task(task);
        for origin in routes.select(|p| p.map_keys())? {
            for (dest, count) in routes.select(|p| p.key(&origin).all())? {
                counts.push((count, origin.clone(), dest));
            }
        }
        delays.extend(carriers.at_task(task).select(|p| p.map_keys())?);
    }
    counts.sort_by(|a, b| b.cmp(a));
    println!("{} routes; the busiest:", counts.len());
    for (count, origin, dest) in counts.iter().take(3) {
        println!("  {origin}-{dest} {count:>7}");
    }
    delays.sort();
    println!("arrival delays in minutes:");
    println!("  {:<8}{:>8}{:>10}{:>9}", "carrier", "flights", "total", "largest");
    for carrier in delays {
        let count = carriers.select_one(|p| p.key(&carrier).field(|f| f.count).nil_to_val(0))?;
        let total = carriers.select_one(|p| p.key(&carrier).field(|f| f.total).nil_to_val(0))?;
        let largest =
            carriers.select_one(|p| p.key(&carrier).field(|f| f.largest).nil_to_val(0))?;
        println!("  {carrier:<8}{count:>8}{total:>10}{largest:>9}");
    }
    answer_july(cluster)
}

/// Sums up a range of the time series; nothing outside of it is read.
fn answer_july(cluster: &InProcessCluster) -> Result<()> {
    let departures = cluster.pstate(FlightsModule::departures);
    let [from, to] = JULY;
    let hours = departures.select_one(|p| p.key(AIRPORT).sorted_map_range(from, to).count())?;
    let counts = departures.select(|p| {
        p.key(AIRPORT).sorted_map_range(from, to).map_vals().field(|f| f.count).nil_to_val(0)
    })?;
    let totals = departures.select(|p| {
        p.key(AIRPORT).sorted_map_range(from, to).map_vals().field(|f| f.total).nil_to_val(0)
    })?;
    let largest = departures.select(|p| {
        p.key(AIRPORT).sorted_map_range(from, to).map_vals().field(|f| f.largest).nil_to_val(0)
    })?;
    println!("departure delays in minutes, {AIRPORT} in July, {hours} hours with departures:");
    println!("  {:<8}{:>8}{:>10}{:>9}", "airport", "flights", "total", "largest");
    let (count, total): (i64, i64) = (counts.iter().sum(), totals.iter().sum());
    let largest = largest.into_iter().max().unwrap_or(0);
    println!("  {AIRPORT:<8}{count:>8}{total:>10}{largest:>9}");
    Ok(())
}
