use super::*;
use crate::artifact;
use crate::artifact::{Geometry, Origin, Picture};
use crate::plot::testing::{asked, says, show, written};
use crate::step::roles::{Drawn, Headed};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::json;

fn picture(names: (&str, &str), scale: PictureScale, (channels, side): (usize, usize)) -> Picture {
    let geometry = Geometry { channels, height: side, width: side };
    let weight = names.0.len() as f64 + 0.3 * names.1.len() as f64;
    let value = |i: usize| weight * (0.37 * i as f64).sin();
    let values = (0..geometry.dim()).map(value).map(|v| if scale == PictureScale::Signed { v } else { v.abs() });
    let (row, column) = (names.0.to_owned(), names.1.to_owned());
    Picture { row, column, note: format!("λ = −0.0{side}1"), scale, geometry, values: values.collect() }
}

fn grid(scale: PictureScale, shape: (usize, usize)) -> Pictures {
    let mut pictures = Vec::new();
    for row in ["red", "green", "a heading that is rather long"] {
        for column in ["1", "2", "3", "four in words"] {
            pictures.push(picture((row, column), scale, shape));
        }
    }
    Pictures { pictures, origin: Origin::default() }
}

fn figure(params: &Headed<Drawn<ImageGrid>>, pictures: &[&Pictures]) -> Result<artifact::Figure, StepError> {
    Drawn::figure(params, pictures.to_vec())
}

fn params(extra: serde_json::Value) -> Headed<Drawn<ImageGrid>> {
    let mut tree = json!({"title": "Filters of the first layer", "data_note": {"title": "Fashion-MNIST", "stands_in_for": "CIFAR-10"}});
    for (key, value) in extra.as_object().unwrap() {
        tree[key] = value.clone();
    }
    asked(&tree)
}

/// The colours of the first embedded image, in reading order.
fn first_image(svg: &str) -> Vec<[u8; 3]> {
    let data = svg.split("base64,").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let file = BASE64_STANDARD.decode(data).unwrap();
    image::load_from_memory(&file).unwrap().to_rgb8().pixels().map(|p| p.0).collect()
}

#[test]
fn rows_columns_notes_and_banner() {
    let figure = figure(&params(json!({})), &[&grid(PictureScale::Signed, (1, 3))]).unwrap();
    show("image-grid.svg", &figure);
    for text in ["red", "green", "four in words", "λ = −0.031"] {
        assert!(says(&figure.svg, text), "{text}");
    }
    assert!(figure.svg.contains("Fashion-MNIST stands in for CIFAR-10"));
    assert_eq!(figure.svg.matches("<image ").count(), 12);
    assert!(figure.svg.len() < 30_000, "{} bytes", figure.svg.len());
    assert!(figure.alt.contains("red, 1, λ = −0.031 from "), "{}", figure.alt);
    assert_eq!(
        figure.caption,
        "Blue: negative, white: zero, red: positive. Each picture has its own range of values. Data: Fashion-MNIST stands \
         in for CIFAR-10."
    );
}

#[test]
fn zero_is_white_and_the_largest_number_has_the_end_of_the_map() {
    let geometry = Geometry { channels: 1, height: 1, width: 4 };
    let values = vec![0.0, 2.0, -2.0, -1.0];
    let (row, column, note) = (String::new(), String::new(), String::new());
    let one = Picture { row, column, note, scale: PictureScale::Signed, geometry, values };
    let figure = figure(&params(json!({})), &[&Pictures { pictures: vec![one], origin: Origin::default() }]).unwrap();
    assert_eq!(first_image(&figure.svg), [[247, 247, 247], [103, 0, 31], [5, 48, 97], [107, 172, 209]]);
}

#[test]
fn a_range_shared_by_all_has_one_bar_and_one_unit() {
    let (weak, strong) = (grid(PictureScale::Signed, (1, 3)), grid(PictureScale::Signed, (1, 8)));
    let shared =
        params(json!({"range": "all", "label": "weight", "headings": ["layer 1", "layer 2, a longer heading"]}));
    let drawn = figure(&shared, &[&weak, &strong]).unwrap();
    show("image-grid-all.svg", &drawn);
    assert!(says(&drawn.svg, "layer 1") && written(&drawn.svg, "weight") == 1);
    // the same picture alone has stronger colours
    let alone = figure(&params(json!({})), &[&weak]).unwrap();
    assert_ne!(first_image(&drawn.svg), first_image(&alone.svg));
}

#[test]
fn ranges_of_rows_and_columns() {
    for range in ["row", "column"] {
        let drawn = figure(&params(json!({"range": range})), &[&grid(PictureScale::Magnitude, (1, 16))]).unwrap();
        show(&format!("image-grid-{range}.svg"), &drawn);
        assert!(drawn.caption.contains(&format!("The pictures of a {range} share one range")));
    }
}

#[test]
fn brightness_in_colour_and_grey() {
    for channels in [1, 3] {
        let drawn = figure(&params(json!({"size": 64})), &[&grid(PictureScale::Brightness, (channels, 32))]).unwrap();
        show(&format!("image-grid-brightness-{channels}.svg"), &drawn);
        let grey = first_image(&drawn.svg).iter().all(|p| p[0] == p[1] && p[1] == p[2]);
        assert_eq!(grey, channels == 1);
    }
}

#[test]
fn the_same_pictures_give_the_same_bytes() {
    let draw = || figure(&params(json!({})), &[&grid(PictureScale::Signed, (1, 32))]).unwrap().svg;
    assert_eq!(draw(), draw());
}

#[test]
fn nothing_and_what_cannot_be_drawn() {
    let none = figure(&params(json!({})), &[&Pictures::default()]).unwrap();
    assert!(says(&none.svg, NOTHING) && none.alt.contains(NOTHING));
    let two = grid(PictureScale::Signed, (2, 3));
    let channels = figure(&params(json!({})), &[&two]).unwrap_err().to_string();
    assert!(channels.contains("2 × 3 × 3") && channels.contains("1 or 3 channels"), "{channels}");
    let mut twice = grid(PictureScale::Signed, (1, 3));
    twice.pictures.extend_from_within(..1);
    let error = figure(&params(json!({})), &[&twice]).unwrap_err().to_string();
    assert!(error.contains("two pictures stand in row `red`, column `1`"), "{error}");
    let constant = Picture { values: vec![0.0; 9], ..picture(("a", "b"), PictureScale::Signed, (1, 3)) };
    let flat =
        figure(&params(json!({})), &[&Pictures { pictures: vec![constant], origin: Origin::default() }]).unwrap();
    assert_eq!(first_image(&flat.svg), [[247; 3]; 9]);
}

#[test]
fn transposed_pictures_keep_their_colours() {
    let grid = grid(PictureScale::Signed, (1, 3));
    let turned = figure(&params(json!({"transpose": true, "range": "column"})), &[&grid]).unwrap();
    show("image-grid-transposed.svg", &turned);
    let upright = figure(&params(json!({"range": "row"})), &[&grid]).unwrap();
    assert_eq!(first_image(&turned.svg), first_image(&upright.svg));
    assert!(turned.alt.contains("1, red, λ = −0.031 from"), "{}", turned.alt);
}
