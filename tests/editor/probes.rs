//! What is asked of the editor: each probe in a complete and in a half-typed state.

/// The file around the probes. A probe's text stands in place of one of the marks.
pub(crate) const FILE: &str = r#"
use rama::{PMap, PState, Record, dataflow, defmodule};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Record)]
pub struct Transfer {
    pub from_user: i64,
    pub to_user: i64,
    pub amount: i64,
}

#[derive(PState)]
pub struct Account {
    pub nick: String,
    pub limits: PMap<i64, i64>,
}

dataflow! {
    /// Both neighbours of a number.
    pub ramaop neighbours(*number: i64) :> i64 {
        :> *number - 1;
        :> *number + 1;
    }

    pub ramaop settle($$balances: PMap<i64, i64>, *transfer: Transfer) :> i64 {
        local_select> $$balances.key(*transfer.from_user).nil_to_val(0) :> *balance;
        |hash(*transfer.to_user);
        [operation]
        :> *transfer.amount;
    }
}

defmodule! {
    pub module Bank {
        depot *transfers: Transfer, hash_by(.from_user);

        microbatch banking {
            pstate $$funds: PMap<i64, i64>;
            pstate $$latest: PMap<i64, Transfer>;
            pstate $$accounts: PMap<i64, Account>;

            sources! {
                source> *transfers :> %microbatch;
                %microbatch() :> *transfer;
                local_select> $$funds.key(*transfer.from_user).nil_to_val(0) :> *balance;
                local_transform> $$funds.key(*transfer.from_user).termval(*balance - *transfer.amount);
                |hash(*transfer.to_user);
                [module]
                local_transform> $$latest.key(*transfer.to_user).termval(*transfer);
            }
        }
    }
}

pub fn stand_alone(list: Vec<Transfer>) -> Vec<i64> {
    dataflow! {
        %explode(list) :> *transfer;
        [stand_alone]
        :> *transfer.amount;
    }
}
"#;

/// Where a probe's text stands.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Module,
    Operation,
    StandAlone,
}

impl Place {
    pub(crate) fn mark(self) -> &'static str {
        match self {
            Place::Module => "[module]",
            Place::Operation => "[operation]",
            Place::StandAlone => "[stand_alone]",
        }
    }

    pub(crate) const ALL: [Place; 3] = [Place::Module, Place::Operation, Place::StandAlone];
}

