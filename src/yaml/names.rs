//! What to say of a name that is not known.

/// "did you mean X?" where one is near, and the list of all.
#[must_use]
pub fn known_names(wrong: &str, known: &[&str]) -> Option<String> {
    if known.is_empty() {
        return None;
    }
    let near = known.iter().map(|name| (strsim::damerau_levenshtein(wrong, name), name)).min();
    const MOST: usize = 200;
    let mut list = known.iter().take(MOST).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if known.len() > MOST {
        list += " and others";
    }
    Some(match near {
        Some((distance, name)) if distance <= 2.max(wrong.len() / 3) => {
            format!("did you mean `{name}`? known here: {list}")
        }
        _ => format!("known here: {list}"),
    })
}
