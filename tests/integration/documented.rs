//! What the documentation of a public function of `math` must say of its numbers.

use crate::project::repository;
use crate::store::files;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use syn::{Attribute, Expr, ImplItem, Item, Lit, Meta, Signature, TraitItem, Type, Visibility};

/// Functions that neither take nor give a number.
const WITHOUT_NUMBERS: [&str; 2] = ["Activation::name", "Activation::parse"];

/// One of these stands in the documentation: a line of shapes, a line of units, or that there are none.
const LABELS: [&str; 3] = ["Shapes", "Units", "dimensionless"];

/// A public function, with its type or trait before its name, and its documentation.
struct Function {
    name: String,
    docs: String,
}

impl Function {
    fn new(owner: Option<&str>, signature: &Signature, attributes: &[Attribute]) -> Self {
        let name = signature.ident.to_string();
        Self { name: owner.map_or(name.clone(), |owner| format!("{owner}::{name}")), docs: docs(attributes) }
    }

    fn says_shapes_or_units(&self) -> bool {
        LABELS.iter().any(|label| self.docs.contains(label))
    }
}

fn docs(attributes: &[Attribute]) -> String {
    let line = |attribute: &Attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(value) => match &value.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    attributes.iter().filter_map(line).collect::<Vec<_>>().join("\n")
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// The last word of a type's path.
fn type_name(of: &Type) -> String {
    match of {
        Type::Path(named) => named.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default(),
        _ => String::new(),
    }
}

/// The public functions, methods and functions of public traits. What an `impl` of a trait holds is documented there.
fn functions(items: &[Item]) -> Vec<Function> {
    items.iter().flat_map(of_item).collect()
}

fn of_item(item: &Item) -> Vec<Function> {
    match item {
        Item::Fn(function) if is_public(&function.vis) => vec![Function::new(None, &function.sig, &function.attrs)],
        Item::Impl(block) if block.trait_.is_none() => {
            let owner = type_name(&block.self_ty);
            let method = |item: &ImplItem| match item {
                ImplItem::Fn(method) if is_public(&method.vis) => {
                    Some(Function::new(Some(&owner), &method.sig, &method.attrs))
                }
                _ => None,
            };
            block.items.iter().filter_map(method).collect()
        }
        Item::Trait(definition) if is_public(&definition.vis) => {
            let owner = definition.ident.to_string();
            let function = |item: &TraitItem| match item {
                TraitItem::Fn(function) => Some(Function::new(Some(&owner), &function.sig, &function.attrs)),
                _ => None,
            };
            definition.items.iter().filter_map(function).collect()
        }
        _ => Vec::new(),
    }
}

/// The files of `math`, tests aside.
fn sources() -> Vec<PathBuf> {
    let folder = repository().join("src/math");
    let is_code = |path: &PathBuf| {
        let inside = path.strip_prefix(&folder).unwrap();
        let is_test = inside.file_stem().unwrap().to_string_lossy().ends_with("tests");
        inside.extension().is_some_and(|e| e == "rs") && !is_test
    };
    files(&folder).into_iter().filter(is_code).collect()
}

#[test]
fn public_functions_are_seen_with_their_documentation_and_no_others() {
    let text = "/// A.\n///\n/// Units: bytes.\npub fn a() {}\n\
                fn hidden() {}\n\
                pub(crate) fn inner() {}\n\
                pub struct S<T>(T);\n\
                impl<T> S<T> {\n/// B.\npub const fn b(&self) {}\nfn c(&self) {}\n}\n\
                impl<T> Drop for S<T> {\n/// Units: none.\nfn drop(&mut self) {}\n}\n\
                pub trait Kernel {\n/// Shapes: n -> n.\nfn value(&self);\n}\n\
                trait Sealed {\nfn e(&self);\n}\n\
                mod tests {\npub fn f() {}\n}\n";
    let found = functions(&syn::parse_file(text).unwrap().items);
    let said: Vec<(&str, bool)> = found.iter().map(|f| (f.name.as_str(), f.says_shapes_or_units())).collect();
    assert_eq!(said, [("a", true), ("S::b", false), ("Kernel::value", true)]);
}

#[test]
fn public_functions_of_math_say_shapes_or_units() {
    let mut silent = Vec::new();
    let mut without_numbers = BTreeSet::new();
    let mut seen = 0;
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap();
        let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for function in functions(&file.items) {
            seen += 1;
            match WITHOUT_NUMBERS.iter().find(|name| **name == function.name) {
                Some(name) => {
                    without_numbers.insert(*name);
                }
                None if function.says_shapes_or_units() => {}
                None => silent.push(format!("{}: {}", path.display(), function.name)),
            }
        }
    }
    assert_eq!(silent, Vec::<String>::new(), "add `Shapes:` (inputs -> outputs), `Units:` or \"dimensionless\"");
    assert_eq!(without_numbers, BTreeSet::from(WITHOUT_NUMBERS), "an exception that is none any more");
    assert!(seen > 200, "only {seen} functions were found");
}
