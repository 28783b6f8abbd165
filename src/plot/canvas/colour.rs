//! Colours that follow the page: each has a value for a light ground and one for a dark one.

use std::fmt::Write;

/// A colour, 8 bits a channel.
pub type Rgb = (u8, u8, u8);

/// A colour of a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Colour {
    /// Its CSS variable inside of the drawing, without dashes; empty where it is the same on every ground.
    name: &'static str,
    /// The variable of the page that it follows, without dashes.
    page: &'static str,
    light: Rgb,
    dark: Rgb,
}

impl Colour {
    /// The same colour on every ground: what stands for a number.
    #[must_use]
    pub const fn fixed(rgb: Rgb) -> Self {
        Self { name: "", page: "", light: rgb, dark: rgb }
    }

    /// A colour that the page may set by a variable, and that otherwise goes by the ground.
    #[must_use]
    pub const fn themed([name, page]: [&'static str; 2], light: Rgb, dark: Rgb) -> Self {
        Self { name, page, light, dark }
    }

    /// Its value on a light ground.
    #[must_use]
    pub const fn light(self) -> Rgb {
        self.light
    }

    /// Its value on a dark ground.
    #[must_use]
    pub const fn dark(self) -> Rgb {
        self.dark
    }

    /// The attribute of a property, which viewers without variables read: `fill="#0072b2"`.
    pub fn attribute(self, property: &str, into: &mut String) {
        let _ = write!(into, " {property}=\"{}\"", hex(self.light));
    }

    /// The declaration of a property: `fill:var(--c1)`; nothing where the attribute says it all.
    #[must_use]
    pub fn declaration(self, property: &str) -> Option<String> {
        (!self.name.is_empty()).then(|| format!("{property}:var(--{})", self.name))
    }

    /// What its variable is: the page's, or else a value for the ground that the page asks for.
    #[must_use]
    pub fn definition(self) -> Option<String> {
        let Self { name, page, light, dark } = self;
        let ground = format!("light-dark({},{})", hex(light), hex(dark));
        (!name.is_empty()).then(|| format!("--{name}:var(--{page},{ground})"))
    }
}

/// `#fff` or `#0072b2`.
fn hex((red, green, blue): Rgb) -> String {
    let long = format!("#{red:02x}{green:02x}{blue:02x}");
    let twice = [red, green, blue].iter().all(|byte| byte >> 4 == byte & 0xf);
    if twice { format!("#{:x}{:x}{:x}", red & 0xf, green & 0xf, blue & 0xf) } else { long }
}

/// Contrast ratio of two colours, 1 to 21. Source: WCAG 2.1.
#[must_use]
pub fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Relative luminance of an sRGB colour. Source: WCAG 2.1.
#[must_use]
pub fn luminance((red, green, blue): Rgb) -> f64 {
    let linear = |byte: u8| {
        let v = f64::from(byte) / 255.0;
        if v <= 0.03928 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_themed_colour_has_a_value_without_any_page() {
        let ink = Colour::themed(["k", "ink"], (0x11, 0x22, 0x33), (0xE0, 0xE1, 0xE2));
        assert_eq!(ink.definition().unwrap(), "--k:var(--ink,light-dark(#123,#e0e1e2))");
        assert_eq!(ink.declaration("fill").unwrap(), "fill:var(--k)");
        let mut attribute = String::new();
        ink.attribute("fill", &mut attribute);
        assert_eq!(attribute, " fill=\"#123\"");
        assert!(
            Colour::fixed((1, 2, 3)).definition().is_none() && Colour::fixed((1, 2, 3)).declaration("fill").is_none()
        );
    }
}
