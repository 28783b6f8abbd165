//! What stands over every figure: the title, the data set, and whether it stands in for the paper's.

use crate::plot::canvas::shapes::Rect;
use crate::plot::canvas::style::{FAINT, LEADING, MARGIN, NOTICE, NOTICE_GROUND, TEXT_SIZE, TITLE_SIZE, WIDTH};
use crate::plot::canvas::surface::{Canvas, Type, shortened, text_width, wrapped};
use crate::step::roles::DataNote;

/// The lines over a figure, ready to draw.
#[derive(Debug, Clone)]
pub struct Heading {
    title: Vec<String>,
    data: String,
    banner: String,
}

const TITLE: Type = Type { size: TITLE_SIZE, bold: true, ..Type::PLAIN };
const BANNER: Type = Type { colour: NOTICE, bold: true, ..Type::PLAIN };
const DATA: Type = Type { colour: FAINT, ..Type::PLAIN };
/// Around the words of the banner, pixels.
const PADDING: f64 = 7.0;

impl Heading {
    /// The heading of a figure.
    #[must_use]
    pub fn new(title: &str, note: &DataNote) -> Self {
        let room = WIDTH - 2.0 * MARGIN;
        let banner = shortened(&note.banner(), room - 2.0 * PADDING, &BANNER);
        let data = if banner.is_empty() { shortened(&note.title, room, &DATA) } else { String::new() };
        Self { title: wrapped(title, room, &TITLE), data, banner }
    }

    /// Its height, pixels, with the space under it.
    #[must_use]
    pub fn height(&self) -> f64 {
        let lines = f64::from(u32::try_from(self.title.len()).unwrap_or(0));
        let title = lines * TITLE_SIZE * LEADING;
        let data = if self.data.is_empty() { 0.0 } else { TEXT_SIZE * LEADING };
        let banner = if self.banner.is_empty() { 0.0 } else { TEXT_SIZE * LEADING + 10.0 };
        MARGIN + title + data + banner + 8.0
    }

    /// Draws it at the top of the canvas.
    pub fn draw(&self, canvas: &mut Canvas) {
        let mut top = MARGIN;
        for line in &self.title {
            canvas.text(line, (MARGIN, top + 0.5 * TITLE_SIZE * LEADING), &TITLE);
            top += TITLE_SIZE * LEADING;
        }
        let line = TEXT_SIZE * LEADING;
        canvas.text(&self.data, (MARGIN, top + 0.5 * line), &DATA);
        if !self.banner.is_empty() {
            let width = text_width(&self.banner, &BANNER) + 2.0 * PADDING;
            canvas.rect(&Rect { left: MARGIN, top: top + 4.0, width, height: line + 4.0 }, NOTICE_GROUND);
            canvas.text(&self.banner, (MARGIN + PADDING, top + 6.0 + 0.5 * line), &BANNER);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_banner_names_both_data_sets() {
        let note =
            DataNote { title: "Fashion-MNIST".into(), stands_in_for: "CIFAR-10".into(), caveat: "grey images".into() };
        assert_eq!(note.banner(), "Fashion-MNIST stands in for CIFAR-10");
        assert_eq!(note.sentences(), "Data: Fashion-MNIST stands in for CIFAR-10. Grey images.");
        assert_eq!(DataNote::default().sentences(), "");
        assert!(Heading::new("t", &note).height() > Heading::new("t", &DataNote::default()).height());
    }

    #[test]
    fn long_titles_take_more_lines() {
        let long = "word ".repeat(60);
        assert!(Heading::new(&long, &DataNote::default()).height() > 80.0);
    }
}
