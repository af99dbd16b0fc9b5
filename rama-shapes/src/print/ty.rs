//! Writes types.

use std::fmt::Write as _;

use crate::ty::Type;

fn several(types: &[Type]) -> String {
    types.iter().map(schema).collect::<Vec<_>>().join(", ")
}

/// A schema, or the type of a value.
pub fn schema(ty: &Type) -> String {
    match ty {
        Type::Int => "i64".to_owned(),
        Type::Str => "String".to_owned(),
        Type::Char => "char".to_owned(),
        Type::Usize => "usize".to_owned(),
        Type::Vec(of) => format!("Vec<{}>", schema(of)),
        Type::Deque(of) => format!("VecDeque<{}>", schema(of)),
        Type::HashMap(key, of) => format!("HashMap<{}, {}>", schema(key), schema(of)),
        Type::BTreeMap(key, of) => format!("BTreeMap<{}, {}>", schema(key), schema(of)),
        Type::HashSet(of) => format!("HashSet<{}>", schema(of)),
        Type::BTreeSet(of) => format!("BTreeSet<{}>", schema(of)),
        Type::Opt(of) => format!("Option<{}>", schema(of)),
        Type::Tuple(of) => format!("({})", several(of)),
        Type::PMap(key, of) => format!("PMap<{}, {}>", schema(key), schema(of)),
        Type::PSet(of) => format!("PSet<{}>", schema(of)),
        Type::UntrackedMap(key, of) => {
            format!("PMap<{}, {}, Untracked>", schema(key), schema(of))
        }
        Type::UntrackedSet(of) => format!("PSet<{}, Untracked>", schema(of)),
        Type::PVec(of) => format!("PVec<{}>", schema(of)),
        Type::Fixed(name, _) => name.clone(),
        Type::Range(of) => schema(of),
    }
}

/// The structs of a schema, and how their content is read.
pub fn structs(ty: &Type) -> String {
    let (mut found, mut text) = (Vec::new(), String::new());
    ty.structs(&mut found);
    for (name, fields) in found {
        let _ = writeln!(text, "#[derive(rama::PState)]\npub struct {name} {{");
        for (at, field) in fields.iter().enumerate() {
            let _ = writeln!(text, "    f{at}: {},", schema(field));
        }
        let numbers = (0..fields.len()).map(|at| format!("f{at}")).collect::<Vec<_>>().join(", ");
        let _ = writeln!(text, "}}\ncontent_of_struct!({name} {{ {numbers} }});");
    }
    text
}
