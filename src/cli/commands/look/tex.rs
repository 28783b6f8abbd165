//! A formula in LaTeX as a line of text, for a terminal.

/// Commands and the signs that they stand for.
const SIGNS: [(&str, &str); 52] = [
    ("alpha", "α"),
    ("beta", "β"),
    ("gamma", "γ"),
    ("Delta", "Δ"),
    ("delta", "δ"),
    ("epsilon", "ε"),
    ("eta", "η"),
    ("theta", "θ"),
    ("Theta", "Θ"),
    ("lambda", "λ"),
    ("mu", "μ"),
    ("pi", "π"),
    ("rho", "ρ"),
    ("sigma", "σ"),
    ("Sigma", "Σ"),
    ("tau", "τ"),
    ("varphi", "φ"),
    ("phi", "φ"),
    ("omega", "ω"),
    ("ell", "ℓ"),
    ("nabla", "∇"),
    ("sum", "Σ"),
    ("prod", "Π"),
    ("min", "min"),
    ("max", "max"),
    ("sin", "sin"),
    ("cos", "cos"),
    ("tanh", "tanh"),
    ("log", "log"),
    ("exp", "exp"),
    ("sim", "~"),
    ("in", "∈"),
    ("le", "≤"),
    ("ge", "≥"),
    ("pm", "±"),
    ("mp", "∓"),
    ("cdot", "·"),
    ("times", "×"),
    ("dots", "…"),
    ("mapsto", "↦"),
    ("to", "→"),
    ("leftarrow", "←"),
    ("approx", "≈"),
    ("propto", "∝"),
    ("infty", "∞"),
    ("partial", "∂"),
    ("langle", "⟨"),
    ("rangle", "⟩"),
    ("top", "ᵀ"),
    ("quad", "  "),
    ("qquad", "   "),
    ("prime", "′"),
];
/// Names after which a blank stands.
const WORDS: [&str; 7] = ["min", "max", "sin", "cos", "tanh", "log", "exp"];
const SUPERSCRIPTS: &str = "0⁰1¹2²3³4⁴5⁵6⁶7⁷8⁸9⁹+⁺-⁻n ⁿ*";

/// A formula as text: `\frac{a}{b}` is `(a)/(b)`, `x_{ij}` is `x_ij`, `x^2` is `x²`.
pub(super) fn plain(formula: &str) -> String {
    let mut text = String::new();
    pieces(&formula.chars().collect::<Vec<_>>(), &mut text);
    let mut line = String::new();
    for c in text.chars() {
        // at most three blanks, which part formulas
        if !(c == ' ' && line.ends_with("   ")) {
            line.push(c);
        }
    }
    line.trim().to_owned()
}

fn pieces(source: &[char], text: &mut String) {
    let mut at = 0;
    while at < source.len() {
        match source[at] {
            '\\' => at = command(source, at + 1, text),
            '{' => {
                let (inner, next) = group(source, at);
                pieces(inner, text);
                at = next;
            }
            '^' | '_' => {
                let (inner, next) = group(source, at + 1);
                let mut script = String::new();
                pieces(inner, &mut script);
                text.push_str(&if source[at] == '^' { raised(&script) } else { lowered(&script) });
                at = next;
            }
            c => {
                text.push(c);
                at += 1;
            }
        }
    }
}

