//! A bibliography as its entries with plain texts: the crate `biblatex` parses, what it leaves of LaTeX is taken out
//! here.

use super::fault::BibtexError;
use super::plain::{plain, without_dotless};
use biblatex::{Chunk, ChunksExt, Entry, Person, RawBibliography, RawChunk};
use std::collections::BTreeSet;

/// All entries in order, strings and cross-references resolved. Text between entries is a comment, as in BibTeX.
///
/// # Errors
/// The first fault, or a key that stands twice.
pub(super) fn entries(text: &str) -> Result<Vec<Entry>, BibtexError> {
    let fault = |error| BibtexError::of(text, &error);
    let raw = RawBibliography::parse(text).map_err(fault)?;
    strings_in_order(text, &raw)?;
    keys(text, &raw)?;
    biblatex::Bibliography::from_raw(raw).map_err(fault)?;
    // Only now, so that faults are at their places.
    let parsed = biblatex::Bibliography::parse(&without_dotless(text)).map_err(fault)?;
    Ok(parsed.into_vec())
}

/// A string is made of those above it: two that are made of each other have no end.
fn strings_in_order(text: &str, raw: &RawBibliography<'_>) -> Result<(), BibtexError> {
    let mut above: BTreeSet<&str> = BTreeSet::new();
    for string in &raw.abbreviations {
        let own = |name: &str| raw.abbreviations.iter().any(|other| other.key.v == name);
        let wrong = string.value.v.iter().find_map(|part| match part.v {
            RawChunk::Abbreviation(name) if own(name) && !above.contains(name) => Some((part.span.start, name)),
            _ => None,
        });
        if let Some((byte, name)) = wrong {
            let message = format!("`{}` is made of `{name}`, which does not stand above it", string.key.v);
            return Err(BibtexError::at(text, byte, (message, "move the `@string` that is used up")));
        }
        above.insert(string.key.v);
    }
    Ok(())
}

fn keys(text: &str, raw: &RawBibliography<'_>) -> Result<(), BibtexError> {
    match raw.entries.iter().find(|entry| entry.v.key.v.is_empty()) {
        None => Ok(()),
        Some(entry) => {
            let told = ("the entry has no key".to_owned(), "write `@type{key, …}`: the key is what others cite");
            Err(BibtexError::at(text, entry.v.key.span.start, told))
        }
    }
}

/// A field as a reader sees it; empty where there is none.
pub(super) fn field(entry: &Entry, name: &str) -> String {
    let chunks = entry.get(name).unwrap_or_default();
    let text: String = chunks
        .iter()
        .map(|chunk| match &chunk.v {
            Chunk::Math(formula) => plain(formula).replace(['{', '}'], ""),
            Chunk::Normal(text) | Chunk::Verbatim(text) => plain(text),
        })
        .collect();
    text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

/// A field that is no text for people, such as an address.
pub(super) fn verbatim(entry: &Entry, name: &str) -> String {
    // No address has a backslash: it is there for LaTeX alone.
    entry.get(name).unwrap_or_default().format_verbatim().trim().replace('\\', "")
}

/// One of a work's authors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Author {
    /// Given names.
    pub given: String,
    /// Family name with what goes before it.
    pub family: String,
    /// What goes after it, such as "Jr.".
    pub suffix: String,
}

