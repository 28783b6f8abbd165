//! The eigenfilters of image patches.

use crate::artifact::{Geometry, Origin, Picture, PictureScale};
use crate::experiment::layers::fitted_stack::note;
use crate::experiment::layers::pooling::MAPS;
use crate::experiment::values::{Sizes, images, layout, matrix_bytes, planned_layout};
use crate::math::image::maps::bounded_blocks;
use crate::math::image::patch::{PatchMoment, Window, flatness, leading_directions, parity};
use crate::math::linalg::Eigen;
use crate::math::size::times3;
use crate::step::prelude::*;

/// `patch-filters`
pub struct PatchFilters;

/// Parameters of `patch-filters`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Rows and columns of a patch, k.
    #[schemars(range(min = 1, max = 32))]
    pub window: usize,
    /// Rows and columns of zeros on every side.
    #[serde(default)]
    #[schemars(range(min = 0, max = 32))]
    pub padding: usize,
    /// Filters of each channel, at most k².
    #[schemars(range(min = 1, max = 1024))]
    pub keep: usize,
    /// Weight the moment by the labels; `false` gives the plain second moment, which knows no labels.
    #[serde(default = "defaults::yes")]
    pub signed: bool,
}

impl Params {
    const fn window(&self) -> Window {
        Window { size: self.window, padding: self.padding }
    }
}

const HEADER: [&str; 6] = ["channel", "index", "eigenvalue", "parity", "flatness", "odd_directions"];

// Time to take a number of a patch out of its image, 7 ns and more, in operations.
const TAKEN_FLOPS: f64 = 400.0;

impl Kind for PatchFilters {
    type Params = Params;
    const NAME: &'static str = "patch-filters";
    const ABOUT: About = About {
        family: Family::Experiment,
        summary: "The k × k filters that the labels correlate with, for each colour channel of the training images.",
        details: "Eigenvectors of largest |λ| of C = 1/(n S) Σ_i y_i Σ_s p_is p_isᵀ over all k × k patches p of one \
                  channel, stride 1, zero padding, uncentred; y is the label itself, whatever its size. parity is ⟨v, v reflected through its centre⟩: 1 for an \
                  even filter, −1 for an odd one. flatness is |Σ v|/k, the absolute correlation with a constant filter. \
                  odd_directions is how many directions of the span of the first `index` filters are odd, Σ_{j ≤ index} (1 − parity_j)/2: it \
                  does not depend on how filters of nearly equal eigenvalue turn into one another or change places within it.",
        cites: &["neural-lofi"],
        inputs: &[MAPS],
        outputs: &[
            Port::new("pictures", ValueType::Pictures)
                .doc("The filters: a row for each index, a column for each channel."),
            Port::new("spectrum", ValueType::Table)
                .doc("A row for each filter: channel, index (from 1), eigenvalue, parity, flatness, odd_directions."),
        ],
    };

    fn plan(&self, params: &Params, inputs: &Shapes) -> Result<Plan, Vec<Problem>> {
        let shape = planned_layout(inputs, "x")?;
        let area = params.window().area();
        let output = params.window().output(shape, 1);
        let output = output.map_err(|error| vec![Problem::at("window", error.to_string())])?;
        if params.keep > area {
            let message = format!("cannot keep {} filters of patches of {area} pixels", params.keep);
            return Err(vec![Problem::at("keep", message).help(format!("keep at most {area}"))]);
        }
        let patches = Sizes::at(inputs, "x").train as f64 * output.positions() as f64;
        Ok(Plan {
            outputs: vec![Shape::Pictures { numbers: times3(shape.channels, params.keep, area) }, Shape::Table],
            work_bytes: 4 * matrix_bytes(1 << 22, 1),
            flops: shape.channels as f64 * patches * (area as f64).mul_add(TAKEN_FLOPS, (area * area) as f64),
        })
    }

    fn header(&self, port: &str, _: &Params, _: &Headers) -> Option<Header> {
        match port {
            "spectrum" => Some(Header::of(&HEADER).keys(&["channel", "index"]).texts(&["channel"])),
            _ => None,
        }
    }

    fn run(&self, params: &Params, inputs: &Inputs, context: &Context<'_>) -> Result<Outputs, StepError> {
        let x = inputs.one::<Representation>("x")?;
        let (shape, train) = (layout(x)?, &x.samples.train);
        let labels = if params.signed { x.labels.train.clone() } else { vec![1.0; train.rows()] };
        let mut moments = vec![PatchMoment::new(params.window()); shape.channels];
        let block = images(train, shape, context);
        for range in bounded_blocks(train.rows(), shape.dim()) {
            let part = block(range.clone())?;
            for (channel, moment) in moments.iter_mut().enumerate() {
                moment.add(&part.channel(channel), &labels[range.clone()])?;
            }
        }
        let filters = moments.into_iter().map(|moment| leading_directions(&moment.finish()?, params.keep));
        let filters = filters.collect::<Result<Vec<Eigen>, _>>()?;
        let drawn = pictures(&filters, params.window, &x.origin);
        Ok(vec![Value::Pictures(drawn), Value::Table(table(&filters)?)])
    }
}

/// Colours of one or three channels, numbers of others.
fn channel_name(channel: usize, channels: usize) -> String {
    match (channels, channel) {
        (1, _) => "grey".into(),
        (3, 0) => "red".into(),
        (3, 1) => "green".into(),
        (3, 2) => "blue".into(),
        _ => format!("channel {}", channel + 1),
    }
}

