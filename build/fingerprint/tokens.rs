//! The tokens of an item: their text without formatting, and every name in them.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use std::collections::BTreeSet;

/// A name or path in the tokens of an item.
#[derive(Debug, Clone, Default)]
pub struct Mention {
    /// `["crate", "math", "linalg", "gram"]`
    pub path: Vec<String>,
    /// A pattern that looks at no field: `Value::Table(_)`.
    pub shallow: bool,
    /// `dyn Trait`
    pub is_dyn: bool,
    /// From a string of an attribute, which may name a whole module: `#[serde(with = "..")]`.
    pub in_string: bool,
}

/// A piece of an item's text.
#[derive(Debug)]
pub enum Piece {
    /// Tokens as they are.
    Text(String),
    /// A path, by its place among the mentions: how much of it is module names is known only to who knows all modules.
    Path(usize),
    /// A file that is taken in, beside the source file.
    File(String),
}

/// The tokens of an item.
#[derive(Debug, Default)]
pub struct Code {
    /// The text, in order.
    pub pieces: Vec<Piece>,
    /// Paths, in order.
    pub mentions: Vec<Mention>,
    /// Names of called methods, and what follows a type that is no path, as in `<T as Trait>::name`.
    pub names: BTreeSet<String>,
    /// What cannot be followed, to be refused.
    pub refused: Vec<String>,
}

/// Words that name nothing.
const KEYWORDS: [&str; 32] = [
    "_", "as", "break", "const", "continue", "dyn", "else", "enum", "false", "fn", "for", "if", "impl", "in", "let",
    "loop", "match", "move", "mut", "ref", "return", "self", "static", "struct", "trait", "true", "type", "unsafe",
    "use", "where", "while", "derive",
];

impl Code {
    /// Reads tokens.
    pub fn of(tokens: TokenStream) -> Self {
        let mut code = Self::default();
        code.stream(tokens, false);
        code
    }

    fn text(&mut self, text: &str) {
        match self.pieces.last_mut() {
            Some(Piece::Text(before)) => {
                before.push(' ');
                before.push_str(text);
            }
            _ => self.pieces.push(Piece::Text(text.to_owned())),
        }
    }

