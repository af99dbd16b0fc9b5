//! The places of a schema, from its text.

use rama_paths::store::{elements_node, field_node};

/// The nodes of a PState of this shape and the paths to their elements. What cannot be understood of
/// the shape is left out.
pub(super) fn node_paths(shape: &str) -> Vec<(u32, String)> {
    let mut paths = Vec::new();
    // A PState has its schema as the one element of a structure of its own.
    schema(shape, elements_node(0), String::new(), &mut paths);
    paths
}

/// Reads one schema, whose rows are at `node`; what is behind it.
fn schema<'a>(
    text: &'a str,
    node: u32,
    path: String,
    paths: &mut Vec<(u32, String)>,
) -> Option<&'a str> {
    paths.push((node, path.clone()));
    if let Some(inside) = text.strip_prefix("PMap<") {
        let key = end_of_type(inside);
        let value = inside[key..].strip_prefix(", ")?;
        let path = format!("{path}[{}]", &inside[..key]);
        return schema(value, elements_node(node), path, paths)?.strip_prefix('>');
    }
    let end = end_of_type(text);
    let name = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(end).min(end);
    let fields = text[name..end].strip_prefix(" fixed {").and_then(|text| text.strip_suffix('}'));
    let mut rest = fields.unwrap_or_default();
    while let Some((field, behind)) = rest.split_once('#') {
        let field = field.trim_start_matches([' ', ',']);
        let (id, behind) = behind.split_once(": ")?;
        let node = elements_node(field_node(node, id.parse().ok()?));
        rest = schema(behind, node, format!("{path}.{field}"), paths)?;
    }
    Some(&text[end..])
}

/// Where a type ends that others may follow: at a comma or a closing bracket that is not its own.
fn end_of_type(text: &str) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '<' | '(' | '[' | '{' => depth += 1,
            '>' | ')' | ']' | '}' if depth == 0 => return at,
            '>' | ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use rama_paths::{AnyPartition, PMap, Partition, schema_shape_of};

    use super::*;

    #[test]
    fn the_places_of_a_schema_are_known_by_their_paths() {
        let (top, field) = (elements_node(0), |above, id| elements_node(field_node(above, id)));
        let map = elements_node(top);
        let paths = node_paths("PMap<(i64, String), PMap<u8, Vec<(i64, i64)>>>");
        let of_maps =
            [(top, ""), (map, "[(i64, String)]"), (elements_node(map), "[(i64, String)][u8]")];
        assert_eq!(paths, of_maps.map(|(node, path)| (node, path.to_owned())));

        let shape = "PMap<i64, User fixed { profile#7: Inner fixed { a#1: i64, b#2: PMap<i64, Post \
                     { text: String }> }, name#9: String }>";
        let (profile, name) = (field(map, 7), field(map, 9));
        let b = field(profile, 2);
        let of_fields = [
            (top, ""),
            (map, "[i64]"),
            (profile, "[i64].profile"),
            (field(profile, 1), "[i64].profile.a"),
            (b, "[i64].profile.b"),
            (elements_node(b), "[i64].profile.b[i64]"),
            (name, "[i64].name"),
        ];
        let expected = of_fields.map(|(node, path)| (node, path.to_owned()));
        assert_eq!(node_paths(shape), expected);
        for broken in ["", "PMap<", "PMap<i64", "X fixed { a", "X fixed { a#: i64 }", ">", "X}"] {
            assert_eq!(node_paths(broken)[0], (top, String::new()), "{broken}");
        }
    }

    #[test]
    fn a_nested_schema_has_the_nodes_that_its_partitions_have() {
        type Nested = PMap<i64, PMap<String, PMap<u8, i64>>>;
        let known: Vec<u32> =
            node_paths(&schema_shape_of::<Nested>()).into_iter().map(|(node, _)| node).collect();
        let partition: Box<dyn AnyPartition> = Box::new(Partition::<Nested>::new());
        let nodes: Vec<u32> = partition.nodes().iter().map(|node| node.id).collect();
        assert_eq!(known, nodes);
    }
}
