//! Feature maps of single images, as pictures.

use crate::artifact::{Geometry, Picture, PictureScale, Points};
use crate::experiment::values::layout;
use crate::math::size::{times, times3};
use crate::step::prelude::*;

/// `activation-maps`
pub struct ActivationMaps;

/// Parameters of `activation-maps`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Which test images, counted from 0.
    #[schemars(length(min = 1), inner(range(min = 0)))]
    pub images: Vec<usize>,
    /// Which channels of every depth, counted from 0.
    #[schemars(length(min = 1), inner(range(min = 0)))]
    pub channels: Vec<usize>,
}

impl Kind for ActivationMaps {
    type Params = Params;
    const NAME: &'static str = "activation-maps";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "Pictures of chosen channels of feature maps through the depth of a network, for chosen test images.",
        details: "A row for each image, a column for each depth and channel, signed. Pixels are drawn as the image itself, \
                  all colours in one picture. Depths are counted from 1 behind the pixels.",
        cites: &["neural-lofi"],
        inputs: &[Slot::many("x", &[ValueType::Representation])
            .doc("Images or feature maps of the same samples, one for each depth, in order.")],
        outputs: &[Port::new("pictures", ValueType::Pictures).doc("The pictures.")],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let mut numbers = 0;
        for &shape in inputs.all("x") {
            numbers += times(params.images.len(), self.numbers(params, shape)?);
        }
        Ok(Plan::light(vec![Shape::Pictures { numbers }]))
    }

    fn run(&self, params: &Params, inputs: &Inputs, _: &Context<'_>) -> Result<Outputs, StepError> {
        let depths = inputs.all::<Representation>("x")?;
        let mut pictures = Vec::new();
        for &image in &params.images {
            let mut depth = 0;
            for x in &depths {
                if !is_pixels(x) {
                    depth += 1;
                }
                pictures.extend(of_depth(params, x, (image, depth))?);
            }
        }
        let origin = depths.first().map(|x| x.origin.clone()).unwrap_or_default();
        Ok(vec![Value::Pictures(Pictures { pictures, origin })])
    }
}

impl ActivationMaps {
    /// Numbers of the pictures of one image at a depth.
    fn numbers(&self, params: &Params, shape: Shape) -> Result<usize, Vec<Problem>> {
        let Shape::Representation { test, geometry: Some(g), number_bytes, .. } = shape else {
            let problem = Problem::at("x", "these samples are plain vectors; expected images or feature maps");
            return Err(vec![problem]);
        };
        if let Some(image) = params.images.iter().find(|&&image| image >= test) {
            let message = format!("there is no test image {image}: there are {test}, counted from 0");
            return Err(vec![Problem::at("images", message)]);
        }
        if number_bytes == 1 {
            return Ok(g.dim());
        }
        match params.channels.iter().find(|&&channel| channel >= g.channels) {
            Some(channel) => {
                let message = format!("there is no channel {channel}: a layer has {}, counted from 0", g.channels);
                Err(vec![Problem::at("channels", message)])
            }
            None => Ok(times3(params.channels.len(), g.height, g.width)),
        }
    }
}

const fn is_pixels(x: &Representation) -> bool {
    matches!(x.samples.test, Points::Pixels { .. })
}

fn of_depth(params: &Params, x: &Representation, (image, depth): (usize, usize)) -> Result<Vec<Picture>, StepError> {
    let shape = layout(x)?;
    let values: Vec<f64> = x.samples.test.block(image, image + 1).iter().copied().collect();
    let row = format!("image {image}");
    if is_pixels(x) {
        let (geometry, scale) = (shape, PictureScale::Brightness);
        return Ok(vec![Picture { row, column: "pixels".into(), note: String::new(), scale, geometry, values }]);
    }
    let geometry = Geometry { channels: 1, height: shape.height, width: shape.width };
    let one = |&channel: &usize| Picture {
        row: row.clone(),
        column: format!("layer {depth} feature {}", channel + 1),
        note: String::new(),
        scale: PictureScale::Signed,
        geometry,
        values: values[channel * shape.positions()..(channel + 1) * shape.positions()].to_vec(),
    };
    Ok(params.channels.iter().map(one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::testing::{Check, pixels, representation};
    use crate::experiment::{ConvolutionalFilter, Pooling};
    use serde_json::json;

    #[test]
    fn pictures_are_the_numbers_of_the_maps() {
        let images = Value::Representation(pixels(6, 0, 3));
        let one =
            |kind: &dyn crate::step::ErasedKind, params, x| Check::of(kind).run(&params, vec![("x", x)]).remove(0);
        let params = json!({"width": 6, "window": 1, "seed": 1, "keep": 2});
        let filtered = one(&ConvolutionalFilter, params, images.clone());
        let pooled = one(&Pooling, json!({"pooling": "max", "size": 2}), filtered.clone());
        let params = json!({"images": [2, 0], "channels": [1]});
        let depths = vec![images.clone(), filtered.clone(), pooled];
        let depths = depths.into_iter().map(|depth| ("x", depth)).collect();
        let outputs = Check::of(&ActivationMaps).run(&params, depths);
        let [Value::Pictures(found)] = &outputs[..] else { panic!("pictures") };
        let places: Vec<(&str, &str)> = found.pictures.iter().map(|p| (p.row.as_str(), p.column.as_str())).collect();
        let columns = ["pixels", "layer 1 feature 2", "layer 2 feature 2"];
        let expected: Vec<(&str, &str)> =
            ["image 2", "image 0"].into_iter().flat_map(|row| columns.map(|column| (row, column))).collect();
        assert_eq!(places, expected);
        let Value::Representation(maps) = &filtered else { panic!("maps") };
        let second: Vec<f64> = maps.samples.test.to_matrix().row(2).columns(6, 6).iter().copied().collect();
        assert_eq!(found.pictures[1].values, second);
        assert_eq!((found.pictures[0].values.len(), found.pictures[2].values.len()), (12, 1));
        assert_eq!(found.origin.card, "tiny");
    }

    #[test]
    fn what_is_not_there_is_refused() {
        let images = pixels(3, 0, 2);
        let maps = images.with_maps(images.geometry.unwrap(), images.splits().map(|(_, p)| p.to_matrix()));
        let refuse =
            |params, x| Check::of(&ActivationMaps).refuse(&params, vec![("x", Value::Representation(x))])[0].at.clone();
        assert_eq!(refuse(json!({"images": [2], "channels": [0]}), images.clone()).as_deref(), Some("images"));
        assert_eq!(refuse(json!({"images": [1], "channels": [2]}), maps).as_deref(), Some("channels"));
        let vectors = representation(&images);
        assert_eq!(refuse(json!({"images": [1], "channels": [0]}), vectors).as_deref(), Some("x"));
    }
}
