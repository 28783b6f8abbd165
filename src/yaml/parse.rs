//! Text to a located tree.

use super::fault::{Fault, Source};
use super::mark::Mark;
use super::node::{Entry, Node, Tree};
use super::scalar;
use super::words::{self, MAX_DEPTH};
use granit_parser::{Event, Marker, Options, Parser, ScalarStyle, Span, Tag};
use std::collections::{HashMap, HashSet};

/// Most values in one file, those that aliases repeat counted in: a page of ten lines can stand for 10^10 of them.
const MAX_VALUES: usize = 500_000;

/// Parses one YAML document; a key twice in one mapping is a fault.
///
/// # Errors
/// Where the text is not YAML or says what files here do not, with the place.
pub fn parse(source: &Source) -> Result<Node, Fault> {
    words::forbidden_character(source)?;
    let mut options = Options::default();
    options.flow_nesting_limit = MAX_DEPTH;
    options.block_nesting_limit = MAX_DEPTH;
    options.set_emit_comments(false);
    let mut builder = Builder { source, open: Vec::new(), anchors: HashMap::new(), values: 0, kept: 0, root: None };
    let mut documents = 0;
    for event in Parser::new_from_str_with_options(&source.text, options) {
        let (event, span) = event.map_err(|error| words::syntax(source, &error, mark_at(*error.marker())))?;
        if matches!(event, Event::DocumentStart(..)) {
            documents += 1;
            if documents > 1 {
                let fault =
                    source.fault(mark_at(span.start), "a file holds one YAML document, and a second begins here");
                return Err(fault.help("take the `---` out, or put what follows into a file of its own"));
            }
        }
        builder.take(event, span)?;
    }
    Ok(builder.root.unwrap_or(Node::new(Mark { line: 1, column: 1 }, Tree::Null)))
}

fn mark_at(marker: Marker) -> Mark {
    Mark { line: marker.line().max(1), column: marker.col() + 1 }
}

/// A list or mapping that is being read.
struct Open {
    mark: Mark,
    anchor: usize,
    /// Values read when it began.
    before: usize,
    /// Deepest nesting found inside.
    depth: usize,
    inside: Inside,
}

enum Inside {
    List(Vec<Node>),
    Map(Map),
}

#[derive(Default)]
struct Map {
    entries: Vec<Entry>,
    keys: HashSet<String>,
    /// A key whose value is not there yet.
    key: Option<(String, Mark)>,
    /// Mappings that `<<` lays under this one.
    under: Vec<Entry>,
}

/// What an anchor stands for: the value, how many values it holds and how deep it is.
type Anchored = (Node, usize, usize);

