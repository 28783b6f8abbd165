//! Texts in place of pictures, which are read aloud.

/// Most letters of the description for those who do not see a figure: all numbers are in its table.
pub(super) const ALT: usize = 300;

/// A text of at most this many letters: cut after a clause, where one ends late enough.
pub(super) fn within(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most - 2).collect();
    let clause = kept.rfind("; ").or_else(|| kept.rfind(". ")).filter(|&at| 2 * at > kept.len());
    let cut = clause.or_else(|| kept.rfind(' ')).unwrap_or(kept.len());
    format!("{} …", kept[..cut].trim_end_matches([';', '.', ',']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_description_ends_after_a_clause() {
        let long = (0..60).map(|i| format!("curve {i}: 0.25 at 500")).collect::<Vec<_>>().join("; ");
        let cut = within(&long, ALT);
        assert!(cut.chars().count() <= ALT && cut.ends_with("at 500 …"), "{cut}");
        assert_eq!(within("short.", ALT), "short.");
        assert!(within(&"x".repeat(500), ALT).chars().count() <= ALT);
    }
}
