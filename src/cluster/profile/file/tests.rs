use super::*;

fn parse(text: &str) -> Result<Profile, Fault> {
    Profile::parse(&Source::new("lofi.cluster.toml", text))
}

/// Place, message and help of the fault of a text.
fn fault(text: &str) -> String {
    ProfileError::Fault(parse(text).expect_err(text)).to_string()
}

fn example() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/lofi.cluster.toml");
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn no_file_and_an_empty_one_say_nothing() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Profile::read(&folder.path().join(PROFILE_FILE)), Ok(Profile::default()));
    assert_eq!(parse(""), Ok(Profile::default()));
    assert_eq!(Profile::default().common("slurm").largest_array, 1000);
    let error = Profile::read(folder.path()).unwrap_err().to_string();
    assert!(error.contains("cannot be read"), "{error}");
    std::fs::write(folder.path().join("latin"), b"program = \"\xe9\"").unwrap();
    assert!(matches!(Profile::read(&folder.path().join("latin")), Err(ProfileError::File { .. })));
}

#[test]
fn a_section_overrides_the_top_and_no_other_section() {
    let text = "cpus = 2\npoll = \"1m\"\nprologue = \"a\"\nenvironment = { A = \"1\", B = \"2\" }\n[slurm]\ncpus = 8\n\
                environment = { B = \"3\" }\nprologue = \"\"\n[local]\nworkers = 3\n";
    let profile = parse(text).unwrap();
    let (slurm, local, hyperqueue) = (profile.common("slurm"), profile.common("local"), profile.common("hyperqueue"));
    assert_eq!((slurm.cpus, local.cpus, hyperqueue.cpus), (8, 2, 2));
    assert_eq!((slurm.poll.as_secs(), slurm.prologue.as_str(), local.prologue.as_str()), (60, "", "a"));
    let pairs = |common: &Common| common.environment.iter().map(|(k, v)| format!("{k}{v}")).collect::<String>();
    assert_eq!((pairs(&slurm), pairs(&local)), ("A1B3".into(), "A1B2".into()));
    assert_eq!(profile.local.workers, Some(3));
}

#[test]
fn every_value_is_read() {
    let profile = parse(
        "program = \"/bin/lofi\"\nmodules = [\"gcc/13\"]\npass = [\"AWS_PROFILE\"]\nchunk = \"0s\"\nat-once = 5\n\
         largest-array = 0x10\nmemory-factor = 2\nmemory-least = \"500MB\"\ntime-factor = 1.25\ntime-least = \"1m\"\n\
         time-most = \"1h30m\"\n[slurm]\npartition = \"cpu\"\naccount = \"a\"\nqos = \"q\"\nconstraint = \"x&y\"\n\
         options = [\"--gres=gpu:1\"]\nsignal-before = \"5m\"\nrequeue = false\n[hyperqueue]\nhq = \"/x/hq\"\n\
         server-dir = \"/x\"\n[kubernetes]\nnamespace = \"n\"\nimage = \"i:1\"\nclaim = \"c\"\nmount = \"/m\"\n\
         service-account = \"s\"\nnode-selector = { \"kubernetes.io/arch\" = \"amd64\" }\n",
    )
    .unwrap();
    let common = profile.common("slurm");
    assert_eq!(common.program.as_deref(), Some("/bin/lofi"));
    assert_eq!((common.modules, common.pass), (vec!["gcc/13".to_owned()], vec!["AWS_PROFILE".to_owned()]));
    assert_eq!((common.chunk.as_secs(), common.at_once, common.largest_array), (0, Some(5), 16));
    assert_eq!((common.memory_factor, common.memory_least, common.time_factor), (2.0, 500_000_000, 1.25));
    assert_eq!((common.time_least.as_secs(), common.time_most.as_secs()), (60, 5400));
    let Slurm { partition, account, qos, constraint, options, signal_before, requeue } = profile.slurm;
    let texts = [partition, account, qos, constraint].map(Option::unwrap);
    assert_eq!(texts, ["cpu", "a", "q", "x&y"]);
    assert_eq!((options, signal_before.as_secs(), requeue), (vec!["--gres=gpu:1".to_owned()], 300, false));
    assert_eq!((profile.hyperqueue.hq.as_str(), profile.hyperqueue.server_dir), ("/x/hq", Some("/x".into())));
    let kubernetes = profile.kubernetes;
    let texts = [kubernetes.namespace, kubernetes.image, kubernetes.claim, kubernetes.service_account];
    assert_eq!(texts.map(Option::unwrap), ["n", "i:1", "c", "s"]);
    assert_eq!((kubernetes.mount.as_str(), kubernetes.node_selector["kubernetes.io/arch"].as_str()), ("/m", "amd64"));
}

