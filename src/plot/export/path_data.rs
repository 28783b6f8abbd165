//! Path data as `canvas/path` writes it: absolute starts, then steps.

/// A place, pixels.
pub type Place = (f32, f32);

/// A piece of an outline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Piece {
    /// Begins somewhere.
    Move(Place),
    /// A straight line to a place.
    Line(Place),
    /// A cubic curve: two control points and the end.
    Curve(Place, Place, Place),
    /// Back to the beginning.
    Close,
}

/// The pieces of some path data; nothing where it has what we never write.
pub fn pieces(data: &str) -> Option<Vec<Piece>> {
    let mut words = Words(data);
    let (mut found, mut at, mut command) = (Vec::new(), (0.0, 0.0), ' ');
    while let Some(first) = words.peek() {
        if first.is_ascii_alphabetic() {
            command = first;
            words.skip();
        }
        match command {
            'z' => found.push(Piece::Close),
            'M' => at = (words.number()?, words.number()?),
            'h' => at.0 += words.number()?,
            'v' => at.1 += words.number()?,
            'l' => at = (at.0 + words.number()?, at.1 + words.number()?),
            _ => return None,
        }
        match command {
            'z' => command = ' ',
            'M' => found.push(Piece::Move(at)),
            _ => found.push(Piece::Line(at)),
        }
    }
    Some(found)
}

struct Words<'a>(&'a str);

impl Words<'_> {
    fn peek(&mut self) -> Option<char> {
        self.0 = self.0.trim_start();
        self.0.chars().next()
    }

    fn skip(&mut self) {
        self.0 = &self.0[1..];
    }

    fn number(&mut self) -> Option<f32> {
        self.0 = self.0.trim_start();
        let digit = |(at, c): &(usize, char)| c.is_ascii_digit() || *c == '.' || (*at == 0 && *c == '-');
        let length = self.0.char_indices().take_while(digit).count();
        let (number, rest) = self.0.split_at(length);
        self.0 = rest;
        number.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_lead_to_places() {
        let square = [
            Piece::Move((1.0, 2.5)),
            Piece::Line((4.0, 2.5)),
            Piece::Line((4.0, 2.0)),
            Piece::Line((3.5, 3.0)),
            Piece::Line((4.5, 4.0)),
            Piece::Close,
        ];
        assert_eq!(pieces("M1 2.5h3v-.5l-.5 1 1 1z").unwrap(), square);
        assert_eq!(pieces("M1 1h0M2 2h0").unwrap().len(), 4);
        assert_eq!((pieces("M1 1a2"), pieces("M1"), pieces("3 4"), pieces("M1 1z2")), (None, None, None, None));
    }
}