struct Builder<'a> {
    source: &'a Source,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    values: usize,
    /// Values that anchors keep copies of.
    kept: usize,
    root: Option<Node>,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Fault> {
        let mark = mark_at(span.start);
        match event {
            Event::Scalar(text, style, anchor, tag) => self.scalar(mark, (&text, style), (anchor, tag.as_deref())),
            Event::SequenceStart(_, anchor, tag) => {
                self.tagged(mark, tag.as_deref(), "seq")?;
                self.begin(mark, anchor, Inside::List(Vec::new()))
            }
            Event::MappingStart(_, anchor, tag) => {
                self.tagged(mark, tag.as_deref(), "map")?;
                self.begin(mark, anchor, Inside::Map(Map::default()))
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => self.alias(mark, anchor),
            _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        mark: Mark,
        (text, style): (&str, ScalarStyle),
        (anchor, tag): (usize, Option<&Tag>),
    ) -> Result<(), Fault> {
        if let Some(Open { inside: Inside::Map(map), .. }) = self.open.last_mut()
            && map.key.is_none()
        {
            return key(self.source, map, (mark, text), (style, anchor));
        }
        let node = Node::new(mark, self.value(mark, (text, style), tag)?);
        self.count(mark, 1)?;
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), 1, 0));
        }
        self.put(node, 0)
    }

    fn value(&self, mark: Mark, (text, style): (&str, ScalarStyle), tag: Option<&Tag>) -> Result<Tree, Fault> {
        let named = tag.and_then(Tag::core_suffix);
        let quoted = style != ScalarStyle::Plain;
        if named == Some("str") || (tag.is_none() && quoted) || tag.is_some_and(|tag| tag.original() == "!") {
            return Ok(Tree::Text(text.to_owned()));
        }
        let read = scalar::plain(text).map_err(|odd| self.source.fault(mark, odd.message).help(odd.help))?;
        let fits = match named {
            None => tag.is_none(),
            Some("int") => matches!(read, Tree::Int(_)),
            Some("float") => matches!(read, Tree::Int(_) | Tree::Float(_)),
            Some("bool") => matches!(read, Tree::Bool(_)),
            Some("null") => matches!(read, Tree::Null),
            Some(_) => false,
        };
        if fits { Ok(read) } else { Err(words::tag(self.source, mark, tag)) }
    }

    fn tagged(&self, mark: Mark, tag: Option<&Tag>, fits: &str) -> Result<(), Fault> {
        match tag {
            Some(tag) if tag.core_suffix() != Some(fits) => Err(words::tag(self.source, mark, Some(tag))),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, mark: Mark, anchor: usize, inside: Inside) -> Result<(), Fault> {
        if let Some(Open { inside: Inside::Map(Map { key: None, .. }), .. }) = self.open.last() {
            let fault = self.source.fault(mark, "a key is a text, but a list or mapping stands here");
            return Err(fault.help("a text that begins with a bracket is put in quotes"));
        }
        self.count(mark, 1)?;
        self.open.push(Open { mark, anchor, before: self.values - 1, depth: 1, inside });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Fault> {
        let Some(Open { mark, anchor, before, depth, inside }) = self.open.pop() else { return Ok(()) };
        let tree = match inside {
            Inside::List(items) => Tree::List(items),
            Inside::Map(Map { mut entries, keys, under, .. }) => {
                let mut known = keys;
                entries.extend(under.into_iter().filter(|entry| known.insert(entry.key.clone())));
                Tree::Map(entries)
            }
        };
        let node = Node::new(mark, tree);
        if anchor > 0 {
            // A copy is kept: anchors inside of anchors would keep as many as they are deep.
            let count = self.values - before;
            self.kept += count;
            self.bounded(mark, self.kept)?;
            self.anchors.insert(anchor, (node.clone(), count, depth));
        }
        self.put(node, depth)
    }

    fn alias(&mut self, mark: Mark, anchor: usize) -> Result<(), Fault> {
        // The parser knows the anchor: what is not read to its end yet holds this very alias.
        let Some((node, count, depth)) = self.anchors.get(&anchor) else {
            let fault = self.source.fault(mark, "this alias stands inside of what it stands for");
            return Err(fault.help("write the value out"));
        };
        let (mut node, count, depth) = (node.clone(), *count, *depth);
        self.count(mark, count)?;
        if let (Some(Open { inside: Inside::Map(map), .. }), Tree::Text(text)) = (self.open.last_mut(), &node.tree)
            && map.key.is_none()
        {
            return key(self.source, map, (mark, text), (ScalarStyle::DoubleQuoted, 0));
        }
        if self.open.len() + depth > MAX_DEPTH {
            return Err(words::too_deep(self.source, mark, MAX_DEPTH));
        }
        node.mark = mark;
        self.put(node, depth)
    }

    fn count(&mut self, mark: Mark, more: usize) -> Result<(), Fault> {
        self.values += more;
        self.bounded(mark, self.values)
    }

    fn bounded(&self, mark: Mark, values: usize) -> Result<(), Fault> {
        if values <= MAX_VALUES {
            return Ok(());
        }
        let fault = self.source.fault(mark, format!("the file holds more than {MAX_VALUES} values"));
        Err(fault.help(
            "long lists are written as {count}, {range}, {linear} or {log10}; what an alias repeats counts again",
        ))
    }

    /// Puts a finished value where it belongs.
    fn put(&mut self, node: Node, depth: usize) -> Result<(), Fault> {
        let Some(Open { depth: deepest, inside, .. }) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        *deepest = (*deepest).max(depth + 1);
        let map = match inside {
            Inside::List(items) => {
                items.push(node);
                return Ok(());
            }
            Inside::Map(map) => map,
        };
        match map.key.take() {
            None => {
                let fault = self.source.fault(node.mark, format!("a key is a text, but this is {}", node.what()));
                return Err(fault.help("write the key out"));
            }
            Some((key, mark)) if key == MERGE => merge(self.source, map, (mark, node))?,
            Some((key, mark)) => map.entries.push(Entry { key, mark, node }),
        }
        Ok(())
    }
}

/// The key that lays mappings under the one it stands in.
const MERGE: &str = "<<";

fn key(
    source: &Source,
    map: &mut Map,
    (mark, text): (Mark, &str),
    (style, anchor): (ScalarStyle, usize),
) -> Result<(), Fault> {
    let plain = style == ScalarStyle::Plain;
    if plain && matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        let message = "this is no key: `~`, `null` and an empty place mean nothing";
        return Err(source.fault(mark, message).help("a key is a text; in quotes anything is one"));
    }
    if anchor > 0 {
        return Err(source.fault(mark, "an anchor on a key").help("anchors stand before values"));
    }
    if !map.keys.insert(text.to_owned()) {
        let fault = source.fault(mark, format!("the key `{text}` stands twice in this mapping"));
        return Err(fault.help("give each key once"));
    }
    map.key = Some((text.to_owned(), mark));
    Ok(())
}