/// What is asked at the cursor and what must be answered.
#[derive(Clone, Copy)]
pub(crate) enum Ask {
    /// These are among the completions.
    Completes(&'static [&'static str]),
    /// The hover has this text.
    Hovers(&'static str),
    /// A line with this text is where the definition stands.
    Defines(&'static str),
    /// Renaming changes every mention of this name in the text of the probe, and nothing else.
    Renames(&'static str),
    /// The complete text has no mistake, the half-typed one has this.
    Complains(&'static str),
}

pub(crate) struct Probe {
    pub(crate) name: &'static str,
    pub(crate) place: Place,
    pub(crate) ask: Ask,
    /// The text with `¦` at the cursor, complete…
    pub(crate) complete: &'static str,
    /// … and half typed.
    pub(crate) half_typed: &'static str,
}

const FIELDS: Ask = Ask::Completes(&["from_user", "to_user", "amount"]);

pub(crate) const PROBES: &[Probe] = &[
    Probe {
        name: "a field after a dot",
        place: Place::Module,
        ask: FIELDS,
        complete: "*transfer.am¦ount + 1 :> *more;",
        half_typed: "*transfer.¦",
    },
    Probe {
        name: "a field in an argument",
        place: Place::Module,
        ask: FIELDS,
        complete: "local_transform> $$funds.key(*transfer.to¦_user).termval(1);",
        half_typed: "local_transform> $$funds.key(*transfer.¦",
    },
    Probe {
        name: "a field in an argument that is closed",
        place: Place::Module,
        ask: FIELDS,
        complete: "local_transform> $$funds.key(*transfer.¦to_user).termval(1);",
        half_typed: "local_transform> $$funds.key(*transfer.¦)",
    },
    Probe {
        name: "a variable in an argument",
        place: Place::Module,
        ask: Ask::Completes(&["balance", "transfer"]),
        complete: "local_transform> $$funds.key(*bal¦ance).termval(1);",
        half_typed: "local_transform> $$funds.key(*¦)",
    },
    Probe {
        name: "a variable at the start",
        place: Place::Module,
        ask: Ask::Completes(&["balance", "transfer"]),
        complete: "*bal¦ance + 1 :> *more;",
        half_typed: "*¦",
    },
    Probe {
        name: "a variable in an aggregator",
        place: Place::Module,
        ask: Ask::Completes(&["balance", "transfer"]),
        complete: "+compound $$funds { *transfer.to_user => +sum(*bal¦ance) };",
        half_typed: "+compound $$funds { *transfer.to_user => +sum(*¦) };",
    },
    Probe {
        name: "an aggregator",
        place: Place::Module,
        ask: Ask::Completes(&["sum", "count"]),
        complete: "+compound $$funds { 1 => +su¦m(1) };",
        half_typed: "+compound $$funds { 1 => +¦ };",
    },
    Probe {
        name: "a PState",
        place: Place::Module,
        ask: Ask::Completes(&["funds", "latest"]),
        complete: "local_select> $$fu¦nds.key(1) :> *found;",
        half_typed: "local_select> $$¦",
    },
    Probe {
        name: "a navigator",
        place: Place::Module,
        ask: Ask::Completes(&["key", "nil_to_val", "term"]),
        complete: "local_select> $$funds.key(1).nil¦_to_val(0) :> *found;",
        half_typed: "local_select> $$funds.key(1).¦",
    },
    Probe {
        name: "a fixed key",
        place: Place::Module,
        ask: Ask::Completes(&["nick", "limits"]),
        complete: "local_select> $$accounts.key(1).ni¦ck :> *found;",
        half_typed: "local_select> $$accounts.key(1).¦",
    },
    Probe {
        name: "hover over what a fixed key holds",
        place: Place::Module,
        ask: Ask::Hovers("String"),
        complete: "local_select> $$accounts.key(1).nick.nil_to_val(String::new()) :> *found; *fou¦nd :> *more;",
        half_typed: "local_select> $$accounts.key(1).nick.nil_to_val(String::new()) :> *found; *fou¦nd.",
    },
    Probe {
        name: "a field in an <<if behind a partitioner",
        place: Place::Module,
        ask: FIELDS,
        complete: "<<if *balance > 0 { |hash(*transfer.from_user); *transfer.am¦ount :> *more; }",
        half_typed: "<<if *balance > 0 { |hash(*transfer.from_user); *transfer.¦ }",
    },
    Probe {
        name: "a field in the condition of an <<if",
        place: Place::Module,
        ask: FIELDS,
        complete: "<<if *transfer.am¦ount > 0 { *balance :> *more; }",
        half_typed: "<<if *transfer.¦ { *balance :> *more; }",
    },
    Probe {
        name: "a field in a block without a body",
        place: Place::Module,
        ask: FIELDS,
        complete: "<<cond { case> *balance > 1 => { *transfer.am¦ount :> *more; } default> => { 1 :> *more; } }",
        half_typed: "<<if *balance > 1 && *transfer.¦",
    },
    Probe {
        name: "the fields of a pattern",
        place: Place::Module,
        ask: Ask::Completes(&["to_user", "amount"]),
        complete: "*transfer.clone() :> Transfer { *fro¦m_user, .. };",
        half_typed: "*transfer.clone() :> Transfer { *¦ };",
    },
    Probe {
        name: "an operation",
        place: Place::Module,
        ask: Ask::Completes(&["neighbours", "settle"]),
        complete: "%neigh¦bours(*balance) :> *near;",
        half_typed: "%neigh¦",
    },
    Probe {
        name: "hover over a variable behind a boundary",
        place: Place::Module,
        ask: Ask::Hovers("i64"),
        complete: "*bal¦ance + 1 :> *more;",
        half_typed: "*bal¦ance + 1 :> *more; *transfer.",
    },
    Probe {
        name: "hover over the binding of a variable",
        place: Place::Module,
        ask: Ask::Hovers("Transfer"),
        complete: "local_select> $$latest.key(1).one() :> *latest_one; *latest_one :> *la¦st;",
        half_typed: "local_select> $$latest.key(1).one() :> *latest_one; *latest_one :> *la¦st; $$",
    },
    Probe {
        name: "rename of a variable across a boundary",
        place: Place::Module,
        ask: Ask::Renames("moved"),
        complete: "*transfer.amount :> *moved; |hash(*moved); *mo¦ved + 1 :> *more;",
        half_typed: "*transfer.amount :> *moved; |hash(*moved); *mo¦ved + 1 :> *more; *transfer.",
    },
    Probe {
        name: "rename of a variable that both arms bind",
        place: Place::Module,
        ask: Ask::Renames("more"),
        complete: "<<if *balance > 0 { |all; 1 :> *more; } else { 2 :> *more; } *mo¦re + 1 :> *most;",
        half_typed: "<<if *balance > 0 { |all; 1 :> *more; } else { 2 :> *more; } *mo¦re + 1 :> *most; filter> *transfer.",
    },
    Probe {
        name: "definition of a PState",
        place: Place::Module,
        ask: Ask::Defines("pstate $$funds"),
        complete: "local_select> $$fu¦nds.key(1) :> *found;",
        half_typed: "local_select> $$fu¦nds.key(1).",
    },
    Probe {
        name: "definition of an operation",
        place: Place::Module,
        ask: Ask::Defines("pub ramaop neighbours"),
        complete: "%neigh¦bours(*balance) :> *near;",
        half_typed: "%neigh¦bours(*transfer.",
    },
    Probe {
        name: "definition of an anonymous operation",
        place: Place::Module,
        ask: Ask::Defines("ramafn %next"),
        complete: "<<ramafn %next(*n: i64) -> i64 { :> *n + 1; }\n%ne¦xt(1) :> *two;",
        half_typed: "<<ramafn %next(*n: i64) -> i64 { :> *n + 1; }\n%ne¦xt(*transfer.) :> *two;",
    },
    Probe {
        name: "definition of a partitioner",
        place: Place::Module,
        ask: Ask::Defines("pub fn hash"),
        complete: "|ha¦sh(*balance);",
        half_typed: "|ha¦sh(*transfer.)",
    },
    Probe {
        name: "hover in a format string",
        place: Place::Module,
        ask: Ask::Hovers("i64"),
        complete: "format!(\"{bal¦ance}\") :> *text;",
        half_typed: "format!(\"{bal¦ance}\") :> *text; *text.",
    },
    Probe {
        name: "definition of an aggregator",
        place: Place::Module,
        ask: Ask::Defines("pub fn sum"),
        complete: "+compound $$funds { 1 => +su¦m(*balance) };",
        half_typed: "+compound $$funds { 1 => +su¦m(*transfer.) };",
    },
    Probe {
        name: "definition of a variable",
        place: Place::Module,
        ask: Ask::Defines(":> *balance"),
        complete: "*bal¦ance + 1 :> *more;",
        half_typed: "*bal¦ance +",
    },
    Probe {
        name: "a field in a stand-alone block",
        place: Place::StandAlone,
        ask: FIELDS,
        complete: "*transfer.am¦ount :> *more;",
        half_typed: "*transfer.¦",
    },
    Probe {
        name: "a variable in a stand-alone block",
        place: Place::StandAlone,
        ask: Ask::Completes(&["transfer", "more"]),
        complete: "*transfer.amount :> *more; %neighbours(*mo¦re) :> *near;",
        half_typed: "*transfer.amount :> *more; %neighbours(*¦)",
    },
    Probe {
        name: "hover in a loop of a stand-alone block",
        place: Place::StandAlone,
        ask: Ask::Hovers("i64"),
        complete: "loop<- [*left = *transfer.amount :> *end] { <<if *left > 0 { continue> *le¦ft - 1; } else { :> *left; } }",
        half_typed: "loop<- [*left = *transfer.amount :> *end] { <<if *left > 0 { continue> *le¦ft - } else { :> *left; } }",
    },
    Probe {
        name: "hover behind branches that meet",
        place: Place::StandAlone,
        ask: Ask::Hovers("i64"),
        complete: "anchor> <start>; 1_i64 :> *more; anchor> <one>; hook> <start>; 2_i64 :> *more; anchor> <two>; unify> <one> <two>; *mo¦re + 1 :> *most;",
        half_typed: "anchor> <start>; 1_i64 :> *more; anchor> <one>; hook> <start>; 2_i64 :> *more; anchor> <two>; unify> <one> <two>; *mo¦re + 1 :> *most; *most.",
    },
    Probe {
        name: "rename in a stand-alone block",
        place: Place::StandAlone,
        ask: Ask::Renames("moved"),
        complete: "*transfer.amount :> *mo¦ved; %neighbours(*moved) :> *near; *near + *moved :> *more;",
        half_typed: "*transfer.amount :> *mo¦ved; %neighbours(*moved) :> *near; *near + *moved :> *more; %",
    },
    Probe {
        name: "a field in an emission before another",
        place: Place::StandAlone,
        ask: FIELDS,
        complete: ":> *transfer.am¦ount;",
        half_typed: ":> *transfer.¦",
    },
    Probe {
        name: "a field in an operation",
        place: Place::Operation,
        ask: FIELDS,
        complete: "*transfer.am¦ount :> *more;",
        half_typed: "*transfer.¦",
    },
    Probe {
        name: "a PState in an operation",
        place: Place::Operation,
        ask: Ask::Completes(&["balances"]),
        complete: "local_select> $$bal¦ances.key(1) :> *found;",
        half_typed: "local_select> $$¦",
    },
    Probe {
        name: "hover in an operation, behind a boundary",
        place: Place::Operation,
        ask: Ask::Hovers("i64"),
        complete: "*bal¦ance + 1 :> *more;",
        half_typed: "*bal¦ance + 1 :> *more; local_transform> $$balances.",
    },
    Probe {
        name: "mistakes in a module",
        place: Place::Module,
        ask: Ask::Complains("expected an expression"),
        complete: "
            <<if *balance > 0 { |hash(*transfer.from_user); 1_i64 :> *more; } else { 2 :> *more; }
            %neighbours(*more) :> *near;
            local_select> $$accounts.key(*near).nick :> *nick;
            filter> *near > 3;
            %settle($$funds, *transfer.clone()) :> *settled;
            +compound $$funds { *near => +sum(*settled) };¦",
        half_typed: "filter> *balance >¦;",
    },
    Probe {
        name: "mistakes in a stand-alone block",
        place: Place::StandAlone,
        ask: Ask::Complains("a PState in a stand-alone block"),
        complete: "
            loop<- [*i = *transfer.amount :> *end] {
                <<if *i > 0 { continue> *i - 1; } else { :> *i; }
            }
            anchor> <start>;
            1_i64 :> *x;
            anchor> <one>;
            hook> <start>;
            2_i64 :> *x;
            anchor> <two>;
            unify> <one> <two>;
            <<ramafn %f(*n: i64) -> i64 { :> *n + *x; }
            <<ramaop %g(*n: i64) :> i64 { :> *n; }
            %g(%f(*end)) :> *z;
            <<subsource Some(*z) {
                case> Some(*one) => { *one :> *u; }
                case> None => { throw> \"none\"; }
            }
            *u + 1 :> *w;¦",
        half_typed: "local_transform> $$funds.key(1).termval(2);¦",
    },
];