/// Authors in order, and whether there are `others`.
pub(super) fn authors(entry: &Entry) -> (Vec<Author>, bool) {
    let text = |text: &str| plain(text).split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    let author = |person: Person| Author {
        given: text(&person.given_name),
        family: text(&format!("{} {}", person.prefix, person.name)),
        suffix: text(&person.suffix),
    };
    let mut people: Vec<Author> = entry.author().unwrap_or_default().into_iter().map(author).collect();
    people.retain(|author| !author.family.is_empty());
    let others = people.last().is_some_and(|last| last.family == "others" && last.given.is_empty());
    people.truncate(people.len() - usize::from(others));
    (people, others)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> Entry {
        entries(text).unwrap_or_else(|fault| panic!("{text}: {fault}")).remove(0)
    }

    #[test]
    fn braces_quotes_numbers_comments_and_strings_are_read() {
        let text = "% about @this\n@comment{x}\n@string{jmlr = {J. Mach. Learn. Res.}}\n@String{tr = \"Tech. \" # jmlr}\n\
                    @Article{ab:1,\n Title = {The {X} \\} way}, note=\"a {q} b\", year = 2020, journal = jmlr,}\n\
                    @misc{c, howpublished = tr # {, 7}, month = mar}";
        let entries = entries(text).unwrap();
        assert_eq!(entries.iter().map(|e| e.key.as_str()).collect::<Vec<_>>(), ["ab:1", "c"]);
        let one = |name: &str| field(&entries[0], name);
        assert_eq!((one("title"), one("note"), one("year")), ("The X } way".into(), "a q b".into(), "2020".into()));
        assert_eq!(one("journal"), "J. Mach. Learn. Res.");
        assert_eq!(field(&entries[1], "howpublished"), "Tech. J. Mach. Learn. Res., 7");
    }

    #[test]
    fn accents_dashes_and_commands_become_text() {
        for (latex, text) in [
            (r"L{\'e}on Bottou", "Léon Bottou"),
            (r#"Sch{\"o}lkopf"#, "Schölkopf"),
            (r"Zden\v{e}k {\L}ojasiewicz", "Zdeněk Łojasiewicz"),
            (r"Fran\c{c}ois", "François"),
            (r"Ho{\~n}a", "Hoña"),
            (r"Garc{\'\i}a, Mar{\'{\i}}n", "García, Marín"),
            ("2278--2324", "2278–2324"),
            (r"{Fashion-MNIST}: R\&D in $n$ steps", "Fashion-MNIST: R&D in n steps"),
            (r#"na{\"\i}ve"#, "naïve"),
            (r"\emph{deep} {\O}rsted \textbf{a {B} c}", "deep Ørsted a B c"),
            (r"$\alpha_{1}$ and $\ell^2$, {\em so} \ldots", "α_1 and ℓ^2, so …"),
            ("a\n   b~c", "a b\u{a0}c"),
        ] {
            assert_eq!(field(&first(&format!("@misc{{a, title = {{{latex}}}}}")), "title"), text, "{latex}");
        }
    }

    #[test]
    fn names_have_their_parts() {
        let text = r"@misc{a, author = {van der Maaten, Laurens and Ludwig van Beethoven and King, Jr., Martin Luther and
            {Barnes and Noble} and {\'E}va {\O}rsted and others}}";
        let (people, others) = authors(&first(text));
        let shown: Vec<String> = people.iter().map(|one| [&*one.given, &*one.family, &*one.suffix].join("|")).collect();
        let expected = [
            "Laurens|van der Maaten|",
            "Ludwig|van Beethoven|",
            "Martin Luther|King|Jr.",
            "|Barnes and Noble|",
            "Éva|Ørsted|",
        ];
        assert_eq!((shown.as_slice(), others), (expected.map(str::to_owned).as_slice(), true));
        assert_eq!(authors(&first("@misc{a, title = {x}}")), (Vec::new(), false));
    }

    #[test]
    fn faults_name_line_and_column_and_how_to_mend_them() {
        for (text, place, part) in [
            ("@misc{a, year = 1}\n  @misc{a, year = 1}", (2, 3), "`a` stands twice"),
            ("@misc{b, year = 1}\n@misc{a,\n title = {x", (2, 1), "do not close"),
            ("@misc{a,\n\n title {x}}", (3, 8), "expected `=`, found `{`"),
            ("@misc{a, year = 2020 x = 1}", (1, 22), "expected `,`, found `x`"),
            ("@misc{, year = 2020}", (1, 7), "no key"),
            ("@misc{a, ", (1, 1), "do not close"),
            ("@misc{a, journal = jmlr}", (1, 20), "nothing is called `jmlr`"),
            ("@misc{é, note = {ü}, title = {a}b}", (1, 33), "expected `,`, found `b`"),
            ("@misc{a, year = }", (1, 17), "expected a value"),
            ("@string{a = b}\n@string{b = a}\n@misc{c, note = a}", (1, 13), "`a` is made of `b`"),
            ("@string{a = a # {x}}\n@misc{c, note = a}", (1, 13), "`a` is made of `a`"),
            ("@misc{a, title = {$x}}", (1, 21), "does not close"),
        ] {
            let fault = entries(text).unwrap_err();
            assert!((fault.line, fault.column) == place && fault.message.contains(part), "{text}: {fault}");
            assert!(!fault.help.is_empty(), "{text}");
        }
    }
}
