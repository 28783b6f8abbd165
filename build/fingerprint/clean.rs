//! One spelling for what rustfmt, rustdoc and the linter may spell in several ways.

use quote::ToTokens;
use syn::parse::Parser;
use syn::visit_mut::{self, VisitMut};

/// Attributes that change neither what is computed nor which item is meant.
const WITHOUT_EFFECT: [&str; 8] = ["doc", "must_use", "allow", "expect", "warn", "deny", "inline", "cold"];

/// Whether an attribute keeps its item to tests: `cfg(test)`, or `cfg(all(..))` with `test` among the conditions.
pub fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let syn::Meta::List(list) = &attribute.meta else { return attribute.path().is_ident("test") };
        let condition = list.tokens.to_string().replace(' ', "");
        let all = condition.strip_prefix("all(").and_then(|rest| rest.strip_suffix(')'));
        let holds = |text: &str| text.split(',').any(|part| part == "test");
        list.path.is_ident("cfg") && (condition == "test" || all.is_some_and(holds))
    })
}

/// Takes documentation, lints, visibility and test code out, and undoes what a formatter is free to do.
///
/// `use` statements inside of functions are taken out as well and kept in `uses`: they name, but compute nothing.
#[derive(Default)]
pub struct Clean {
    /// What was taken out of function bodies.
    pub uses: Vec<syn::ItemUse>,
}

impl VisitMut for Clean {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<syn::Attribute>) {
        attributes.retain(|a| !WITHOUT_EFFECT.iter().any(|name| a.path().is_ident(name)));
    }

    fn visit_visibility_mut(&mut self, visibility: &mut syn::Visibility) {
        *visibility = syn::Visibility::Inherited;
    }

    fn visit_where_clause_mut(&mut self, clause: &mut syn::WhereClause) {
        clause.predicates.pop_punct();
        visit_mut::visit_where_clause_mut(self, clause);
    }

    fn visit_pat_or_mut(&mut self, pattern: &mut syn::PatOr) {
        pattern.leading_vert = None;
        visit_mut::visit_pat_or_mut(self, pattern);
    }

    fn visit_arm_mut(&mut self, arm: &mut syn::Arm) {
        arm.comma = None;
        unwrap_block(&mut arm.body);
        visit_mut::visit_arm_mut(self, arm);
    }

    fn visit_expr_closure_mut(&mut self, closure: &mut syn::ExprClosure) {
        closure.inputs.pop_punct();
        if matches!(closure.output, syn::ReturnType::Default) {
            unwrap_block(&mut closure.body);
        }
        visit_mut::visit_expr_closure_mut(self, closure);
    }

    fn visit_macro_mut(&mut self, of: &mut syn::Macro) {
        // What a macro is given is formatted as expressions where it reads as such.
        let arguments = syn::punctuated::Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated;
        if let Ok(mut arguments) = arguments.parse2(of.tokens.clone()) {
            arguments.pop_punct();
            arguments.iter_mut().for_each(|argument| self.visit_expr_mut(argument));
            of.tokens = arguments.to_token_stream();
        }
    }

    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        for statement in std::mem::take(&mut block.stmts) {
            match statement {
                syn::Stmt::Item(syn::Item::Use(item)) => self.uses.push(item),
                syn::Stmt::Item(item) if is_test(attributes(&item)) => {}
                other => block.stmts.push(other),
            }
        }
        if let Some(syn::Stmt::Expr(last, end)) = block.stmts.last_mut()
            && leaves(last)
        {
            *end = None;
        }
        visit_mut::visit_block_mut(self, block);
    }
}

/// Whether an expression goes elsewhere, so that a semicolon after it says nothing.
fn leaves(expression: &syn::Expr) -> bool {
    matches!(expression, syn::Expr::Return(_) | syn::Expr::Break(_) | syn::Expr::Continue(_))
}

/// `{ x }` is `x` where a formatter may choose between the two.
fn unwrap_block(body: &mut Box<syn::Expr>) {
    while let syn::Expr::Block(block) = body.as_mut() {
        if !block.attrs.is_empty() || block.label.is_some() || block.block.stmts.len() != 1 {
            return;
        }
        **body = match block.block.stmts.pop() {
            Some(syn::Stmt::Expr(inner, None)) => inner,
            Some(syn::Stmt::Expr(leave, Some(_))) if leaves(&leave) => leave,
            Some(syn::Stmt::Macro(inner)) if inner.semi_token.is_none() && inner.attrs.is_empty() => {
                syn::Expr::Macro(syn::ExprMacro { attrs: Vec::new(), mac: inner.mac })
            }
            other => {
                block.block.stmts.extend(other);
                return;
            }
        };
    }
}

/// The attributes of an item.
pub fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// The names in `#[derive(..)]`.
pub fn derives(attributes: &[syn::Attribute]) -> Vec<String> {
    let lists = attributes.iter().filter(|a| a.path().is_ident("derive")).filter_map(|a| match &a.meta {
        syn::Meta::List(list) => Some(list.tokens.to_token_stream().to_string().replace(' ', "")),
        _ => None,
    });
    let last = |name: &str| name.rsplit("::").next().unwrap_or_default().to_owned();
    lists.flat_map(|list| list.split(',').filter(|name| !name.is_empty()).map(last).collect::<Vec<_>>()).collect()
}
