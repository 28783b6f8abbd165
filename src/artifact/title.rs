//! What people read in place of a column's name, in figures and in tables alike.

/// The title of a column: the field's words where it has some, k₁ for `k1`, else the name's words with a capital.
#[must_use]
pub fn column_title(column: &str) -> String {
    let known = match column {
        "n_train" => "Training samples n",
        "n_test" => "Test samples",
        "lambda" => "Ridge penalty λ",
        "test_mse" => "Test mean squared error",
        "train_mse" => "Training mean squared error",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    if let Some((base, end)) =
        [("_from", "from"), ("_to", "to")].iter().find_map(|(ending, word)| Some((column.strip_suffix(ending)?, word)))
    {
        return format!("{}, {end}", column_title(base));
    }
    symbol(column).unwrap_or_else(|| {
        let words: Vec<&str> = column.split(['_', '-']).map(|word| if word == "mse" { "MSE" } else { word }).collect();
        let words = words.join(" ");
        let mut letters = words.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    })
}

/// One letter with an index, such as k1, or alone.
fn symbol(column: &str) -> Option<String> {
    let mut letters = column.chars();
    let letter = letters.next().filter(char::is_ascii_alphabetic)?;
    let lowered = |digit: char| char::from_u32(u32::from('₀') + digit.to_digit(10)?);
    letters.map(lowered).collect::<Option<String>>().map(|index| format!("{letter}{index}"))
}

#[cfg(test)]
mod tests {
    use super::column_title;

    #[test]
    fn names_become_titles() {
        for (name, title) in [
            ("n_train", "Training samples n"),
            ("test_error", "Test error"),
            ("k1", "k₁"),
            ("n", "n"),
            ("n_train_from", "Training samples n, from"),
            ("validation_mse", "Validation MSE"),
            ("m10", "m₁₀"),
            ("2d", "2d"),
            ("", ""),
        ] {
            assert_eq!(column_title(name), title);
        }
    }
}
