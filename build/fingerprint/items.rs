//! A source file, taken apart into what can be reached one by one.

use super::clean::{self, Clean};
use super::tokens::Code;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::visit_mut::VisitMut;

/// What a piece of code is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Class {
    /// A struct, an enum without its variants, a union.
    Type,
    /// A variant of the enum at a place; `split` where nothing makes one without naming it.
    Variant {
        /// The enum, among the file's parts.
        of: usize,
        /// Whether the enum's being reached does not reach it.
        split: bool,
    },
    /// Another name for a type.
    Alias,
    /// A trait without what is in it, and the names of its methods.
    Trait(Vec<String>),
    /// A function, constant or static.
    Plain,
    /// `macro_rules!`
    Macro,
    /// What has no name: reached by everything of its file.
    Loose,
    /// Of an `impl` or trait, by its place among the file's blocks.
    Method(usize),
    /// A type of an `impl`: reached with the rest of its block.
    MethodType(usize),
}

/// Code that is reached as a whole.
#[derive(Debug)]
pub struct Part {
    /// Its name; empty where it has none.
    pub name: String,
    /// What it is.
    pub class: Class,
    /// Its tokens.
    pub code: Code,
}

/// An `impl` block, or a trait as the home of the bodies that it gives.
#[derive(Debug)]
pub struct Block {
    /// Its type and trait, with what stands in their `<..>`; not the bounds, which ask for no value.
    pub head: Code,
    /// What `Self` is: the first path of the type.
    pub self_type: Vec<String>,
    /// The trait that it implements.
    pub of_trait: Option<Vec<String>>,
    /// Whether it is the trait itself.
    pub is_trait: bool,
}

/// A name that `use` brings in; no name for a glob.
#[derive(Debug)]
pub struct Import {
    /// The name here.
    pub name: Option<String>,
    /// The path of what it names.
    pub path: Vec<String>,
}

/// A module that is declared.
#[derive(Debug)]
pub struct Child {
    /// Its name.
    pub name: String,
    /// `#[path = ".."]`
    pub path: Option<String>,
    /// What it holds, where it stands in this file.
    pub inline: Option<File>,
}

/// A source file, or a module inside of one.
#[derive(Debug, Default)]
pub struct File {
    /// What can be reached.
    pub parts: Vec<Part>,
    /// `impl` blocks and traits.
    pub blocks: Vec<Block>,
    /// Names brought in.
    pub imports: Vec<Import>,
    /// Modules declared.
    pub children: Vec<Child>,
}

impl File {
    /// Takes the text of a source file apart.
    ///
    /// # Errors
    /// Where it is no Rust.
    pub fn parse(text: &str) -> Result<Self, String> {
        let syntax = syn::parse_file(text).map_err(|e| e.to_string())?;
        Ok(Self::of(syntax.items))
    }

    fn of(items: Vec<syn::Item>) -> Self {
        let mut file = Self::default();
        for mut item in items {
            if clean::is_test(clean::attributes(&item)) {
                continue;
            }
            let mut clean = Clean::default();
            if !matches!(item, syn::Item::Mod(_)) {
                clean.visit_item_mut(&mut item);
            }
            clean.uses.iter().for_each(|uses| file.import(&uses.tree, &mut Vec::new()));
            file.add(item);
        }
        file
    }

    fn part(&mut self, name: &impl ToString, class: Class, tokens: TokenStream) -> usize {
        self.parts.push(Part { name: name.to_string(), class, code: Code::of(tokens) });
        self.parts.len() - 1
    }

    fn add(&mut self, item: syn::Item) {
        match item {
            syn::Item::Use(item) => self.import(&item.tree, &mut Vec::new()),
            syn::Item::Mod(item) => self.child(item),
            syn::Item::Enum(item) => self.enumeration(item),
            syn::Item::Impl(item) => self.implementation(item),
            syn::Item::Trait(item) => self.a_trait(item),
            syn::Item::Struct(item) => drop(self.part(&item.ident, Class::Type, item.to_token_stream())),
            syn::Item::Union(item) => drop(self.part(&item.ident, Class::Type, item.to_token_stream())),
            syn::Item::Type(item) => drop(self.part(&item.ident, Class::Alias, item.to_token_stream())),
            syn::Item::Fn(item) => drop(self.part(&item.sig.ident, Class::Plain, item.to_token_stream())),
            syn::Item::Const(item) if item.ident != "_" => {
                self.part(&item.ident, Class::Plain, item.to_token_stream());
            }
            syn::Item::Static(item) => drop(self.part(&item.ident, Class::Plain, item.to_token_stream())),
            syn::Item::Macro(item) if item.ident.is_some() => {
                let name = item.ident.as_ref().map(ToString::to_string).unwrap_or_default();
                self.part(&name, Class::Macro, item.to_token_stream());
            }
            other => drop(self.part(&"", Class::Loose, other.to_token_stream())),
        }
    }

