//! Reports for people.

use std::error::Error;
use std::fmt;

use super::report::{
    CheckpointReport, DepotReport, PStateReport, Report, SourceReport, TopologyReport,
};
use super::text::{Table, age, bytes, count, number};
use super::{Problem, Verification};

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let module = &self.module;
        writeln!(f, "data directory {}", self.dir.display())?;
        if !self.problems.is_empty() {
            writeln!(f, "\nNot all of it can be read, and what is told is incomplete:")?;
            write_problems(f, &self.problems)?;
            writeln!(f)?;
        }
        writeln!(
            f,
            "module {}: {}, format version {} (keys {}, routing {}, deltas {})",
            module.name,
            count(module.tasks.into(), "task"),
            module.format_version,
            module.key_encoding,
            module.routing,
            module.delta,
        )?;
        self.depots.iter().try_for_each(|depot| write_depot(f, depot, self.taken_unix_millis))?;
        self.topologies.iter().try_for_each(|topology| write_topology(f, topology))?;
        self.pstates.iter().try_for_each(|pstate| write_pstate(f, pstate, self))?;
        self.write_storage(f)
    }
}

impl Report {
    fn write_storage(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\ncheckpoint")?;
        match &self.checkpoint {
            Some(CheckpointReport { position, replay_from, unix_millis }) => {
                let age = age(*unix_millis, self.taken_unix_millis);
                writeln!(f, "  position       {}", number(position.get()))?;
                writeln!(f, "  replay from    {}", number(replay_from.get()))?;
                writeln!(f, "  made           {age}")?;
            }
            None => writeln!(f, "  none")?,
        }
        if let Some(database) = &self.database {
            writeln!(f, "  database file  {}", bytes(database.file_bytes))?;
        }
        let dropped = &self.dropped;
        writeln!(f, "  dropped        {} to be removed", count(dropped.count, "structure"))?;
        for of in &dropped.first {
            let (pstate, task, structure) = (&of.pstate, of.task, of.structure);
            let node = self.node_name(pstate, of.node);
            writeln!(f, "    structure {structure} of $${pstate}{node}, task {task}")?;
        }
        if dropped.count > dropped.first.len() as u64 {
            writeln!(f, "    …")?;
        }
        let log = &self.log;
        writeln!(f, "\nlog")?;
        writeln!(f, "  start          {}", number(log.start.get()))?;
        writeln!(f, "  end            {}", number(log.end.get()))?;
        let segments = count(log.segments, "segment");
        writeln!(f, "  files          {segments}, {}", bytes(log.file_bytes))?;
        if log.kept_segments > 0 {
            let segments = count(log.kept_segments, "segment");
            writeln!(f, "  kept           {segments}, {}, for depots", bytes(log.kept_bytes))?;
        }
        if log.torn_bytes > 0 {
            let torn = bytes(log.torn_bytes);
            writeln!(f, "  half written   {torn} at the end, cut off at the next launch")?;
        }
        let behind = &log.behind_checkpoint;
        writeln!(
            f,
            "  behind the checkpoint: {} in {} {}: {}, {}, {}, {}",
            bytes(log.behind_checkpoint_bytes),
            number(behind.total()),
            if behind.total() == 1 { "entry" } else { "entries" },
            count(behind.appends, "append"),
            count(behind.plans, "plan"),
            count(behind.prepares, "prepare"),
            count(behind.commits, "commit"),
        )
    }

    /// How a node of a PState is called.
    fn node_name(&self, pstate: &str, node: u32) -> String {
        let pstate = self.pstates.iter().find(|known| known.name == pstate);
        let known = pstate.and_then(|known| known.nodes.iter().find(|known| known.id == node));
        match known.and_then(|known| known.path.clone()) {
            Some(path) => path,
            None => format!(" node {node:08x}"),
        }
    }
}

fn write_depot(f: &mut fmt::Formatter<'_>, depot: &DepotReport, now: u64) -> fmt::Result {
    writeln!(f, "\ndepot *{}, {}", depot.name, depot.partitioning)?;
    writeln!(f, "  records {}", depot.shape)?;
    let heads = [
        "partition",
        "start",
        "end",
        "checkpointed to",
        "segments",
        "bytes",
        "in the log",
        "last append",
    ];
    let mut table = Table::new(0, &heads);
    for (partition, of) in depot.partitions.iter().enumerate() {
        table.row([
            partition.to_string(),
            number(of.start),
            number(of.end),
            number(of.checkpointed),
            number(of.segments),
            bytes(of.segment_bytes),
            bytes(of.log_block_bytes),
            of.last_append_unix_millis.map_or_else(|| "-".to_owned(), |then| age(then, now)),
        ]);
    }
    let partitions = &depot.partitions;
    table.row([
        "total".to_owned(),
        String::new(),
        number(partitions.iter().map(|of| of.end - of.start.min(of.end)).sum()),
        number(partitions.iter().map(|of| of.checkpointed.saturating_sub(of.start)).sum()),
        number(partitions.iter().map(|of| of.segments).sum()),
        bytes(partitions.iter().map(|of| of.segment_bytes).sum()),
        bytes(partitions.iter().map(|of| of.log_block_bytes).sum()),
        String::new(),
    ]);
    table.write(f)
}