/// `<<: *name`, or a list of such: entries for the keys that the mapping itself lacks, of several the first.
fn merge(source: &Source, map: &mut Map, (mark, node): (Mark, Node)) -> Result<(), Fault> {
    map.keys.remove(MERGE);
    let parts = match node.tree {
        Tree::List(items) => items,
        _ => vec![node],
    };
    for part in parts {
        let Tree::Map(entries) = part.tree else {
            let fault = source.fault(mark, format!("`<<` takes a mapping or a list of them, found {}", part.what()));
            return Err(fault.help("for example `<<: *base`, where `&base` stands before a mapping above"));
        };
        map.under.extend(entries);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::new("a.yaml", text)
    }

    #[test]
    fn values_know_their_places() {
        let root = parse(&source("a: 1\nb:\n  - x\n  - {c: 2.5}\n")).unwrap();
        assert_eq!(root.get("a").unwrap().mark, Mark { line: 1, column: 4 });
        let c = root.mark_of(&["b".into(), "1".into(), "c".into()], None);
        assert_eq!(c, Mark { line: 4, column: 9 });
        assert_eq!(root.mark_of(&["b".into(), "1".into()], Some("c")), Mark { line: 4, column: 6 });
        assert_eq!(root.to_json(), serde_json::json!({"a": 1, "b": ["x", {"c": 2.5}]}));
    }

    #[test]
    fn only_true_and_false_are_truth_values() {
        let root = parse(&source("[no, yes, true, '1', 1e3, null]")).unwrap();
        assert_eq!(root.to_json(), serde_json::json!(["no", "yes", true, "1", 1000.0, null]));
    }

    #[test]
    fn a_key_twice_is_a_fault_with_a_place() {
        let fault = parse(&source("a: 1\na: 2\n")).unwrap_err();
        assert_eq!(fault.place, "a.yaml:2:1");
        assert_eq!(fault.message, "the key `a` stands twice in this mapping");
    }

    #[test]
    fn broken_yaml_is_a_fault_with_a_place() {
        let fault = parse(&source("a: [1, 2\nb: 3\n")).unwrap_err();
        assert!(fault.place.starts_with("a.yaml:2:"), "{}", fault.place);
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Inner {
        width: u32,
    }

    #[test]
    fn typed_faults_stand_at_their_value() {
        let text = "layers:\n  - width: 3\n  - width: wide\n";
        let root = parse(&source(text)).unwrap();
        let faults = root.get("layers").unwrap().typed::<Vec<Inner>>(&source(text)).unwrap_err();
        assert_eq!(faults[0].place, "a.yaml:3:12");
        let text = "widht: 3\n";
        let faults = parse(&source(text)).unwrap().typed::<Inner>(&source(text)).unwrap_err();
        assert_eq!((faults[0].place.as_str(), faults[0].message.as_str()), ("a.yaml:1:1", "unknown key `widht`"));
        assert!(faults[0].help.as_ref().unwrap().contains("did you mean `width`?"));
    }
}