#[test]
fn what_is_not_known_is_told_with_its_place() {
    let wrong = fault("cpus = 1\n\n[slurm]\naccount = \"é\"\n  partitoin = \"cpu\"\n");
    assert!(
        wrong.starts_with("lofi.cluster.toml:5:3: unknown key `partitoin` in [slurm]; did you mean `partition`?"),
        "{wrong}"
    );
    let wrong = fault("[slrum]\n");
    assert!(wrong.starts_with("lofi.cluster.toml:1:2: unknown key `slrum`; did you mean `slurm`?"), "{wrong}");
    let wrong = fault("partition = \"cpu\"\n");
    assert!(wrong.contains("1:1: unknown key `partition`; it belongs into [slurm]"), "{wrong}");
    let wrong = fault("cpus = \n");
    assert!(wrong.starts_with("lofi.cluster.toml:1:") && wrong.contains("no TOML"), "{wrong}");
    let wrong = fault("cpus = 1\ncpus = 2\n");
    assert!(wrong.starts_with("lofi.cluster.toml:2:1: no TOML"), "{wrong}");
}

#[test]
fn wrong_values_are_refused_with_what_was_expected() {
    for (text, place, expected) in [
        ("chunk = 5", "1:9", "length of time in quotes, such as \"90s\""),
        ("chunk = \"5 parsec\"", "1:9", "no length of time"),
        ("poll = \"0s\"", "1:8", "whole seconds, from 1s"),
        ("poll = \"1.5s\"", "1:8", "whole seconds"),
        ("memory-least = \"1XB\"", "1:16", "unknown unit `XB`"),
        ("memory-least = 5", "1:16", "a size in quotes"),
        ("memory-factor = 0.5", "1:17", "a number from 1 to 100, found the number 0.5"),
        ("time-factor = nan", "1:15", "a number from 1 to 100"),
        ("time-factor = \"3\"", "1:15", "found the string \"3\""),
        ("cpus = 0", "1:8", "a whole number from 1 to 4096, found the number 0"),
        ("cpus = -1", "1:8", "a whole number"),
        ("cpus = 1.5", "1:8", "a whole number"),
        ("largest-array = 99999999999", "1:17", "a whole number"),
        ("program = \"\"", "1:11", "not empty"),
        ("program = \"a\\nb\"", "1:11", "one line"),
        ("prologue = \"a\\u0000\"", "1:12", "NUL"),
        ("modules = \"gcc\"", "1:11", "a list"),
        ("modules = [\"gcc\", 4]", "1:19", "a string in quotes, found the number 4"),
        ("environment = { A-B = \"1\" }", "1:23", "no name of a variable"),
        ("environment = { A = 1 }", "1:21", "a string in quotes"),
        ("environment = 1", "1:15", "a table"),
        ("environment = { A = \"é\", B = 1 }", "1:30: ", "a string in quotes"),
        ("pass = [\"1A\"]", "1:9", "no name of a variable"),
        ("time-least = \"2d\"", "1:14", "`time-least` (172800s) is more than `time-most` (86400s)"),
        ("[local]\ntime-most = \"1m\"", "2:13", "`time-least` (600s)"),
        ("slurm = 1", "1:9", "a table [slurm]"),
        ("[[slurm]]", "1:", "a table [slurm], found a list"),
        ("[slurm]\nrequeue = \"yes\"", "2:11", "true or false"),
        ("[slurm]\noptions = [\"gres\"]", "2:12", "an option such as"),
        ("[slurm]\nsignal-before = \"1d\"", "2:17", "from 0s to 65535s"),
        ("[kubernetes]\nnamespace = \"A\"", "2:13", "lower-case letters"),
        ("[kubernetes]\nclaim = \"a/b\"", "2:9", "lower-case letters"),
        ("[kubernetes]\nmount = \"store\"", "2:9", "an absolute path"),
        ("[kubernetes]\nnode-selector = { a = \"b c\" }", "2:23", "no value of a label"),
        ("[local]\nworkers = true", "2:11", "a whole number from 1 to 4096, found true"),
    ] {
        let wrong = fault(text);
        assert!(wrong.starts_with(&format!("lofi.cluster.toml:{place}")), "{text}: {wrong}");
        assert!(wrong.contains(expected), "{text}: {wrong}");
    }
}

#[test]
fn the_example_writes_every_default() {
    assert_eq!(parse(&example()).map(|profile| Profile { of: BTreeMap::new(), ..profile }), Ok(Profile::default()));
}

#[test]
fn the_example_names_every_key_and_nothing_else() {
    // A line `# key = value` is a key without a default: read it too.
    let is_key = |line: &str| line.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '));
    let open = |line: &str| line.strip_prefix("# ").filter(|rest| is_key(rest)).unwrap_or(line).to_owned() + "\n";
    let whole: String = example().lines().map(open).collect();
    parse(&whole).unwrap();
    let file = DeTable::parse(&whole).unwrap();
    let keys = |table: &DeTable| {
        table
            .iter()
            .filter(|(_, value)| value.get_ref().as_table().is_none_or(|t| t.is_empty()))
            .map(|(key, _)| key.get_ref().to_string())
            .collect::<Vec<_>>()
    };
    let sorted = |known: &[&str]| {
        BTreeMap::from_iter(known.iter().map(|key| ((*key).to_owned(), ()))).into_keys().collect::<Vec<_>>()
    };
    assert_eq!(keys(file.get_ref()), sorted(&COMMON));
    for (name, own) in SECTIONS {
        let section = file.get_ref().get(name).unwrap().get_ref().as_table().unwrap();
        assert_eq!(keys(section), sorted(own), "{name}");
    }
}
