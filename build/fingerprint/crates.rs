//! Other crates: what Cargo.lock and Cargo.toml say of those that code names, and of all that those need.

use std::collections::{BTreeMap, BTreeSet};

/// The line of the manifest under which crates stand that commands alone use.
const COMMANDS: &str = "# --- command line ---";
/// The table of the manifest that says what these turn on in crates that results depend on. Cargo.lock tells only that it is
/// on, not for whom.
const TURNED_ON: &str = "[package.metadata.turned-on-by-the-command-line]";

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
    /// The names of those that the manifest lists under the command line.
    of_commands: BTreeSet<String>,
    /// Packages of which results can depend on several versions.
    several: BTreeSet<String>,
}

impl Crates {
    /// Reads the two files.
    pub fn new(lock: &str, manifest: &str) -> Self {
        let turned_on = turned_on(manifest);
        let mut packages: Vec<Package> = lock.split("[[package]]").skip(1).map(Package::read).collect();
        for package in &mut packages {
            if let Some(needs) = turned_on.get(&package.name) {
                package.needs.retain(|need| !needs.iter().any(|name| name == word(need)));
            }
        }
        let asked = asked(manifest);
        let names = asked.keys().cloned().collect();
        let listed = manifest.split(COMMANDS).nth(1).and_then(|rest| rest.split("# ---").next()).unwrap_or_default();
        let of_commands = self::asked(&format!("[dependencies]\n{listed}")).into_keys().collect();
        Self { packages, asked, names, of_commands, several: BTreeSet::new() }
    }

    /// Says which crates code names that results can depend on. A need is written with its version where these, and all
    /// others but those of the command line, hold several; not where the whole lock file does: else a crate of one command
    /// would change what every kind is taken for.
    pub fn among(&mut self, named: &BTreeSet<String>) {
        let counts = |name: &&String| named.contains(*name) || !self.of_commands.contains(*name);
        let all = self.asked.keys().filter(counts).cloned().collect();
        let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for package in self.reached(&all) {
            versions.entry(&package.name).or_default().insert(&package.version);
        }
        let several = versions.into_iter().filter(|(_, versions)| versions.len() > 1);
        self.several = several.map(|(name, _)| name.to_owned()).collect();
    }

    /// Versions, checksums and features of some crates and of all that they need; of every crate where one is unknown.
    pub fn text(&self, crates: &BTreeSet<String>) -> String {
        let asked =
            self.wanted(crates).into_iter().map(|(package, features)| format!("{package} asked with {features}"));
        let line = |p: &Package| {
            let needs: Vec<&str> = p.needs.iter().map(|need| self.written(need)).collect();
            format!("{} {} {}: {}", p.name, p.version, p.checksum, needs.join(", "))
        };
        let text: BTreeSet<String> = asked.chain(self.reached(crates).into_iter().map(line)).collect();
        text.into_iter().collect::<Vec<_>>().join("\n")
    }

    fn written<'a>(&self, need: &'a str) -> &'a str {
        if self.several.contains(word(need)) { need } else { word(need) }
    }

    /// Packages and features behind names; all that are asked for where one is unknown.
    fn wanted(&self, crates: &BTreeSet<String>) -> BTreeSet<(&str, &str)> {
        let named = |name: &&String| !matches!(name.as_str(), "std" | "core" | "alloc");
        let wanted: Vec<&String> = crates.iter().filter(named).collect();
        let known = wanted.iter().all(|name| self.asked.contains_key(*name));
        let wanted = if known { wanted } else { self.asked.keys().collect() };
        let asked = wanted.into_iter().filter_map(|name| self.asked.get(name));
        asked.map(|(package, features)| (package.as_str(), features.as_str())).collect()
    }

    /// The packages of some crates and of all that they need.
    fn reached(&self, crates: &BTreeSet<String>) -> Vec<&Package> {
        // The root's own list says which version is meant where there are several.
        let needs = |package: &str| {
            let asks = |p: &&Package| p.checksum.is_empty() && p.needs.iter().any(|need| word(need) == package);
            let root = self.packages.iter().find(asks)?;
            root.needs.iter().find(|need| word(need) == package).map(String::as_str)
        };
        let wanted = self.wanted(crates);
        let mut open: Vec<&str> = wanted.iter().map(|(package, _)| needs(package).unwrap_or(package)).collect();
        let mut found: Vec<&Package> = Vec::new();
        while let Some(need) = open.pop() {
            let (name, version) =
                need.split_once(' ').map_or((need, None), |(name, rest)| (name, rest.split(' ').next()));
            let is = |p: &&Package| p.name == name && version.is_none_or(|version| version == p.version);
            for package in self.packages.iter().filter(is) {
                if !found.iter().any(|known| std::ptr::eq(*known, package)) {
                    found.push(package);
                    open.extend(package.needs.iter().map(String::as_str));
                }
            }
        }
        found
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

/// What crates of the command line turn on: package → needs that it has because of them.
fn turned_on(manifest: &str) -> BTreeMap<String, Vec<String>> {
    let table = manifest.split(TURNED_ON).nth(1).and_then(|rest| rest.split("\n[").next()).unwrap_or_default();
    let lines = table.lines().filter_map(|line| line.split('#').next()?.split_once('='));
    lines
        .map(|(name, needs)| {
            let needs = needs.split('"').skip(1).step_by(2).map(str::to_owned);
            (name.trim().to_owned(), needs.collect())
        })
        .collect()
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
