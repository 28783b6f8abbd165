//! A figure's text as the bytes of a file.

use super::drawing::Drawing;
use super::{pdf, png};
use crate::step::StepError;

/// A figure as a PDF file of one page, 0.75 pt a pixel; equal figures give equal bytes.
///
/// # Errors
/// Where the text is no figure as plots draw them.
pub fn to_pdf(svg: &str, title: &str) -> Result<Vec<u8>, StepError> {
    pdf::file(&Drawing::read(svg)?, title)
}

/// A figure as a PNG file, three pixels for each of its own: 300 dots an inch at 16 cm of width.
///
/// # Errors
/// As [`to_pdf`].
pub fn to_png(svg: &str) -> Result<Vec<u8>, StepError> {
    png::file(&Drawing::read(svg)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::canvas::colour::Colour;
    use crate::plot::canvas::png::encode;
    use crate::plot::canvas::shapes::{Pen, Rect};
    use crate::plot::canvas::style::{INK, Marker};
    use crate::plot::canvas::surface::{Type, draw};

    fn picture() -> String {
        let red = Colour::fixed((255, 0, 0));
        let pixels = encode(&[(0, 0, 255), (0, 255, 0)], (1, 2)).unwrap();
        let paint = |canvas: &mut crate::plot::canvas::surface::Canvas| {
            canvas.polygon(&[(10.0, 10.0), (30.0, 10.0), (30.0, 30.0), (10.0, 30.0)], red, 0.5);
            canvas.line(&[(0.0, 50.0), (100.0, 50.0)], &Pen { colour: INK, width: 4.0, dash: &[10.0, 10.0] });
            canvas.marker(Marker::Disc, (60.0, 20.0), 6.0, red);
            canvas.image(&pixels, &Rect { left: 70.0, top: 70.0, width: 20.0, height: 10.0 });
            canvas.text("Hλ²", (10.0, 90.0), &Type { size: 20.0, ..Type::PLAIN });
        };
        draw((100.0, 100.0), "a picture", paint).unwrap()
    }

    #[test]
    fn every_part_of_a_picture_is_painted_where_it_lies() {
        let image = image::load_from_memory(&to_png(&picture()).unwrap()).unwrap().to_rgb8();
        assert_eq!(image.dimensions(), (300, 300));
        let at = |x: u32, y: u32| image.get_pixel(3 * x, 3 * y).0;
        assert_eq!(at(95, 5), [255, 255, 255], "the ground is the light one");
        assert!(at(20, 20)[0] == 255 && (125..131).contains(&at(20, 20)[1]), "half opaque: {:?}", at(20, 20));
        assert_eq!(at(60, 20), [255, 0, 0], "a disc is a line of no length");
        assert_eq!((at(5, 50), at(15, 50)), ([0x1d, 0x21, 0x25], [255, 255, 255]), "dashes and gaps");
        assert_eq!((at(72, 75), at(88, 75)), ([0, 0, 255], [0, 255, 0]), "pixels are not blended");
        let dark = |p: &image::Rgb<u8>| p.0[0] < 100 && p.0[2] < 100;
        let letters =
            image.enumerate_pixels().filter(|(x, y, p)| *x < 180 && (220..290).contains(y) && dark(p)).count();
        assert!(letters > 400, "{letters} dark pixels of letters");
    }

    #[test]
    fn a_pdf_has_one_page_and_the_same_bytes_twice() {
        let [one, two] = [(); 2].map(|()| to_pdf(&picture(), "A title").unwrap());
        assert_eq!(one, two);
        let text = String::from_utf8_lossy(&one);
        assert!(text.starts_with("%PDF-") && text.trim_end().ends_with("%%EOF"));
        assert!(text.contains("/MediaBox [0 0 75 75]") && text.contains("/Title (A title)"), "{text}");
        assert_eq!(text.matches("/Type /Page\n").count(), 1, "{text}");
    }

    #[test]
    fn what_no_plot_draws_is_refused_and_told() {
        let told = |svg: &str| to_png(svg).unwrap_err().to_string();
        let head = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\">";
        assert!(told(&format!("{head}<circle r=\"1\"/></svg>")).contains("`circle`"));
        assert!(told(&format!("{head}<path d=\"M0 0a1 1\"/></svg>")).contains("`M0 0a1 1`"));
        assert!(told("no picture").contains("no picture that plots draw"));
        assert!(told("<svg viewBox=\"0 0 9\"/>").contains("size"));
    }
}
