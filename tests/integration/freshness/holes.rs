//! Ways in which code reaches other code, each in a crate of a few lines.

use super::{LOCK, MANIFEST, changed, hashes, tiny, tiny_with, toolchain};

/// Files of a tiny crate where `a_run` is the text and `b_run` does nothing.
pub fn with<'t>(work: &'t str, math: &[(&'t str, &'t str)]) -> Vec<(&'t str, &'t str)> {
    [("experiment/work.rs", work)].into_iter().chain(math.iter().copied()).collect()
}

#[test]
fn code_that_is_reached_in_any_way_counts() {
    // (what is reached, experiment/work.rs without b_run, math files, edit); kind `a` must change and `b` must not.
    type Case<'t> = (&'t str, &'t str, &'t [(&'t str, &'t str)], (&'t str, &'t str, &'t str));
    let cases: &[Case<'_>] = &[
        (
            "a function of a folder's mod.rs",
            "use crate::math::size; pub fn a_run() -> f64 { size() }",
            &[("math/mod.rs", "pub fn size() -> f64 { 1.0 }")],
            ("math/mod.rs", "1.0", "2.0"),
        ),
        (
            "a method in another file than its type",
            "use crate::math::Ridge; pub fn a_run() -> f64 { Ridge.fits() }",
            &[
                ("math/mod.rs", "mod factor; mod solve; pub use factor::Ridge;"),
                ("math/factor.rs", "pub struct Ridge;"),
                ("math/solve.rs", "use super::factor::Ridge; impl Ridge { pub fn fits(&self) -> f64 { 1.0 } }"),
            ],
            ("math/solve.rs", "1.0", "2.0"),
        ),
        (
            "an implementation behind a trait object that nobody names",
            "use crate::math::{Context, Source}; pub fn a_run() -> f64 { Context::now().source.open() }",
            &[
                (
                    "math/mod.rs",
                    "mod library; pub trait Source { fn open(&self) -> f64; } \
                                 pub struct Context { pub source: &'static dyn Source } impl Context { pub fn now() -> Self { todo!() } }",
                ),
                (
                    "math/library.rs",
                    "use super::Source; struct Library; impl Source for Library { fn open(&self) -> f64 { 1.0 } }",
                ),
            ],
            ("math/library.rs", "1.0", "2.0"),
        ),
        (
            "a constant behind a re-export behind a glob",
            "use crate::math::*; pub fn a_run() -> f64 { LIMIT }",
            &[
                ("math/mod.rs", "mod inner; pub use inner::*;"),
                ("math/inner.rs", "mod deep { pub const LIMIT: f64 = 1.0; } pub use deep::LIMIT;"),
            ],
            ("math/inner.rs", "1.0", "2.0"),
        ),
        (
            "a body that a trait gives, where a glob brings the trait in behind a re-export",
            "use crate::math::prelude::*; pub fn a_run() -> f64 { X.twice() }",
            &[
                ("math/mod.rs", "pub mod prelude; mod inner;"),
                ("math/prelude.rs", "pub use super::inner::{Double, X};"),
                (
                    "math/inner.rs",
                    "pub struct X; pub trait Double { fn twice(&self) -> f64 { 2.0 } } impl Double for X {}",
                ),
            ],
            ("math/inner.rs", "2.0", "3.0"),
        ),
        (
            "a default that an attribute names with a number in it",
            "use crate::math::whole; #[derive(Deserialize)] pub struct P { #[serde(default = \"whole::<4>\")] pub n: usize } \
             pub fn a_run() -> P { todo!() }",
            &[("math/mod.rs", "pub fn whole<const N: usize>() -> usize { N + 1 }")],
            ("math/mod.rs", "N + 1", "N + 2"),
        ),
        (
            "a function that bears its module's name",
            "use crate::math::gram; pub fn a_run() -> f64 { gram() }",
            &[("math/mod.rs", "mod gram; pub use gram::gram;"), ("math/gram.rs", "pub fn gram() -> f64 { 1.0 }")],
            ("math/gram.rs", "1.0", "2.0"),
        ),
        (
            "a macro, and what it calls",
            "pub fn a_run() -> f64 { one!() }",
            &[("math/mod.rs", "macro_rules! one { () => { crate::math::one_of() } } pub fn one_of() -> f64 { 1.0 }")],
            ("math/mod.rs", "1.0", "2.0"),
        ),
        (
            "what a macro is given",
            "use crate::math::LIMIT; pub fn a_run() -> f64 { assert!(LIMIT > 0.0); 0.0 }",
            &[("math/mod.rs", "pub const LIMIT: f64 = 1.0;")],
            ("math/mod.rs", "1.0", "2.0"),
        ),
        (
            "a name inside of a format string",
            "use crate::math::LIMIT; pub fn a_run() -> f64 { format!(\"{LIMIT:>4} rows\").len() as f64 }",
            &[("math/mod.rs", "pub const LIMIT: f64 = 1.0;")],
            ("math/mod.rs", "1.0", "2.0"),
        ),
        (
            "a file that is taken in",
            "pub fn a_run() -> f64 { include_bytes!(\"font/x.ttf\").len() as f64 }",
            &[("math/mod.rs", ""), ("experiment/font/x.ttf", "glyphs")],
            ("experiment/font/x.ttf", "glyphs", "strokes"),
        ),
        (
            "a file that is taken in from another folder",
            "pub fn a_run() -> f64 { include_str!(\"../math/table.txt\").len() as f64 }",
            &[("math/mod.rs", ""), ("math/table.txt", "one")],
            ("math/table.txt", "one", "two"),
        ),
        (
            "a trait of this crate on another crate's type of ours, called by path",
            "use crate::math::Total; pub fn a_run() -> f64 { Vec::total(&vec![crate::math::X]) }",
            &[(
                "math/mod.rs",
                "pub struct X; pub trait Total { fn total(&self) -> f64; } \
                 impl Total for Vec<X> { fn total(&self) -> f64 { 1.0 } }",
            )],
            ("math/mod.rs", "1.0", "2.0"),
        ),
        (
            "an object of a trait for all lifetimes",
            "use crate::math::{Source, held}; pub fn a_run() -> f64 { let s: &dyn for<'a> Source<'a> = held(); s.open() }",
            &[(
                "math/mod.rs",
                "pub trait Source<'a> { fn open(&self) -> f64; } pub fn held() -> ! { todo!() } \
                 struct Hidden; impl<'a> Source<'a> for Hidden { fn open(&self) -> f64 { 1.0 } }",
            )],
            ("math/mod.rs", "1.0", "2.0"),
        ),
        (
            "an operator",
            "use crate::math::V; pub fn a_run() -> f64 { (V(1.0) + V(2.0)).0 }",
            &[
                ("math/mod.rs", "pub struct V(pub f64); mod ops;"),
                (
                    "math/ops.rs",
                    "use super::V; use std::ops::Add; impl Add for V { type Output = V; fn add(self, o: V) -> V { V(self.0 + o.0) } }",
                ),
            ],
            ("math/ops.rs", "+ o.0", "- o.0"),
        ),
        (
            "a conversion that `?` calls",
            "use crate::math::{E, M}; fn inner() -> Result<f64, M> { Err(M) } fn outer() -> Result<f64, E> { Ok(inner()?) } \
             pub fn a_run() -> f64 { outer().map_or_else(|e| e.0, |x| x) }",
            &[
                ("math/mod.rs", "pub struct M; pub struct E(pub f64); mod from;"),
                ("math/from.rs", "use super::{E, M}; impl From<M> for E { fn from(_: M) -> E { E(1.0) } }"),
            ],
            ("math/from.rs", "1.0", "2.0"),
        ),
        (
            "a default that a derive calls by its name in a string",
            "use crate::math::P; pub fn a_run() -> f64 { read::<P>().x }",
            &[(
                "math/mod.rs",
                "#[derive(serde::Deserialize)] pub struct P { #[serde(default = \"five\")] pub x: f64 } fn five() -> f64 { 5.0 }",
            )],
            ("math/mod.rs", "5.0", "6.0"),
        ),
        (
            "the body that a trait gives",
            "use crate::math::{T, X}; pub fn a_run() -> f64 { X.twice() }",
            &[(
                "math/mod.rs",
                "pub struct X; pub trait T { fn once(&self) -> f64; fn twice(&self) -> f64 { 2.0 * self.once() } } \
                               impl T for X { fn once(&self) -> f64 { 1.0 } }",
            )],
            ("math/mod.rs", "2.0 *", "3.0 *"),
        ),
        (
            "a trait of this crate on a number, called through a generic",
            "use crate::math::Scalar; fn g<T: Scalar>(x: T) -> f64 { x.wide() } pub fn a_run() -> f64 { g(1.0_f32) }",
            &[(
                "math/mod.rs",
                "pub trait Scalar { fn wide(self) -> f64; } impl Scalar for f32 { fn wide(self) -> f64 { f64::from(self) } }",
            )],
            ("math/mod.rs", "f64::from(self)", "f64::from(self) + 1.0"),
        ),
        (
            "a block whose bounds name what is never reached",
            "use crate::math::S; pub fn a_run() -> f64 { S(1.0).each() }",
            &[(
                "math/mod.rs",
                "pub struct S<T>(pub T); pub struct Never; impl<T: From<Never>> S<T> { pub fn each(&self) -> f64 { 1.0 } }",
            )],
            ("math/mod.rs", "-> f64 { 1.0", "-> f64 { 2.0"),
        ),
        (
            "a function passed by its name",
            "use crate::math::Table; pub fn a_run() -> f64 { Some(Table).map(Table::rows).unwrap() }",
            &[("math/mod.rs", "pub struct Table; impl Table { pub fn rows(self) -> f64 { 1.0 } }")],
            ("math/mod.rs", "1.0", "2.0"),
        ),
        (
            "a variant brought in by a glob inside of a function, and what stands behind it",
            "use crate::math::E; pub fn a_run() -> f64 { use E::*; match E::new() { One(x) => x.0, Two => 0.0 } }",
            &[(
                "math/mod.rs",
                "pub struct P(pub f64); pub enum E { One(P), Two } impl E { pub fn new() -> E { E::One(P(1.0)) } }",
            )],
            ("math/mod.rs", "P(1.0)", "P(2.0)"),
        ),
        (
            "a name that no module has: all of the module counts",
            "pub fn a_run() -> f64 { crate::math::made_by_a_macro() }",
            &[("math/mod.rs", "make_it! { 1.0 }")],
            ("math/mod.rs", "1.0", "2.0"),
        ),
    ];
    for (what, a, math, edit) in cases {
        let work = format!("{a} pub fn b_run() -> f64 {{ 0.0 }}");
        assert_eq!(changed(&with(&work, math), *edit), "a", "{what}");
    }
}

/// A kind `a` by way of a role, whose adapter and whose default are code of its own; `c` is of the role as well.
#[test]
fn a_kind_with_a_role_is_what_the_role_does() {
    let role = "use crate::step::Kind; pub trait Role { const NAME: &'static str; fn own() -> f64; fn more() -> f64 { 1.0 } } \
                pub struct Adapter<R>(pub R); \
                impl<R: Role> Kind for Adapter<R> { const NAME: &'static str = R::NAME; fn run(&self) -> f64 { R::own() + 2.0 } }";
    let kind = |name: &str, number: &str| {
        format!(
            "use crate::step::roles::Role; pub struct R; impl Role for R {{ const NAME: &'static str = \"{name}\"; \
             fn own() -> f64 {{ {number} }} }}"
        )
    };
    let (a, c) = (kind("of-a", "5.0"), kind("of-c", "6.0"));
    let work = "pub fn a_run() -> f64 { 0.0 } pub fn b_run() -> f64 { 0.0 }";
    let step = "pub mod roles; pub trait Kind { const NAME: &'static str; fn run(&self) -> f64; }";
    let files = [
        ("step.rs", step),
        ("step/roles.rs", role),
        ("math/mod.rs", "mod a; mod c;"),
        ("math/a.rs", &a),
        ("math/c.rs", &c),
        ("experiment/work.rs", work),
    ];
    assert_eq!(changed(&files, ("step/roles.rs", "2.0", "3.0")), "of-a of-c");
    assert_eq!(changed(&files, ("math/a.rs", "5.0", "7.0")), "of-a");
    assert_eq!(changed(&files, ("math/c.rs", "6.0", "7.0")), "of-c");
    let all = super::tiny(&files).unwrap();
    assert_eq!(all.iter().map(|kind| kind.name.as_str()).collect::<Vec<_>>(), ["a", "b", "of-a", "of-c"]);
}

#[test]
fn what_is_not_reached_does_not_count() {
    let work = "use crate::math::{V, used, X}; pub fn a_run() -> f64 { match V::One(X) { V::Two(_) => 0.0, _ => used() } } \
                pub fn b_run() -> f64 { 0.0 }";
    let math = "pub fn used() -> f64 { 1.0 } pub fn unused() -> f64 { 2.0 } pub struct X; pub struct Y { pub y: f64 } \
                pub enum V { One(X), Two(Y) } impl Y { pub fn used(&self) -> f64 { 3.0 } }";
    let files = with(work, &[("math/mod.rs", math)]);
    assert_eq!(changed(&files, ("math/mod.rs", "1.0", "9.0")), "a");
    for (from, to) in [("2.0", "9.0"), ("y: f64", "y: f32"), ("3.0", "9.0")] {
        assert_eq!(changed(&files, ("math/mod.rs", from, to)), "", "{from}");
    }
}

#[test]
fn two_items_of_one_name_are_told_apart() {
    let work = "mod p { use crate::math::one::size; pub fn f() -> f64 { size() } } \
                mod q { use crate::math::two::size; pub fn g() -> f64 { size() } } \
                pub fn a_run() -> f64 { p::f() - q::g() } pub fn b_run() -> f64 { crate::math::one::size() }";
    let math = [
        ("math/mod.rs", "pub mod one; pub mod two;"),
        ("math/one.rs", "pub fn size() -> f64 { 1.0 }"),
        ("math/two.rs", "pub fn size() -> f64 { 2.0 }"),
    ];
    let files = with(work, &math);
    let swapped = work
        .replace("one::size; pub", "_::size; pub")
        .replace("two::size;", "one::size;")
        .replace("_::size", "two::size");
    assert_eq!(changed(&files, ("experiment/work.rs", work, &swapped)), "a");
    assert_eq!(changed(&files, ("experiment/work.rs", "math::one::size()", "math::two::size()")), "b");
}

#[test]
fn what_no_fingerprint_can_know_is_refused_where_it_is_reached() {
    for (call, what) in [("env!(\"HOME\")", "env!"), ("include_str!(concat!(\"a\", \"b\"))", "include_str!")] {
        let reached = format!("pub fn a_run() -> f64 {{ {call}.len() as f64 }} pub fn b_run() -> f64 {{ 0.0 }}");
        let fault = tiny(&with(&reached, &[("math/mod.rs", "")])).err().unwrap();
        assert!(fault.contains(what) && fault.contains("a_run"), "{fault}");
        let unreached = reached.replace("a_run", "c_run") + "pub fn a_run() -> f64 { 0.0 }";
        assert!(tiny(&with(&unreached, &[("math/mod.rs", "")])).is_ok());
    }
}

#[test]
fn crates_count_with_all_that_they_need() {
    let work = "use near::ops; pub fn a_run() -> f64 { ops() } pub fn b_run() -> f64 { other::f() }";
    let files = with(work, &[("math/mod.rs", "")]);
    let of = |lock: &str, manifest: &str| hashes(&tiny_with(&files, lock, manifest).unwrap());
    let before = of(LOCK, MANIFEST);
    let after = |lock: (&str, &str), manifest: (&str, &str)| {
        assert!(LOCK.contains(lock.0) && MANIFEST.contains(manifest.0));
        let after = of(&LOCK.replacen(lock.0, lock.1, 1), &MANIFEST.replacen(manifest.0, manifest.1, 1));
        super::differing(&before, &after).into_iter().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(after(("\"1.0.0\"\nchecksum = \"d1\"", "\"1.0.1\"\nchecksum = \"d2\""), ("", "")), "a");
    assert_eq!(after(("\"n1\"", "\"n2\""), ("", "")), "a");
    assert_eq!(after(("\"o1\"", "\"o2\""), ("", "")), "b");
    assert_eq!(after(("", ""), ("\"a\"", "\"a\", \"b\"")), "a");
    assert_eq!(after(("", ""), ("version = \"1\"", "version = \"1.0\"")), "");
    assert_eq!(after(("tiny\"\nversion = \"0.1.0\"", "tiny\"\nversion = \"0.2.0\""), ("", "")), "");
}

#[test]
fn compiler_and_flags_count_without_the_machine() {
    let text = "rustc 1.95.0 (abc 2026-01-01)\nbinary: rustc\ncommit-hash: abc\nhost: x86_64-unknown-linux-gnu\nrelease: 1.95.0\nLLVM version: 22.1.0\n";
    let known = toolchain::compiler(text);
    assert!(known.contains("1.95.0") && known.contains("LLVM version: 22.1.0") && !known.contains("x86_64"), "{known}");
    let flags = "-C\u{1f}target-cpu=native\u{1f}-Clink-arg=-s\u{1f}-L\u{1f}/lib\u{1f}-Dwarnings\u{1f}-C\u{1f}overflow-checks=on\u{1f}--cfg\u{1f}fast";
    assert_eq!(toolchain::flags(flags), ["-Coverflow-checks=on", "--cfg", "fast"]);
}
