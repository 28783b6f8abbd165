//! Lines as SVG path data: rounded, without the points that nobody would see.

use super::shapes::Point;

/// A place in tenths of a pixel.
pub type Place = (i64, i64);

/// Points that lie closer than this to the line between their neighbours are left out, pixels.
const TOLERANCE: f64 = 0.1;

/// Rounds places to multiples of a grain, which is in tenths of a pixel.
#[must_use]
pub fn rounded(at: Point, grain: i64) -> Place {
    #[expect(clippy::cast_precision_loss, reason = "a grain is a few tenths")]
    let unit = 0.1 * grain as f64;
    #[expect(clippy::cast_possible_truncation, reason = "a coordinate beyond the canvas is cut off, which is right")]
    let round = |v: f64| (v / unit).round() as i64 * grain;
    (round(at.0), round(at.1))
}

/// The path data of a line: an absolute start, then steps.
#[must_use]
pub fn data(points: &[Point], closed: bool, grain: i64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a grain is a few tenths")]
    let kept = simplified(points, TOLERANCE * grain as f64);
    let mut places: Vec<Place> = kept.into_iter().map(|at| rounded(at, grain)).collect();
    places.dedup();
    let mut writer = Writer::default();
    for (index, &place) in places.iter().enumerate() {
        if index == 0 { writer.start(place) } else { writer.to(place) }
    }
    if places.len() == 1 {
        // a line of no length is still a dot where its ends are round
        writer.text.push_str("h0");
    }
    if closed {
        writer.text.push('z');
    }
    writer.text
}

/// A tenth of pixels as a decimal number: `12.5`, `-.5`.
#[must_use]
pub fn number(tenths: i64) -> String {
    let (whole, part) = (tenths.abs() / 10, tenths.abs() % 10);
    let sign = if tenths < 0 { "-" } else { "" };
    match (whole, part) {
        (_, 0) => format!("{sign}{whole}"),
        (0, _) => format!("{sign}.{part}"),
        _ => format!("{sign}{whole}.{part}"),
    }
}

#[derive(Default)]
struct Writer {
    text: String,
    at: Place,
    /// The last command, which need not be said again.
    command: char,
}

impl Writer {
    fn start(&mut self, place: Place) {
        self.at = place;
        self.text.push('M');
        self.pair(place);
        self.command = 'M';
    }

    fn to(&mut self, place: Place) {
        let step = (place.0 - self.at.0, place.1 - self.at.1);
        self.at = place;
        match step {
            (along, 0) => self.command('h', &number(along)),
            (0, down) => self.command('v', &number(down)),
            (along, down) => {
                self.command('l', &number(along));
                self.separated(&number(down));
            }
        }
    }

    fn command(&mut self, command: char, first: &str) {
        if command == self.command {
            self.separated(first);
        } else {
            self.text.push(command);
            self.text.push_str(first);
            self.command = command;
        }
    }

    fn pair(&mut self, (x, y): Place) {
        self.text.push_str(&number(x));
        self.separated(&number(y));
    }

    fn separated(&mut self, number: &str) {
        if !number.starts_with('-') {
            self.text.push(' ');
        }
        self.text.push_str(number);
    }
}

/// The points of a line that it needs to look the same. Source: Douglas and Peucker (1973).
#[must_use]
pub fn simplified(points: &[Point], tolerance: f64) -> Vec<Point> {
    let Some(last) = points.len().checked_sub(1) else { return Vec::new() };
    let mut kept = vec![false; points.len()];
    (kept[0], kept[last]) = (true, true);
    let mut open = vec![(0, last)];
    while let Some((from, to)) = open.pop() {
        let away = |i: usize| distance(points[i], points[from], points[to]);
        let Some(farthest) = (from + 1..to).max_by(|&a, &b| away(a).total_cmp(&away(b))) else { continue };
        if away(farthest) > tolerance {
            kept[farthest] = true;
            open.extend([(from, farthest), (farthest, to)]);
        }
    }
    points.iter().zip(kept).filter(|(_, kept)| *kept).map(|(&point, _)| point).collect()
}

/// How far a point is from the stretch between two others.
fn distance(point: Point, from: Point, to: Point) -> f64 {
    let (along, down) = (to.0 - from.0, to.1 - from.1);
    let length = along * along + down * down;
    let (x, y) = (point.0 - from.0, point.1 - from.1);
    let part = if length > 0.0 { ((x * along + y * down) / length).clamp(0.0, 1.0) } else { 0.0 };
    (x - part * along).hypot(y - part * down)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_in_steps() {
        let corner = [(1.0, 2.0), (1.52, 2.0), (1.52, 0.0), (3.0, 4.0), (2.0, 5.0)];
        assert_eq!(data(&corner, false, 1), "M1 2h.5v-2l1.5 4-1 1");
        assert_eq!(data(&[(1.0, 2.0)], false, 1), "M1 2h0");
        assert_eq!(data(&corner[..2], true, 10), "M1 2h1z");
    }

    #[test]
    fn a_long_smooth_line_loses_most_points_and_moves_less_than_the_tolerance() {
        let curve: Vec<Point> = (0..2000).map(|i| f64::from(i) * 0.3).map(|x| (x, 50.0 * (x / 40.0).sin())).collect();
        let kept = simplified(&curve, 0.1);
        assert!(kept.len() < 200, "{}", kept.len());
        for point in &curve {
            let near = kept.windows(2).map(|pair| distance(*point, pair[0], pair[1])).fold(f64::INFINITY, f64::min);
            assert!(near <= 0.1 + 1e-9, "{near}");
        }
    }

    #[test]
    fn a_peak_is_kept() {
        let peak = [(0.0, 0.0), (1.0, 0.0), (2.0, 30.0), (3.0, 0.0), (4.0, 0.0)];
        assert_eq!(simplified(&peak, 0.1), peak);
        assert_eq!(simplified(&[(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)], 0.1).len(), 2);
    }
}