    fn child(&mut self, item: syn::ItemMod) {
        let path = item.attrs.iter().find(|a| a.path().is_ident("path")).and_then(|a| match &a.meta {
            syn::Meta::NameValue(pair) => syn::parse2::<syn::LitStr>(pair.value.to_token_stream()).ok(),
            _ => None,
        });
        let inline = item.content.map(|(_, items)| Self::of(items));
        self.children.push(Child { name: item.ident.to_string(), path: path.map(|p| p.value()), inline });
    }

    /// An enum is its head, and each variant for itself: code that never names `Value::Network` has no network.
    fn enumeration(&mut self, mut item: syn::ItemEnum) {
        // What these derive makes no variant, and looks into one only where there is one.
        const HARMLESS: [&str; 8] = ["Debug", "Clone", "Copy", "PartialEq", "Eq", "Error", "Serialize", "JsonSchema"];
        let derives = clean::derives(&item.attrs);
        let split = derives.iter().all(|name| HARMLESS.contains(&name.as_str()));
        // The place of a variant counts where it is an order or a number.
        let placed = !split || item.variants.iter().all(|v| matches!(v.fields, syn::Fields::Unit));
        let variants = std::mem::take(&mut item.variants);
        let of = self.part(&item.ident, Class::Type, item.to_token_stream());
        for (place, variant) in variants.into_iter().enumerate() {
            let (enumeration, name, fields) = (&item.ident, &variant.ident, &variant.fields);
            let place = if placed { quote!(#place) } else { TokenStream::new() };
            let number = variant.discriminant.as_ref().map(|(_, number)| number);
            let attributes = &variant.attrs;
            let tokens = quote!(#(#attributes)* #enumeration::#name #fields #place #number);
            self.part(name, Class::Variant { of, split }, tokens);
        }
    }

    fn implementation(&mut self, mut item: syn::ItemImpl) {
        let items = std::mem::take(&mut item.items);
        let head = item.to_token_stream();
        let path = |path: &syn::Path| path.segments.iter().map(|s| s.ident.to_string()).collect::<Vec<_>>();
        let self_type = Code::of(item.self_ty.to_token_stream()).mentions.first().map(|m| m.path.clone());
        let (own, of) = (&item.self_ty, item.trait_.as_ref().map(|(of, _)| of));
        self.blocks.push(Block {
            head: Code::of(quote!(#of for #own)),
            self_type: self_type.unwrap_or_default(),
            of_trait: item.trait_.as_ref().map(|(of, _)| path(of)),
            is_trait: false,
        });
        let block = self.blocks.len() - 1;
        for item in items {
            let (name, class) = match &item {
                syn::ImplItem::Fn(item) if clean::is_test(&item.attrs) => continue,
                syn::ImplItem::Fn(item) => (item.sig.ident.to_string(), Class::Method(block)),
                syn::ImplItem::Const(item) => (item.ident.to_string(), Class::Method(block)),
                syn::ImplItem::Type(item) => (item.ident.to_string(), Class::MethodType(block)),
                _ => (String::new(), Class::MethodType(block)),
            };
            self.part(&name, class, quote!(#head #item));
        }
    }

    fn a_trait(&mut self, mut item: syn::ItemTrait) {
        let items = std::mem::take(&mut item.items);
        let name = item.ident.clone();
        let named = items.iter().filter_map(|item| match item {
            syn::TraitItem::Fn(method) => Some(method.sig.ident.to_string()),
            _ => None,
        });
        let class = Class::Trait(named.collect());
        self.part(&name, class, item.to_token_stream());
        self.blocks.push(Block {
            head: Code::default(),
            self_type: vec![name.to_string()],
            of_trait: Some(vec![name.to_string()]),
            is_trait: true,
        });
        let block = self.blocks.len() - 1;
        for item in items {
            let (label, class) = match &item {
                syn::TraitItem::Fn(item) => (item.sig.ident.to_string(), Class::Method(block)),
                syn::TraitItem::Const(item) => (item.ident.to_string(), Class::Method(block)),
                syn::TraitItem::Type(item) => (item.ident.to_string(), Class::MethodType(block)),
                _ => (String::new(), Class::MethodType(block)),
            };
            self.part(&label, class, quote!(trait #name #item));
        }
    }

    fn import(&mut self, tree: &syn::UseTree, prefix: &mut Vec<String>) {
        let with = |prefix: &[String], last: &syn::Ident| {
            let own = (last == "self").then(|| prefix.to_vec());
            own.unwrap_or_else(|| prefix.iter().cloned().chain([last.to_string()]).collect())
        };
        match tree {
            syn::UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.import(&path.tree, prefix);
                prefix.pop();
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, prefix)),
            syn::UseTree::Glob(_) => self.imports.push(Import { name: None, path: prefix.clone() }),
            syn::UseTree::Name(name) => {
                let path = with(prefix, &name.ident);
                self.imports.push(Import { name: path.last().cloned(), path });
            }
            syn::UseTree::Rename(name) => {
                let path = with(prefix, &name.ident);
                self.imports.push(Import { name: Some(name.rename.to_string()), path });
            }
        }
    }
}