/// A command that begins at a place; returns where what follows it begins.
fn command(source: &[char], at: usize, text: &mut String) -> usize {
    let name: String = source[at..].iter().take_while(|c| c.is_ascii_alphabetic()).collect();
    let next = at + name.len();
    match name.as_str() {
        "" => {
            match source.get(at) {
                Some('|') => text.push('‖'),
                Some(',' | ';' | ' ') => text.push(' '),
                Some(c) => text.push(*c),
                None => {}
            }
            at + 1
        }
        "frac" => {
            let (above, next) = group(source, next);
            let (below, next) = group(source, next);
            text.push_str(&format!("{}/{}", enclosed(above), enclosed(below)));
            next
        }
        "sqrt" => {
            let (inner, next) = group(source, next);
            text.push_str(&format!("√{}", enclosed(inner)));
            next
        }
        "hat" | "bar" => {
            let (inner, next) = group(source, next);
            pieces(inner, text);
            text.push(if name == "hat" { '\u{302}' } else { '\u{304}' });
            next
        }
        "mathcal" | "text" | "mathrm" => {
            let (inner, next) = group(source, next);
            pieces(inner, text);
            next
        }
        name => {
            let sign = SIGNS.iter().find(|(known, _)| *known == name).map_or(name, |(_, sign)| *sign);
            text.push_str(sign);
            let blank = source.get(next) == Some(&' ') && !WORDS.contains(&name) && name != "sum";
            // A blank that ends a command is none of the formula, unless signs on both sides have blanks.
            let relation = matches!(sign, "~" | "∈" | "≤" | "≥" | "±" | "↦" | "→" | "←" | "≈" | "∝" | "·" | "×");
            if blank && !relation { next + 1 } else { next }
        }
    }
}

/// What an argument is: a group in braces, a command or a single sign; and where what follows it begins.
fn group(source: &[char], at: usize) -> (&[char], usize) {
    match source.get(at) {
        Some('{') => {
            let mut depth = 0;
            for (step, c) in source[at..].iter().enumerate() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    return (&source[at + 1..at + step], at + step + 1);
                }
            }
            (&source[at + 1..], source.len())
        }
        Some('\\') => {
            let name = source[at + 1..].iter().take_while(|c| c.is_ascii_alphabetic()).count();
            (&source[at..=at + name], at + 1 + name)
        }
        Some(_) => (&source[at..=at], at + 1),
        None => (&[], at),
    }
}

/// An operand, in brackets where it is more than one sign.
fn enclosed(source: &[char]) -> String {
    let mut text = String::new();
    pieces(source, &mut text);
    let simple = text.chars().all(char::is_alphanumeric);
    if simple { text } else { format!("({text})") }
}

fn raised(script: &str) -> String {
    if script == "ᵀ" || script == "′" || script == "*" {
        return script.to_owned();
    }
    let small = |c: char| {
        let at = SUPERSCRIPTS.chars().position(|known| known == c)?;
        SUPERSCRIPTS.chars().nth(at + 1)
    };
    let all: Option<String> =
        script.chars().map(|c| if c.is_ascii_digit() || "+-".contains(c) { small(c) } else { None }).collect();
    all.unwrap_or_else(|| bracketed('^', script))
}

fn lowered(script: &str) -> String {
    bracketed('_', script)
}

fn bracketed(sign: char, script: &str) -> String {
    let simple = script.chars().all(char::is_alphanumeric);
    if simple { format!("{sign}{script}") } else { format!("{sign}({script})") }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn formulas_become_lines() {
        for (formula, text) in [
            (r"z = \sigma(h^\top W/c)/\sqrt{P}", "z = σ(hᵀ W/c)/√P"),
            (r"C = \frac{1}{n} \sum_i y_i z_i z_i^\top", "C = 1/n Σ_i y_i z_i z_iᵀ"),
            (r"\min_w \|t - H w\|^2 + \lambda \|w\|^2", "min_w ‖t - H w‖² + λ‖w‖²"),
            (r"q = \sigma_w^2 \langle a, b \rangle/d", "q = σ_w² ⟨a, b ⟩/d"),
            (r"x \sim \mathcal{N}(0, I_d), \qquad n = d^\alpha", "x ~ N(0, I_d),   n = d^α"),
            (r"x_{k+1} = 10^{-8}", "x_(k+1) = 10⁻⁸"),
            (r"\frac{a + b}{2c}", "(a + b)/2c"),
            (r"\unknown x", "unknownx"),
        ] {
            assert_eq!(plain(formula), text, "{formula}");
        }
    }
}
