//! What compiles the code: another compiler, other features or flags may round otherwise.

/// Flags whose value says where or how to link, what to show or for which processor: no result depends on them. (Kernels
/// choose their instructions while they run, whatever the processor that they were compiled for.)
const WITHOUT_EFFECT: [&str; 15] = [
    "-A",
    "-D",
    "-F",
    "-L",
    "-W",
    "-l",
    "--cap-lints",
    "--color",
    "--remap-path-prefix",
    "-Cdebuginfo",
    "-Cincremental",
    "-Clink",
    "-Crpath",
    "-Cstrip",
    "-Ctarget-",
];

/// The compiler, without the machine that it runs on: the text of `rustc -vV`, or of what stands for it.
pub fn compiler(described: &str) -> String {
    let counts = |line: &&str| ["rustc", "commit-hash", "release", "LLVM"].iter().any(|start| line.starts_with(start));
    described.lines().filter(counts).collect::<Vec<_>>().join("\n")
}

/// The flags that can change a result, of those that Cargo encodes with a separator between them.
pub fn flags(encoded: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut words = encoded.split('\u{1f}').filter(|word| !word.is_empty());
    while let Some(word) = words.next() {
        // `-C name=value` and `-Cname=value` are one flag.
        let alone = ["-C", "-A", "-D", "-F", "-L", "-W", "-l", "-Z", "--codegen", "--cap-lints", "--remap-path-prefix"];
        let value = if alone.contains(&word) { words.next().unwrap_or_default() } else { "" };
        let flag = format!("{}{value}", word.replace("--codegen", "-C").trim_end_matches('='));
        if !WITHOUT_EFFECT.iter().any(|start| flag.starts_with(start)) {
            found.push(flag);
        }
    }
    found
}
