//! Tests of `parquet-images`.

use super::super::super::testing::{collect, opened, packed_parquet_file, parquet_file, png_rgb, shared_data, skipped};
use super::*;
use crate::artifact::Geometry;
use parquet::basic::Compression;
use std::fs;
use std::path::Path;

/// Five images of 2 × 2 whose first byte is their record number, in row groups of two.
fn write(path: &Path, schema: &str) {
    let images: Vec<Vec<u8>> = (0..5).map(|i| png_rgb(2, 2, &[i; 12])).collect();
    parquet_file(path, schema, &images, &[0, 1, 2, 1, 0]);
}

const HUB: &str = "message m { optional group img { optional binary bytes; optional binary path (UTF8); } \
                   optional int64 label; }";
const FLAT: &str = "message m { required binary image; required int32 fine_label; }";

#[test]
fn both_layouts_are_read_and_only_wanted_records_decoded() {
    for schema in [HUB, FLAT] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        write(&path, schema);
        let part = opened(&path, None);
        assert_eq!(ParquetImages.count(&part).unwrap(), 5);
        assert_eq!(ParquetImages.classes(&part).unwrap(), [0, 1, 2, 1, 0]);
        let images = collect(&ParquetImages, &part, &[1, 4]).unwrap();
        assert_eq!(images, [[1; 12], [4; 12]]);
    }
}

#[test]
fn every_codec_of_the_hubs_is_read() {
    let images: Vec<Vec<u8>> = (0..5).map(|i| png_rgb(2, 2, &[i; 12])).collect();
    let codecs = [
        Compression::SNAPPY,
        Compression::GZIP(Default::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
        Compression::BROTLI(Default::default()),
        Compression::ZSTD(Default::default()),
    ];
    for codec in codecs {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        packed_parquet_file(&path, (HUB, codec), &images, &[0, 1, 2, 1, 0]);
        let part = opened(&path, None);
        assert!(ParquetImages.faults(&part).is_empty(), "{codec:?}");
        assert_eq!(collect(&ParquetImages, &part, &[0, 3]).unwrap(), [[0; 12], [3; 12]], "{codec:?}");
    }
}

#[test]
fn no_byte_of_a_file_that_is_not_as_written_stops_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    write(&path, HUB);
    let whole = fs::read(&path).unwrap();
    for at in (0..whole.len()).step_by(3) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x81;
        fs::write(&path, flipped).unwrap();
        let part = opened(&path, None);
        drop((ParquetImages.faults(&part), collect(&ParquetImages, &part, &[0, 4])));
    }
}

#[test]
fn broken_files_and_images_are_named_with_the_record() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    write(&path, HUB);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 20]).unwrap();
    let error = ParquetImages.classes(&opened(&path, None)).unwrap_err().to_string();
    assert!(error.contains("a.parquet: not a whole Parquet file"), "{error}");

    parquet_file(&path, HUB, &[png_rgb(2, 2, &[0; 12]), b"junk".to_vec()], &[0, -1]);
    let part = opened(&path, None);
    let error = collect(&ParquetImages, &part, &[0, 1]).unwrap_err().to_string();
    assert!(error.contains("a.parquet, record 1: does not decode"), "{error}");
    let error = ParquetImages.classes(&part).unwrap_err().to_string();
    assert!(error.contains("record 1: its label is no class number"), "{error}");
    let error = collect(&ParquetImages, &part, &[0, 7]).unwrap_err().to_string();
    assert!(error.contains("record 7: the file ends before"), "{error}");
}

#[test]
fn missing_columns_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    write(&path, "message m { required binary picture; required int32 class; }");
    let error = ParquetImages.classes(&opened(&path, None)).unwrap_err().to_string();
    assert!(error.contains("the columns are picture, class"), "{error}");
}

#[test]
fn true_cifar10_jpeg() {
    let Some(folder) = shared_data("cifar10-jpeg") else { return skipped("CIFAR-10 (JPEG)") };
    for (file, records) in [("train.parquet", 50_000), ("test.parquet", 10_000)] {
        let mut part = opened(&folder.join(file), None);
        part.geometry = Geometry { channels: 3, height: 32, width: 32 };
        let classes = ParquetImages.classes(&part).unwrap();
        assert_eq!(classes.len(), records);
        for class in 0..10 {
            assert_eq!(classes.iter().filter(|&&c| c == class).count(), records / 10);
        }
        let images = collect(&ParquetImages, &part, &[0, records - 1]).unwrap();
        assert!(images.iter().all(|image| image.len() == 3072 && image.iter().any(|&v| v != image[0])));
    }
}
