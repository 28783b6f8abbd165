//! The PNG file of a figure.

use super::drawing::{Drawing, Mark, Rgb, Shape};
use super::path_data::Piece;
use crate::step::StepError;
use tiny_skia::{
    Color, FillRule, FilterQuality, LineJoin, Paint, Path, PathBuilder, Pixmap, PixmapPaint, Stroke, StrokeDash,
    Transform,
};

/// Pixels of the file for each of the figure's.
const SCALE: f32 = 3.0;

/// The file.
pub(super) fn file(drawing: &Drawing) -> Result<Vec<u8>, StepError> {
    let fault = |what: String| StepError::Bug(format!("a figure as PNG: {what}"));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few thousand pixels")]
    let side = |length: f32| (SCALE * length).ceil() as u32;
    let size = (side(drawing.size.0), side(drawing.size.1));
    let mut canvas = Pixmap::new(size.0, size.1).ok_or_else(|| fault(format!("{} x {} pixels", size.0, size.1)))?;
    canvas.fill(Color::WHITE);
    for mark in &drawing.marks {
        match mark {
            Mark::Shape(one) => shape(&mut canvas, one),
            Mark::Image(file, [left, top, width, height]) => {
                let image = Pixmap::decode_png(file).map_err(|e| fault(e.to_string()))?;
                #[expect(clippy::cast_precision_loss, reason = "a few thousand pixels")]
                let (across, down) = (width / image.width() as f32, height / image.height() as f32);
                let place = Transform::from_row(across, 0.0, 0.0, down, *left, *top).post_scale(SCALE, SCALE);
                let plain = PixmapPaint { quality: FilterQuality::Nearest, ..PixmapPaint::default() };
                canvas.draw_pixmap(0, 0, image.as_ref(), &plain, place, None);
            }
        }
    }
    canvas.encode_png().map_err(|e| fault(e.to_string()))
}

fn shape(canvas: &mut Pixmap, shape: &Shape) {
    let Some(path) = path(&shape.pieces) else { return };
    let scale = Transform::from_scale(SCALE, SCALE);
    let stroke = |canvas: &mut Pixmap| {
        if let Some(one) = &shape.stroke {
            let dash = StrokeDash::new(one.dash.clone(), 0.0);
            let stroke = Stroke { width: one.width, line_join: LineJoin::Round, dash, ..Stroke::default() };
            canvas.stroke_path(&path, &paint(one.colour, 1.0), &stroke, scale, None);
        }
    };
    if shape.under {
        stroke(canvas);
    }
    if let Some((colour, opacity)) = shape.fill {
        canvas.fill_path(&path, &paint(colour, opacity), FillRule::Winding, scale, None);
    }
    if !shape.under {
        stroke(canvas);
    }
}

fn paint([red, green, blue]: Rgb, opacity: f32) -> Paint<'static> {
    let mut paint = Paint::default();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an opacity is from 0 to 1")]
    paint.set_color_rgba8(red, green, blue, (255.0 * opacity).round() as u8);
    paint
}

fn path(pieces: &[Piece]) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for piece in pieces {
        match *piece {
            Piece::Move((x, y)) => builder.move_to(x, y),
            Piece::Line((x, y)) => builder.line_to(x, y),
            Piece::Curve(a, b, (x, y)) => builder.cubic_to(a.0, a.1, b.0, b.1, x, y),
            Piece::Close => builder.close(),
        }
    }
    builder.finish()
}