fn write_topology(f: &mut fmt::Formatter<'_>, topology: &TopologyReport) -> fmt::Result {
    writeln!(f, "\nmicrobatch topology {}", topology.name)?;
    match topology.committed {
        0 => writeln!(f, "  no microbatch committed")?,
        committed => writeln!(f, "  microbatch {} committed", number(committed))?,
    }
    if let Some(undecided) = &topology.undecided {
        writeln!(
            f,
            "  microbatch {} planned, with {}, and not committed; last attempt {}",
            number(undecided.microbatch),
            count(undecided.records, "record"),
            undecided.attempt
        )?;
    }
    writeln!(f, "  {} waiting", count(topology.waiting(), "record"))?;
    topology.sources.iter().try_for_each(|source| write_source(f, source))
}

fn write_source(f: &mut fmt::Formatter<'_>, source: &SourceReport) -> fmt::Result {
    writeln!(f, "  source *{}", source.depot)?;
    let mut table = Table::new(0, &["partition", "position", "waiting"]);
    for (partition, of) in source.partitions.iter().enumerate() {
        table.row([partition.to_string(), number(of.position), number(of.waiting)]);
    }
    table.write(f)
}

fn write_pstate(f: &mut fmt::Formatter<'_>, pstate: &PStateReport, report: &Report) -> fmt::Result {
    writeln!(f, "\nPState $${}, owned by {}", pstate.name, pstate.owner)?;
    writeln!(f, "  schema {}", pstate.shape)?;
    if pstate.placement != "hash" {
        writeln!(f, "  placed by {}", pstate.placement)?;
    }
    if pstate.changes_in_log > 0 {
        writeln!(
            f,
            "  {} in the log behind the checkpoint",
            count(pstate.changes_in_log, "change")
        )?;
    }
    if pstate.nodes.is_empty() {
        return writeln!(f, "  no rows in the checkpoint");
    }
    let mut table = Table::new(1, &["elements", "task", "rows", "bytes", "in the file"]);
    for node in &pstate.nodes {
        let name = report.node_name(&pstate.name, node.id);
        for of in &node.partitions {
            table.row([
                name.clone(),
                of.task.to_string(),
                number(of.rows),
                bytes(of.stored_bytes),
                bytes(of.file_bytes()),
            ]);
        }
    }
    table.row([
        "total".to_owned(),
        String::new(),
        number(pstate.rows()),
        bytes(pstate.stored_bytes()),
        bytes(pstate.file_bytes()),
    ]);
    table.write(f)
}

impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "checked")?;
        writeln!(f, "  database       {}", bytes(self.database_bytes))?;
        let (segments, blocks) = (count(self.segments, "segment"), count(self.blocks, "block"));
        let (records, size) = (count(self.records, "record"), bytes(self.block_bytes));
        write!(f, "  depots         {segments}, {blocks} with {records}, {size}")?;
        match self.log_blocks {
            0 => writeln!(f)?,
            blocks => writeln!(f, "; {} in the log", count(blocks, "block"))?,
        }
        let entries = if self.log_entries == 1 { "entry" } else { "entries" };
        writeln!(
            f,
            "  log            {}, {} {entries}, {}",
            count(self.log_segments, "segment"),
            number(self.log_entries),
            bytes(self.log_bytes)
        )?;
        if !self.free_pages_are_right {
            writeln!(f, "  The database's account of free pages is wrong; no row is concerned.")?;
        }
        if self.is_whole() {
            return writeln!(f, "nothing is damaged");
        }
        writeln!(f, "DAMAGED, in {}:", count(self.problems.len() as u64, "place"))?;
        write_problems(f, &self.problems)
    }
}

fn write_problems(f: &mut fmt::Formatter<'_>, problems: &[Problem]) -> fmt::Result {
    for problem in problems {
        write!(f, "  {problem}")?;
        let mut source = problem.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        writeln!(f)?;
    }
    Ok(())
}
