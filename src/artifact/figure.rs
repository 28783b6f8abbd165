//! A drawn figure.

use serde::{Deserialize, Serialize};

/// A picture with what a reader who cannot see it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// The drawing, a complete SVG document.
    pub svg: String,
    /// The same without words, small: for lists of figures. Empty in a figure that was stored before there were any.
    #[serde(default)]
    pub thumbnail: String,
    /// Text for those who do not see the picture.
    pub alt: String,
    /// The line under the picture: what it shows, data set, number of seeds.
    pub caption: String,
}