fn pictures(filters: &[Eigen], window: usize, origin: &Origin) -> Pictures {
    let geometry = Geometry { channels: 1, height: window, width: window };
    let keep = filters.first().map_or(0, |f| f.values.len());
    let of = |index: usize, channel: usize| Picture {
        row: format!("filter {}", index + 1),
        column: channel_name(channel, filters.len()),
        note: note(filters[channel].values[index]),
        scale: PictureScale::Signed,
        geometry,
        values: filters[channel].vectors.column(index).iter().copied().collect(),
    };
    let places = (0..keep).flat_map(|index| (0..filters.len()).map(move |channel| (index, channel)));
    Pictures { pictures: places.map(|(index, channel)| of(index, channel)).collect(), origin: origin.clone() }
}

fn table(filters: &[Eigen]) -> Result<Table, StepError> {
    let mut rows = Vec::new();
    for (channel, filter) in filters.iter().enumerate() {
        let mut odd = 0.0;
        for (index, (&value, v)) in filter.values.iter().zip(filter.vectors.column_iter()).enumerate() {
            let v = v.as_slice();
            odd += f64::midpoint(1.0, -parity(v));
            rows.push(vec![
                Cell::from(channel_name(channel, filters.len()).as_str()),
                (index + 1).into(),
                value.into(),
                parity(v).into(),
                flatness(v).into(),
                odd.into(),
            ]);
        }
    }
    Ok(Table::from_rows(&HEADER, &rows)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Representation;
    use crate::experiment::testing::{Check, pixels, representation};
    use crate::math::image::patch::patches;
    use crate::math::linalg::Matrix;
    use serde_json::json;

    fn filters(params: &serde_json::Value, x: &Representation) -> (Pictures, Table) {
        let mut outputs =
            Check::of(&PatchFilters).run(params, vec![("x", Value::Representation(x.clone()))]).into_iter();
        match (outputs.next(), outputs.next()) {
            (Some(Value::Pictures(p)), Some(Value::Table(t))) => (p, t),
            _ => panic!("pictures and a table"),
        }
    }

    #[test]
    fn pictures_are_eigenvectors_of_the_patches_of_their_channel() {
        let images = pixels(20, 0, 0);
        let (found, table) = filters(&json!({"window": 2, "padding": 1, "keep": 4}), &images);
        assert_eq!((found.pictures.len(), table.height()), (8, 8));
        let shape = layout(&images).unwrap();
        let maps = crate::math::image::maps::Maps::new(images.samples.train.to_matrix(), shape).unwrap();
        for (c, name) in ["channel 1", "channel 2"].into_iter().enumerate() {
            let p = patches(&maps.channel(c), Window { size: 2, padding: 1 }).unwrap();
            let moment = Matrix::from_fn(4, 4, |a, b| {
                let sum: f64 = (0..p.nrows()).map(|r| images.labels.train[r % 20] * p[(r, a)] * p[(r, b)]).sum();
                sum / p.nrows() as f64
            });
            let own: Vec<&Picture> = found.pictures.iter().filter(|p| p.column == name).collect();
            for (index, picture) in own.iter().enumerate() {
                let v = Matrix::from_column_slice(4, 1, &picture.values);
                let value = table.numbers("eigenvalue").unwrap()[4 * c + index].unwrap();
                assert!((&moment * &v - &v * value).amax() < 1e-13);
                assert_eq!(picture.row, format!("filter {}", index + 1));
            }
        }
    }

    // Images that are constants: every patch is flat, and the sign of the eigenvalue is that of their label.
    #[test]
    fn constant_images_have_a_flat_filter() {
        let images = pixels(3, 0, 0);
        let level = Matrix::from_fn(3, 12, |i, _| (i + 1) as f64);
        let empty = || Matrix::zeros(0, 12);
        let constant = images.with_maps(images.geometry.unwrap(), [level, empty(), empty()]);
        let (_, table) = filters(&json!({"window": 2, "keep": 1}), &constant);
        let labels = &images.labels.train;
        let expected = 4.0 * (labels[0] + 4.0 * labels[1] + 9.0 * labels[2]) / 3.0;
        let first = |column: &str| table.numbers(column).unwrap()[0].unwrap();
        assert!((first("eigenvalue") - expected).abs() < 1e-12);
        assert!((first("flatness") - 1.0).abs() < 1e-12 && (first("parity") - 1.0).abs() < 1e-12);
    }

    // Of all k² filters (k² − 1)/2 are odd where k is odd, and half of them where it is even; spans are nested.
    #[test]
    fn odd_directions_are_counted_in_the_span() {
        let images = pixels(20, 0, 0);
        let (_, table) = filters(&json!({"window": 2, "padding": 1, "keep": 4}), &images);
        let (odd, parity) = (table.numbers("odd_directions").unwrap(), table.numbers("parity").unwrap());
        for channel in 0..2 {
            let of = |index: usize| odd[4 * channel + index].unwrap();
            assert!((of(3) - 2.0).abs() < 1e-12, "{}", of(3));
            assert!((of(0) - (1.0 - parity[4 * channel].unwrap()) / 2.0).abs() < 1e-15);
            assert!((1..4).all(|i| of(i) >= of(i - 1) && of(i) <= of(i - 1) + 1.0));
        }
    }

    #[test]
    fn what_cannot_be_filtered_is_refused() {
        let refuse = |params: serde_json::Value, x| {
            Check::of(&PatchFilters).refuse(&params, vec![("x", Value::Representation(x))])[0].at.clone()
        };
        assert_eq!(refuse(json!({"window": 2, "keep": 5}), pixels(3, 0, 0)).as_deref(), Some("keep"));
        assert_eq!(refuse(json!({"window": 4, "keep": 5}), pixels(3, 0, 0)).as_deref(), Some("window"));
        let vectors = representation(&pixels(3, 0, 0));
        assert_eq!(refuse(json!({"window": 2, "keep": 4}), vectors).as_deref(), Some("x"));
    }
}