    fn stream(&mut self, tokens: TokenStream, attribute: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            at = match &tokens[at] {
                TokenTree::Ident(_) => self.path(&tokens, at),
                TokenTree::Punct(mark) => {
                    // A comma before a closing `>` and one after a lifetime's tick stand for nothing.
                    let closes = mark.as_char() == ',' && is_mark(tokens.get(at + 1), '>');
                    if !closes {
                        self.text(&mark.as_char().to_string());
                    }
                    if mark.as_char() == '\'' {
                        self.text(&tokens.get(at + 1).map(ToString::to_string).unwrap_or_default());
                        at += 1;
                    }
                    at + 1
                }
                TokenTree::Literal(literal) => {
                    self.literal(&literal.to_string(), attribute);
                    at + 1
                }
                TokenTree::Group(group) => {
                    let inside =
                        attribute || (group.delimiter() == Delimiter::Bracket && is_mark(before(&tokens, at), '#'));
                    self.group(group, before(&tokens, at), inside);
                    at + 1
                }
            };
        }
    }

    fn group(&mut self, group: &proc_macro2::Group, before: Option<&TokenTree>, attribute: bool) {
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Brace => ("{", "}"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::None => ("", ""),
        };
        let mut inside: Vec<TokenTree> = group.stream().into_iter().collect();
        if is_mark(inside.last(), ',') {
            let several = inside.iter().filter(|token| is_mark(Some(token), ',')).count() > 1;
            // `(x,)` is another thing than `(x)`, unless it is what a call is given.
            if several || group.delimiter() != Delimiter::Parenthesis || is_callee(before) {
                inside.pop();
            }
        }
        self.text(open);
        self.stream(inside.into_iter().collect(), attribute);
        self.text(close);
    }

    /// Reads the path that begins at a token; gives the place after it.
    fn path(&mut self, tokens: &[TokenTree], start: usize) -> usize {
        let mut path = vec![word(&tokens[start])];
        let mut at = start + 1;
        while is_path_mark(tokens, at) {
            let Some(TokenTree::Ident(next)) = tokens.get(at + 2) else { break };
            path.push(next.to_string());
            at += 3;
        }
        let next = tokens.get(at);
        if is_mark(next, '!')
            && let Some(TokenTree::Group(given)) = tokens.get(at + 1)
            && let Some(file) = self.taken_in(path.last().map_or("", String::as_str), given)
        {
            self.pieces.push(file);
            return at + 2;
        }
        let dots = (1..=2).take_while(|back| start >= *back && is_mark(tokens.get(start - back), '.')).count();
        if dots == 1 {
            // A field, or a method that is called.
            let called = matches!(next, Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Parenthesis);
            if called || is_path_mark(tokens, at) {
                self.names.insert(path[0].clone());
            }
            self.text(&path.join("::"));
            return at;
        }
        if start >= 3 && is_path_mark(tokens, start - 2) && is_mark(tokens.get(start - 3), '>') {
            // What follows `<T as Trait>::` or `Type::<T>::`.
            self.names.extend(path.iter().cloned());
            self.text(&path.join("::"));
            return at;
        }
        if path.len() == 1 && KEYWORDS.contains(&path[0].as_str()) {
            self.text(&path[0]);
            return at;
        }
        let shallow = matches!(next, Some(TokenTree::Group(group)) if looks_at_nothing(group));
        // Near enough: `dyn Send + Trait`, `dyn for<'a> Trait<'a>`.
        let is_dyn = tokens[start.saturating_sub(8)..start].iter().any(|token| word(token) == "dyn");
        self.pieces.push(Piece::Path(self.mentions.len()));
        self.mentions.push(Mention { path, shallow, is_dyn, in_string: false });
        at
    }

    /// The file that `include_str!` and its like take in.
    fn taken_in(&mut self, name: &str, given: &proc_macro2::Group) -> Option<Piece> {
        match name {
            "include" | "include_str" | "include_bytes" => {
                let literal: Option<syn::LitStr> = syn::parse2(given.stream()).ok();
                if literal.is_none() {
                    self.refused.push(format!("`{name}!` of a path that is not written out"));
                }
                literal.map(|path| Piece::File(path.value()))
            }
            "env" | "option_env" => {
                self.refused.push(format!("`{name}!`, whose value no fingerprint knows"));
                None
            }
            _ => None,
        }
    }

    fn literal(&mut self, text: &str, attribute: bool) {
        let Some(value) = text.starts_with(['"', 'r']).then(|| syn::parse_str::<syn::LitStr>(text).ok()).flatten()
        else {
            return self.text(text);
        };
        let value = value.value();
        let is_word = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
        // A path in a string, as serde takes it: `default = "defaults::whole::<30>"`.
        let path = (attribute && syn::parse_str::<syn::Path>(&value).is_ok()).then(|| value.parse().ok()).flatten();
        if let Some(path) = path {
            let first = self.mentions.len();
            self.stream(path, false);
            self.mentions[first..].iter_mut().for_each(|mention| mention.in_string = true);
            return;
        }
        self.text(&format!("{value:?}"));
        // Names between braces: `format!("{LIMIT} rows")`.
        for inside in value.split('{').skip(1) {
            let inside = inside.split('}').next().unwrap_or_default();
            let words = inside.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| is_word(w));
            self.mentions.extend(words.map(|w| Mention { path: vec![w.to_owned()], ..Mention::default() }));
        }
    }
}

fn word(token: &TokenTree) -> String {
    if let TokenTree::Ident(word) = token { word.to_string() } else { String::new() }
}

fn before(tokens: &[TokenTree], at: usize) -> Option<&TokenTree> {
    at.checked_sub(1).and_then(|at| tokens.get(at))
}

fn is_mark(token: Option<&TokenTree>, mark: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == mark)
}

/// Whether `::` stands at a place.
fn is_path_mark(tokens: &[TokenTree], at: usize) -> bool {
    let joint =
        matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == ':' && p.spacing() == Spacing::Joint);
    joint && is_mark(tokens.get(at + 1), ':')
}

/// Whether what stands before parentheses makes them those of a call.
fn is_callee(before: Option<&TokenTree>) -> bool {
    const WORDS: [&str; 14] =
        ["return", "in", "match", "if", "else", "let", "mut", "ref", "move", "as", "break", "while", "for", "where"];
    match before {
        Some(TokenTree::Ident(ident)) => !WORDS.contains(&ident.to_string().as_str()),
        Some(TokenTree::Punct(mark)) => matches!(mark.as_char(), '!' | '>'),
        Some(TokenTree::Group(_)) => true,
        _ => false,
    }
}

/// `(_)`, `(..)`, `{ .. }`
fn looks_at_nothing(group: &proc_macro2::Group) -> bool {
    let mut tokens = group.stream().into_iter().peekable();
    tokens.peek().is_some()
        && tokens.all(|token| match token {
            TokenTree::Ident(word) => word == "_",
            TokenTree::Punct(mark) => matches!(mark.as_char(), '.' | ',' | '_'),
            _ => false,
        })
}
