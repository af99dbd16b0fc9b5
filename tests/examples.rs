//! The examples as a user runs them, with the answers they must give.
#![allow(missing_docs, clippy::unwrap_used)]

use std::process::{Command, Output};

fn example(name: &str, args: &[&str]) -> Output {
    Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--example", name, "--"])
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn bank_transfer_prints_the_known_case() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().join("bank");
    let first = text(&example("bank_transfer", &[]));
    assert_eq!(
        first,
        "\
account      funds
alice          125
bob            160
charlie        115

history   transfer  with         amount  success
alice     t1        to bob           50  true
alice     t2        to charlie      160  false
alice     t3        to charlie       25  true
bob       t1        from alice       50  true
bob       t4        from charlie     10  true
charlie   t4        to bob           10  true
charlie   t2        from alice      160  false
charlie   t3        from alice       25  true
"
    );
    let dir = dir.to_str().unwrap();
    for _ in 0..2 {
        assert_eq!(text(&example("bank_transfer", &["--data-dir", dir])), first);
    }
}

#[test]
fn bank_transfer_checks_a_generated_load_and_adds_to_it() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().to_str().unwrap();
    let args = ["--transfers", "3000", "--accounts", "100", "--data-dir", dir];
    let output = text(&example("bank_transfer", &args));
    assert!(
        output.contains("checked 100 accounts: 200000 deposited, 200000 in accounts, 0 negative")
    );
    assert!(output.contains("3000 transfers, 3000 outgoing, 3000 incoming"), "{output}");
    assert!(output.contains("the invariants hold"), "{output}");
    let output = text(&example("bank_transfer", &args));
    assert!(output.contains("400000 deposited, 400000 in accounts, 0 negative"), "{output}");
    assert!(output.contains("6000 transfers, 6000 outgoing, 6000 incoming"), "{output}");
}

#[test]
fn bank_transfer_takes_a_file_and_names_its_malformed_lines() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("transfers.csv");
    let lines = "deposit,1,100\n\
                 deposit,one,100\n\
                 transfer,a,1,2,30\n\
                 transfer,b,1,2\n\
                 withdraw,1,5\n\
                 deposit,2,-5\n\
                 transfer,,1,2,5\n\
                 deposit,2,99999999999999999999\n\
                 transfer,c,2,1,10\n";
    std::fs::write(&file, [lines.as_bytes(), b"deposit,\xff,1\ndeposit,3,7"].concat()).unwrap();
    let output = example("bank_transfer", &["--file", file.to_str().unwrap()]);
    let out = text(&output);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(out.contains("4 lines taken, 7 malformed"), "{out}\n{errors}");
    assert!(out.contains("107 deposited, 107 in accounts, 0 negative"), "{out}");
    for problem in [
        "csv:2: `one` is not an account",
        "csv:4: a transfer has 5 fields, not 4",
        "csv:5: `withdraw` is neither deposit nor transfer",
        "csv:6: amount -5 is not positive",
        "csv:7: the transfer has no id",
        "csv:8: `99999999999999999999` is not an amount",
        "csv:10: the line is not UTF-8",
    ] {
        assert!(errors.contains(problem), "{problem}\n{errors}");
    }
    let output = example("bank_transfer", &["--file", "/nowhere/at-all.csv"]);
    assert!(!output.status.success());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("cannot read /nowhere/at-all.csv"), "{errors}");
}

/// Carriers as (flights with a known arrival delay, sum of delays, largest).
const CARRIERS: [(&str, i64, i64, i64); 2] =
    [("9E", 17_294, 127_624, 744), ("AA", 31_947, 11_638, 1_007)];

/// A name, a number of flights, the sum of their delays, and the largest, as printed.
fn line((name, count, total, largest): (&str, i64, i64, i64)) -> String {
    format!("  {name:<8}{count:>8}{total:>10}{largest:>9}\n")
}

/// Departures from JFK in July with a known delay, as (airport, flights, sum of delays, largest).
const JULY: (&str, i64, i64, i64) = ("JFK", 9_809, 235_242, 1_005);

#[test]
fn flights_answers_after_ingesting_and_again_from_disk() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().join("flights");
    let dir = dir.to_str().unwrap();
    let ingested = text(&example("flights", &["--data-dir", dir]));
    assert!(ingested.contains("336776 flights ingested, 0 lines malformed"), "{ingested}");
    let answers = |output: &str| output.split_once('\n').unwrap().1.to_owned();
    assert!(
        answers(&ingested).starts_with(
            "224 routes; the busiest:\n  JFK-LAX   11262\n  LGA-ATL   10263\n  LGA-ORD    8857\n"
        ),
        "{ingested}"
    );
    for row in CARRIERS {
        assert!(ingested.contains(&line(row)), "{}{ingested}", line(row));
    }
    let again = text(&example("flights", &["--data-dir", dir, "--query"]));
    assert!(again.starts_with("336776 flights in the data directory\n"), "{again}");
    for output in [&ingested, &again] {
        let (_, july) = output.split_once("departure delays in minutes, JFK in July").unwrap();
        assert!(july.ends_with(&line(JULY)), "{july}");
    }
    assert_eq!(answers(&again), answers(&ingested));

    let output = example("flights", &["--data-dir", dir]);
    assert!(!output.status.success());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("already holds 336776 flights; ask it with --query"), "{errors}");
}

#[test]
fn flights_names_malformed_lines_and_ingests_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("flights.csv");
    std::fs::write(
        &file,
        "time_hour,carrier,flight,tailnum,origin,dest,dep_delay,arr_delay,air_time,distance\n\
         2013-01-01T10:00:00Z,UA,1545,N14228,EWR,IAH,2,11,227,1400\n\
         2013-01-01T10:00:00Z,UA,many,N14228,EWR,IAH,2,11,227,1400\n\
         2013-01-01T10:00:00Z,UA,1545\n\
         2013-01-01T10:00:00Z,AA,1141,,JFK,MIA,,,,1089\n\
         2013-13-01T10:00:00Z,UA,1545,N14228,EWR,IAH,2,11,227,1400\n",
    )
    .unwrap();
    let output = example("flights", &["--file", file.to_str().unwrap()]);
    let out = text(&output);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(out.contains("2 flights ingested, 3 lines malformed"), "{out}\n{errors}");
    assert!(errors.contains("flights.csv:3: ") && errors.contains("flights.csv:4: "), "{errors}");
    assert!(errors.contains("flights.csv:6: `2013-13-01T10:00:00Z` is not an hour"), "{errors}");
    assert!(out.contains("2 routes"), "{out}");
}

#[test]
fn an_example_says_why_a_directory_does_not_fit() {
    let dir = tempfile::tempdir().unwrap();
    let bank = dir.path().join("bank");
    let bank = bank.to_str().unwrap();
    text(&example("bank_transfer", &["--data-dir", bank]));
    let output = example("flights", &["--data-dir", bank]);
    assert!(!output.status.success());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(
        errors.contains("belongs to module BankTransferModule, not to FlightsModule"),
        "{errors}"
    );
    let output = example("flights", &["--data-dir", "/nowhere/at/all", "--query"]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("there is no data directory /nowhere/at/all"), "{errors}");
}
