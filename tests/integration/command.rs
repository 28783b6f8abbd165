//! Any program as a step: what it is given, what it gives, what runs again, what is said when it fails.

mod bars;
mod gates;
mod roundtrip;

use crate::project::{Project, Ran};
use crate::store::tables;

/// A script that writes its first argument and the number of lines of a file.
pub const SCRIPT: &str = "echo value,lines > \"$2\"\necho \"$1,$(grep -c . \"$3\")\" >> \"$2\"\n";

/// A study with one cell for each of three seeds.
pub const STUDY: &str = "
study: own/counts
title: A program counts
sweep: {seed: {count: 3}}
steps:
  count:
    kind: command
    params:
      run: [sh, code/count.sh, '{seed}', '{output.counts}', '{params}']
      with: {seed: $seed}
      files: [code/count.sh]
      outputs: {counts: {type: table, columns: {value: {}, lines: {role: count}}}}
tables: {counts: {stack: {program: count}, over: seed}}
claims:
  few:
    says: A program counts to less than ten.
    bound: {table: counts.rows, column: value, at_most: 10}
";

/// A project with [`STUDY`], edited.
pub fn project(edits: &[(&str, &str)]) -> Project {
    let project = Project::empty();
    project.write("code/count.sh", SCRIPT);
    write(&project, edits);
    project
}

pub fn write(project: &Project, edits: &[(&str, &str)]) {
    project.write("studies/own/counts.yaml", crate::project::edited(STUDY, edits));
}

/// The kinds of steps that ran, from the events of a run.
pub fn finished(ran: &Ran, kind: &str) -> usize {
    let of = |line: &&str| line.contains("\"event\":\"finished\"") && line.contains(&format!("\"kind\":\"{kind}\""));
    ran.out.lines().filter(of).count()
}

#[test]
fn what_a_program_writes_is_a_table_with_claims() {
    let project = project(&[]);
    let ran = project.well(&["run"]);
    assert!(ran.out.contains("held"), "{ran:?}");
    let written = tables(&project.path(".lofi"));
    assert!(written.values().any(|table| String::from_utf8_lossy(table) == "value,lines\n2,3\n"), "{written:?}");
    assert_eq!(project.well(&["run"]).counts().0, 0);
}

#[test]
fn a_script_that_is_edited_reruns_exactly_its_cells() {
    let other = ("steps:\n", "steps:\n  aside: {kind: table-file, params: {path: code/aside.csv}}\n");
    let project = Project::empty();
    project.write("code/count.sh", SCRIPT);
    project.write("code/aside.csv", "value\n1\n");
    write(&project, &[other, ("{program: count}", "{program: count, file: aside}")]);
    let ran = project.well(&["run", "--json"]);
    assert_eq!((finished(&ran, "command"), finished(&ran, "table-file")), (3, 1), "{ran:?}");
    project.write("code/count.sh", format!("# counts\n{SCRIPT}"));
    let ran = project.well(&["run", "--json"]);
    assert_eq!((finished(&ran, "command"), finished(&ran, "table-file")), (3, 0), "{ran:?}");
    // the same bytes came out, so nothing else runs
    assert_eq!(finished(&ran, "stack"), 0, "{ran:?}");
    project.write("code/aside.csv", "value\n2\n");
    let ran = project.well(&["run", "--json"]);
    assert_eq!((finished(&ran, "command"), finished(&ran, "table-file")), (0, 1), "{ran:?}");
}

#[test]
fn what_changes_no_result_runs_nothing_and_what_may_change_one_does() {
    let project = project(&[("files:", "env: [COUNTED]\n      version: [sh, -c, 'cat /dev/null']\n      files:")]);
    let run = |value: &str| {
        let output = project.command(&["run", "--json"]).env("COUNTED", value).output().unwrap();
        finished(&Ran::of(&output), "command")
    };
    assert_eq!([run("a"), run("a"), run("b"), run("a")], [3, 0, 3, 0]);
    let more = "env: [COUNTED]\n      timeout: 1 min\n      retries: 2\n      threads: 2\n      memory: 50 MB\n      \
                version: [sh, -c, 'cat /dev/null']\n      files:";
    write(&project, &[("files:", more)]);
    assert_eq!(run("a"), 0);
    write(&project, &[("files:", &more.replace("cat /dev/null", "echo 2"))]);
    assert_eq!(run("a"), 3);
    // elsewhere on the disk it is the same project
    let moved = self::project(&[("files:", &more.replace("cat /dev/null", "echo 2"))]);
    let store = project.path(".lofi").display().to_string();
    let output = moved.command(&["run", "--json", "--store", &store]).env("COUNTED", "a").output().unwrap();
    assert_eq!(finished(&Ran::of(&output), "command"), 0);
}

