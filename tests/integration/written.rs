//! Commands of the program as documents, workflows and actions write them.

/// Every command line that begins with `lofi`, word by word.
///
/// Also inside of a conditional. What a shell puts in (`$NAME`, `"${names[@]}"`) stands for a word that means nothing to
/// the program by itself.
pub fn commands(text: &str) -> Vec<Vec<String>> {
    let parts = text.lines().flat_map(|line| line.split(&[';', '|', '&'][..]));
    let begins = ["run:", "-", "then", "do", "$"];
    let command = |part: &str| {
        let mut words: Vec<&str> = part.split('#').next().unwrap_or_default().split_whitespace().collect();
        while words.first().is_some_and(|word| begins.contains(word)) {
            words.remove(0);
        }
        let is_lofi = words.first() == Some(&"lofi") && words.len() > 1;
        is_lofi.then(|| words.into_iter().map(plain).collect())
    };
    parts.filter_map(command).collect()
}

fn plain(word: &str) -> String {
    let bare = word.trim_matches('"');
    let quoted = bare.replace('"', "");
    match quoted.find('$') {
        Some(0) => "word".to_owned(),
        Some(at) => format!("{}word", &quoted[..at]),
        None => quoted,
    }
}

/// Whether the program takes a command line.
///
/// # Errors
/// What is wrong with it.
pub fn is_known(words: &[String]) -> Result<(), String> {
    match lofi::cli::command_line().try_get_matches_from(words) {
        Ok(_) => Ok(()),
        Err(told) if !told.use_stderr() => Ok(()),
        Err(refused) => Err(refused.to_string()),
    }
}

#[test]
fn commands_are_found_where_shells_find_them() {
    let text = "  - run: lofi run --profile smoke\n   run: if [ -d x ]; then lofi check; fi\n lofi report --to \"$x/y\" --export sarif=\"$z\"\n# lofi nothing\nbuild lofi\n";
    let found: Vec<String> = commands(text).iter().map(|words| words.join(" ")).collect();
    assert_eq!(found, ["lofi run --profile smoke", "lofi check", "lofi report --to word --export sarif=word"]);
}
