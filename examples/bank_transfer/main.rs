//! Moves funds between accounts, exactly once, never below zero.
//!
//! - Without arguments: a small known case, printed as tables.
//! - `--transfers N [--accounts M] [--data-dir D]`: a generated load with its rate, after which the
//!   invariants are checked over every account.
//! - `--file F`: deposits and transfers from a CSV file with lines `deposit,USER,AMOUNT` and
//!   `transfer,ID,FROM,TO,AMOUNT`; malformed lines are named and left out.

#[path = "../common/mod.rs"]
mod common;
mod module;

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Parser;
use rama::{AckLevel, InProcessCluster};

use common::{Result, progress_bar};
use module::{BankTransferModule, Deposit, Transfer};

/// Tasks of the module; fixed for the life of a data directory.
const TASKS: usize = 4;
/// What every account starts with in a generated load.
const INITIAL: i64 = 2_000;
/// Generated transfers that are appended with one call.
const AT_ONCE: usize = 1_000;

#[derive(Parser)]
#[command(about = "Moves funds between accounts, exactly once, never below zero")]
struct Args {
    /// Number of generated transfers
    #[arg(long)]
    transfers: Option<u64>,
    /// Number of accounts of the generated load
    #[arg(long, default_value_t = 10_000)]
    accounts: u64,
    /// CSV file with deposits and transfers
    #[arg(long, conflicts_with = "transfers")]
    file: Option<PathBuf>,
    /// Keep the data here; run again with the same directory, they are still there
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Task threads
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

fn main() {
    common::exit_with(run(&Args::parse()));
}

fn run(args: &Args) -> Result<()> {
    let cluster = match &args.data_dir {
        Some(dir) => InProcessCluster::open(dir)?,
        None => InProcessCluster::temporary()?,
    };
    cluster.launch(BankTransferModule, TASKS, args.threads)?;
    match (&args.file, args.transfers) {
        (Some(file), _) => from_file(&cluster, file)?,
        (None, Some(transfers)) => generated(&cluster, transfers, args.accounts.max(2))?,
        (None, None) => known_case(&cluster)?,
    }
    cluster.close()?;
    Ok(())
}

/// Records that the depots hold: what the topology is to process in all.
fn appended(cluster: &InProcessCluster) -> Result<u64> {
    let transfers = cluster.depot(BankTransferModule::transfer_depot);
    let deposits = cluster.depot(BankTransferModule::deposit_depot);
    let mut count = 0;
    for partition in 0..TASKS {
        count += transfers.partition_offsets(partition)?.end;
        count += deposits.partition_offsets(partition)?.end;
    }
    Ok(count)
}

fn wait_for_all(cluster: &InProcessCluster) -> Result<()> {
    let count = appended(cluster)?;
    cluster.wait_for_microbatch_processed_count(BankTransferModule::banking, count)?;
    Ok(())
}

/// Three people, three deposits, four transfers.
fn known_case(cluster: &InProcessCluster) -> Result<()> {
    let people = [(0, "alice"), (1, "bob"), (2, "charlie")];
    let deposits = cluster.depot(BankTransferModule::deposit_depot);
    if appended(cluster)? == 0 {
        for (user_id, amt) in [(0, 200), (1, 100), (2, 100)] {
            deposits.append(Deposit { user_id, amt })?;
        }
        cluster.wait_for_microbatch_processed_count(BankTransferModule::banking, 3)?;
        let transfers = cluster.depot(BankTransferModule::transfer_depot);
        let given = [("t1", 0, 1, 50), ("t2", 0, 2, 160), ("t3", 0, 2, 25), ("t4", 2, 1, 10)];
        for (transfer_id, from_user_id, to_user_id, amt) in given {
            let transfer_id = transfer_id.to_owned();
            transfers.append(Transfer { transfer_id, from_user_id, to_user_id, amt })?;
        }
    }
    wait_for_all(cluster)?;

    let funds = cluster.pstate(BankTransferModule::funds);
    let outgoing = cluster.pstate(BankTransferModule::outgoing);
    let incoming = cluster.pstate(BankTransferModule::incoming);
    let name = |id: i64| people[id as usize].1;
    println!("{:<10}{:>8}", "account", "funds");
    for (id, name) in people {
        println!("{name:<10}{:>8}", funds.select_one(|p| p.key(id).nil_to_val(0))?);
    }
    println!("\n{:<10}{:<10}{:<13}{:>6}  success", "history", "transfer", "with", "amount");
    for (id, person) in people {
        for (transfer, row) in outgoing.select(|p| p.key(id).all())? {
            let (to, amt, success) = (name(row.to_user_id), row.amt, row.success);
            println!("{person:<10}{transfer:<10}to {to:<10}{amt:>6}  {success}");
        }
        for (transfer, row) in incoming.select(|p| p.key(id).all())? {
            let (from, amt, success) = (name(row.from_user_id), row.amt, row.success);
            println!("{person:<10}{transfer:<10}from {from:<8}{amt:>6}  {success}");
        }
    }
    Ok(())
}

/// Random transfers between accounts, while the topology works beside.
fn generated(cluster: &InProcessCluster, count: u64, accounts: u64) -> Result<()> {
    let before = appended(cluster)?;
    let deposits = cluster.depot(BankTransferModule::deposit_depot);
    let transfers = cluster.depot(BankTransferModule::transfer_depot);
    println!("{accounts} accounts with a deposit of {INITIAL} each, {count} transfers");
    let each = (0..accounts as i64).map(|user_id| Deposit { user_id, amt: INITIAL });
    deposits.append_all_with(each, AckLevel::None)?;
    let bar = progress_bar(count, "transfers")?;
    let start = Instant::now();
    let mut random = fastrand::Rng::with_seed(before);
    let mut numbers = 0..count;
    while !numbers.is_empty() {
        let some = numbers.by_ref().take(AT_ONCE).map(|number| {
            let from = random.u64(..accounts);
            let to = (from + random.u64(1..accounts)) % accounts;
            Transfer {
                transfer_id: format!("{before}-{number}"),
                from_user_id: from as i64,
                to_user_id: to as i64,
                amt: random.i64(1..=1_000),
            }
        });
        transfers.append_all_with(some, AckLevel::None)?;
        let processed = cluster.microbatch_status(BankTransferModule::banking)?.processed;
        bar.set_position(processed.saturating_sub(before + accounts).min(count));
    }
    // The acknowledgement of the last ones would stand for all: the log is one.
    cluster.sync()?;
    // In steps, to show progress.
    let total = appended(cluster)?;
    let mut seen = cluster.microbatch_status(BankTransferModule::banking)?.processed;
    while seen < total {
        seen = (seen + count.div_ceil(100)).min(total);
        cluster.wait_for_microbatch_processed_count(BankTransferModule::banking, seen)?;
        bar.set_position(seen.saturating_sub(before + accounts).min(count));
    }
    let elapsed = start.elapsed().as_secs_f64();
    bar.finish();
    println!("{count} transfers in {elapsed:.2} s: {:.0} per second", count as f64 / elapsed);
    check(cluster)
}

/// The sum of funds is the sum of deposits, no balance is negative, and both histories of every
/// transfer are there.
fn check(cluster: &InProcessCluster) -> Result<()> {
    let deposits = cluster.depot(BankTransferModule::deposit_depot);
    let transfers = cluster.depot(BankTransferModule::transfer_depot);
    let funds = cluster.pstate(BankTransferModule::funds);
    let outgoing = cluster.pstate(BankTransferModule::outgoing);
    let incoming = cluster.pstate(BankTransferModule::incoming);
    let (mut deposited, mut transferred) = (0, 0);
    let (mut balance, mut accounts, mut negative) = (0, 0, 0);
    let (mut sent, mut received) = (0, 0);
    for task in 0..TASKS {
        let all = deposits.read(task, deposits.partition_offsets(task)?)?;
        deposited += all.iter().map(|deposit| deposit.amt).sum::<i64>();
        transferred += transfers.partition_offsets(task)?.end as usize;
        for amount in funds.at_task(task).select(|p| p.map_vals())? {
            balance += amount;
            accounts += 1;
            negative += usize::from(amount < 0);
        }
        sent += outgoing.at_task(task).select(|p| p.map_vals().count())?.iter().sum::<usize>();
        received += incoming.at_task(task).select(|p| p.map_vals().count())?.iter().sum::<usize>();
    }
    println!(
        "checked {accounts} accounts: {deposited} deposited, {balance} in accounts, {negative} negative; \
         {transferred} transfers, {sent} outgoing, {received} incoming"
    );
    if balance != deposited || negative > 0 || sent != transferred || received != transferred {
        return Err("the invariants do not hold".into());
    }
    println!("the invariants hold");
    Ok(())
}

/// What a line of a file says.
enum Line {
    Deposit(Deposit),
    Transfer(Transfer),
}

fn parse(record: &csv::StringRecord) -> std::result::Result<Line, String> {
    let field = |index: usize| record.get(index).unwrap_or_default().trim();
    let number = |index: usize, what: &str| {
        field(index).parse::<i64>().map_err(|_| format!("`{}` is not {what}", field(index)))
    };
    let amount = |index: usize| match number(index, "an amount")? {
        amt if amt > 0 => Ok(amt),
        amt => Err(format!("amount {amt} is not positive")),
    };
    match (field(0), record.len()) {
        ("deposit", 3) => {
            Ok(Line::Deposit(Deposit { user_id: number(1, "an account")?, amt: amount(2)? }))
        }
        ("transfer", 5) if field(1).is_empty() => Err("the transfer has no id".to_owned()),
        ("transfer", 5) => Ok(Line::Transfer(Transfer {
            transfer_id: field(1).to_owned(),
            from_user_id: number(2, "an account")?,
            to_user_id: number(3, "an account")?,
            amt: amount(4)?,
        })),
        ("deposit", fields) => Err(format!("a deposit has 3 fields, not {fields}")),
        ("transfer", fields) => Err(format!("a transfer has 5 fields, not {fields}")),
        (kind, _) => Err(format!("`{kind}` is neither deposit nor transfer")),
    }
}

fn from_file(cluster: &InProcessCluster, file: &Path) -> Result<()> {
    let deposits = cluster.depot(BankTransferModule::deposit_depot);
    let transfers = cluster.depot(BankTransferModule::transfer_depot);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_path(file)
        .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let (mut good, mut malformed) = (0_u64, 0_u64);
    let mut record = csv::StringRecord::new();
    loop {
        let line = match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => parse(&record),
            Err(error) if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) => {
                Err("the line is not UTF-8".to_owned())
            }
            Err(error) => return Err(error.into()),
        };
        let number = record.position().map_or(0, csv::Position::line);
        match line {
            Ok(Line::Deposit(deposit)) => deposits.append_with(deposit, AckLevel::None)?,
            Ok(Line::Transfer(transfer)) => transfers.append_with(transfer, AckLevel::None)?,
            Err(problem) => {
                malformed += 1;
                eprintln!("{}:{number}: {problem}", file.display());
                continue;
            }
        }
        good += 1;
    }
    cluster.sync()?;
    wait_for_all(cluster)?;
    println!("{good} lines taken, {malformed} malformed");
    check(cluster)
}
