//! What comes with the program: cards of public data sets, and the works that cards and kinds cite.
//!
//! A project's own lie over them. They stand here and not in `dataset`, so that the text of a card is in no code
//! fingerprint: of a card that counts which enters the keys of steps.

/// Cards: name of the file and text.
pub(super) const CARDS: &[(&str, &str)] = &[
    ("celeba.yaml", include_str!("../../datasets/celeba.yaml")),
    ("cifar10-first-4000.yaml", include_str!("../../datasets/cifar10-first-4000.yaml")),
    ("cifar10-jpeg.yaml", include_str!("../../datasets/cifar10-jpeg.yaml")),
    ("cifar10.yaml", include_str!("../../datasets/cifar10.yaml")),
    ("cifar100-coarse.yaml", include_str!("../../datasets/cifar100-coarse.yaml")),
    ("cifar100.yaml", include_str!("../../datasets/cifar100.yaml")),
    ("fashion-mnist-subset.yaml", include_str!("../../datasets/fashion-mnist-subset.yaml")),
    ("fashion-mnist.yaml", include_str!("../../datasets/fashion-mnist.yaml")),
    ("mnist-subset.yaml", include_str!("../../datasets/mnist-subset.yaml")),
    ("mnist.yaml", include_str!("../../datasets/mnist.yaml")),
    ("orl-faces.yaml", include_str!("../../datasets/orl-faces.yaml")),
    ("textures.yaml", include_str!("../../datasets/textures.yaml")),
];

/// The bibliography.
pub(super) const WORKS: &str = include_str!("../../docs/references.bib");

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn every_card_of_the_repository_comes_with_the_program() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets");
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name.ends_with(".yaml")).collect();
        names.sort();
        assert_eq!(CARDS.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names);
    }
}
