//! Other crates: what Cargo.lock and Cargo.toml say of those that code names, and of all that those need.

use std::collections::{BTreeMap, BTreeSet};

/// A package of Cargo.lock.
#[derive(Debug)]
struct Package {
    name: String,
    version: String,
    checksum: String,
    needs: Vec<String>,
}

/// Packages, and how this one asks for them.
#[derive(Debug)]
pub struct Crates {
    packages: Vec<Package>,
    /// Crate name as code writes it → package name and the features asked for.
    asked: BTreeMap<String, (String, String)>,
    /// Names that code may write.
    pub names: Vec<String>,
}

impl Crates {
    /// Reads the two files.
    pub fn new(lock: &str, manifest: &str) -> Self {
        let packages: Vec<Package> = lock.split("[[package]]").skip(1).map(Package::read).collect();
        let asked = asked(manifest);
        let names = asked.keys().cloned().collect();
        Self { packages, asked, names }
    }

    /// Versions, checksums and features of some crates and of all that they need; of every crate where one is unknown.
    pub fn text(&self, crates: &BTreeSet<String>) -> String {
        let named = |name: &String| !matches!(name.as_str(), "std" | "core" | "alloc");
        let wanted: Vec<&String> = crates.iter().filter(|name| named(name)).collect();
        let known = wanted.iter().all(|name| self.asked.contains_key(*name));
        let wanted = if known { wanted } else { self.asked.keys().collect() };
        let mut text = BTreeSet::new();
        let mut open = Vec::new();
        for (package, features) in wanted.iter().filter_map(|name| self.asked.get(*name)) {
            text.insert(format!("{package} asked with {features}"));
            // The root's own list says which version is meant where there are several.
            let root =
                self.packages.iter().find(|p| p.checksum.is_empty() && p.needs.iter().any(|n| word(n) == package));
            let means = root.and_then(|root| root.needs.iter().find(|need| word(need) == package));
            open.push(means.cloned().unwrap_or_else(|| package.clone()));
        }
        while let Some(need) = open.pop() {
            let mut words = need.split(' ');
            let (name, version) = (words.next().unwrap_or_default(), words.next());
            let is = |p: &&Package| p.name == name && version.is_none_or(|version| version == p.version);
            for package in self.packages.iter().filter(is) {
                let line =
                    format!("{} {} {}: {}", package.name, package.version, package.checksum, package.needs.join(", "));
                if text.insert(line) {
                    open.extend(package.needs.iter().cloned());
                }
            }
        }
        text.into_iter().collect::<Vec<_>>().join("\n")
    }
}

impl Package {
    fn read(block: &str) -> Self {
        let field = |key: &str| {
            let value = block.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
            value.map_or(String::new(), |value| value.trim_matches('"').to_owned())
        };
        let needs = block.split("dependencies = [").nth(1).and_then(|rest| rest.split(']').next());
        let needs = needs.unwrap_or_default().lines().map(|line| line.trim().trim_matches([',', '"']).to_owned());
        Self {
            name: field("name"),
            version: field("version"),
            checksum: field("checksum"),
            needs: needs.filter(|need| !need.is_empty()).collect(),
        }
    }
}

/// The first word of a need, which is the package's name.
fn word(need: &str) -> &str {
    need.split(' ').next().unwrap_or_default()
}

/// What `[dependencies]` asks for: crate name → package and features.
fn asked(manifest: &str) -> BTreeMap<String, (String, String)> {
    let mut found = BTreeMap::new();
    let mut within = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            within = line.trim() == "[dependencies]";
            continue;
        }
        let Some((name, value)) = line.split_once('=').filter(|_| within && !line.trim_start().starts_with('#')) else {
            continue;
        };
        let name = name.trim();
        let part = |key: &str| {
            let rest = value.split_once(key)?.1.trim_start().strip_prefix('=')?;
            Some(rest.trim_start().to_owned())
        };
        let package = part("package").and_then(|rest| rest.split('"').nth(1).map(str::to_owned));
        let list = part("features =").or_else(|| value.split_once(" features = ").map(|(_, rest)| rest.to_owned()));
        let list = list.and_then(|rest| rest.split(']').next().map(str::to_owned)).unwrap_or_default();
        let mut features: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
        features.sort_unstable();
        let default = if value.contains("default-features = false") { "alone" } else { "default" };
        let asks = format!("{default} {}", features.join(" "));
        let package = package.unwrap_or_else(|| name.to_owned());
        // A library may bear its package's name without the dash: `md-5` is `md5`.
        found.insert(name.replace('-', ""), (package.clone(), asks.clone()));
        found.insert(name.replace('-', "_"), (package, asks));
    }
    found
}