#[test]
fn mistakes_are_shown_where_they_are_written() {
    let refused = |edits: &[(&str, &str)]| {
        let ran = project(edits).lofi(&["plan"]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        ran.err
    };
    let absent = refused(&[("files: [code/count.sh]", "files: [code/cuont.sh]")]);
    assert!(absent.contains("counts.yaml:11:15") && absent.contains("`code/cuont.sh` cannot be read"), "{absent}");
    let name = refused(&[("'{seed}'", "'{sead}'")]);
    assert!(name.contains("counts.yaml:9:32") && name.contains("there are: seed"), "{name}");
    let column = refused(&[("column: value", "column: valeu")]);
    assert!(column.contains("this table has no column `valeu`"), "{column}");
    let time = refused(&[("files:", "timeout: ten\n      files:")]);
    assert!(time.contains("expected such as 90 s"), "{time}");
    let found = refused(&[("files:", "found: {}\n      files:")]);
    assert!(found.contains("`found` is not written here"), "{found}");
    let nothing = refused(&[("{counts: {type: table, columns: {value: {}, lines: {role: count}}}}", "{}")]);
    assert!(nothing.contains("the program gives nothing"), "{nothing}");
    let input = refused(&[("params:", "inputs: {x: cuont}\n    params:")]);
    assert!(input.contains("there is no step `cuont`"), "{input}");
}

#[test]
fn outputs_that_are_not_as_declared_are_told() {
    let failed = |script: &str| {
        let project = project(&[("files:", "keep: never\n      files:")]);
        project.write("code/count.sh", script);
        let ran = project.lofi(&["run", "--jobs", "1"]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        ran.err
    };
    let none = failed("echo done\n");
    assert!(none.contains("output `counts` (outputs/counts.csv): the program did not write the file"), "{none}");
    assert!(none.contains("done"), "{none}");
    let wrong = failed("printf 'value,count\\n1,2\\n' > $2\n");
    assert!(wrong.contains("the column `lines` is missing; expected value, lines, found value, count"), "{wrong}");
    let nan = failed("printf 'value,lines\\n1,2\\nnan,3\\n' > $2\n");
    assert!(nan.contains("the column `value` holds `nan` in row 1"), "{nan}");
    let text = failed("printf 'value,lines\\n1,many\\n' > $2\n");
    assert!(text.contains("the column `lines` was declared to hold numbers, and row 0 is `many`"), "{text}");
}

#[test]
fn a_crash_shows_the_end_of_what_the_program_said_last() {
    let script =
        "echo begin\n>&2 echo 'Traceback (most recent call last):'\n>&2 echo 'ValueError: no such digit'\nexit 3\n";
    let project = project(&[("count: 3", "count: 1")]);
    project.write("code/count.sh", script);
    let ran = project.lofi(&["run"]);
    let lines: Vec<&str> = ran.err.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let at = lines.iter().position(|line| line.contains("ValueError: no such digit")).unwrap();
    assert_eq!(at, lines.len() - 2, "{ran:?}");
    assert!(lines[at - 1].contains("Traceback") && lines[at - 2].contains("begin"), "{ran:?}");
    assert!(ran.err.contains("exit status: 3") && ran.err.contains("counts.yaml:6"), "{ran:?}");
    let kept = ran.err.split("its folder is kept: ").nth(1).unwrap().split(';').next().unwrap();
    let folder = std::path::Path::new(kept);
    assert!(folder.join("work/params.json").is_file(), "{kept}");
    std::fs::remove_dir_all(folder.parent().unwrap()).unwrap();
}

#[test]
fn a_program_that_fails_now_and_then_is_tried_again_and_one_that_hangs_is_ended() {
    let again = project(&[("count: 3", "count: 1"), ("files:", "retries: 1\n      keep: never\n      files:")]);
    let mark = again.path("tried").display().to_string();
    again.write("code/count.sh", format!("[ -e {mark} ] || {{ touch {mark}; exit 1; }}\n{SCRIPT}"));
    again.well(&["run"]);
    let hangs = project(&[("count: 3", "count: 1"), ("files:", "timeout: 0.3 s\n      keep: never\n      files:")]);
    hangs.write("code/count.sh", "echo waiting\nsleep 600\n");
    let start = std::time::Instant::now();
    let ran = hangs.lofi(&["run"]);
    assert!(ran.err.contains("longer than its timeout of 0.3 s") && ran.err.contains("waiting"), "{ran:?}");
    assert!(start.elapsed().as_secs() < 60);
}

#[test]
fn a_program_of_two_threads_takes_two_workers_and_is_told() {
    let project = project(&[("files:", "threads: 2\n      files:")]);
    let marks = project.path("marks").display().to_string();
    let script =
        format!("echo begin $OMP_NUM_THREADS $LOFI_THREADS >> {marks}\nsleep 0.1\necho end >> {marks}\n{SCRIPT}");
    project.write("code/count.sh", script);
    project.well(&["run", "--jobs", "2"]);
    let marks = std::fs::read_to_string(&marks).unwrap();
    assert_eq!(marks, "begin 2 2\nend\n".repeat(3), "two of them ran at once");
}
