//! Parquet in the layout of dataset hubs: a column of encoded images, `struct<bytes, path>` or plain bytes, and one of
//! class numbers.

use super::layout::{Each, Format, FormatError, Opened, batch_size};
use super::{pixels, stream};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use parquet::schema::types::{Type, TypePtr};
use rayon::prelude::*;
use std::fs::File;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};

/// Reader of hub Parquet files.
pub struct ParquetImages;

/// Columns that hold the images, the first that is there.
const IMAGE_COLUMNS: [&str; 3] = ["img", "image", "images"];
/// Columns that hold the class, the first that is there.
const LABEL_COLUMNS: [&str; 4] = ["label", "labels", "fine_label", "fine_labels"];
/// The part of an image column that holds the encoded image.
const BYTES: &str = "bytes";
/// Encoded images that wait take no more memory than this.
const WAITING_BYTES: usize = 1 << 26;
/// Batches that are read while one is decoded.
const BATCHES_AHEAD: usize = 1;
/// A reader that met bytes that nobody foresaw.
const GAVE_UP: &str = "not a whole Parquet file: the reader gave up; get it again";

type Reader = SerializedFileReader<File>;

fn open(part: &Opened) -> Result<Reader, FormatError> {
    let (file, _) = stream::plain(&part.file)?;
    SerializedFileReader::new(file).map_err(|e| broken(part, &e))
}

fn broken(part: &Opened, error: &ParquetError) -> FormatError {
    let unknown = matches!(error, ParquetError::NYI(_)) || error.to_string().contains("feature");
    let reason = if unknown {
        format!("of a kind that is not read ({error}): write it again, packed with Snappy for instance")
    } else {
        format!("not a whole Parquet file ({error}); get it again")
    };
    FormatError::file(&part.file, reason)
}

/// Runs the reader on a thread of its own, so that one that gives up over bytes that nobody foresaw costs a fault and
/// not the program.
fn guarded<T: Send>(part: &Opened, read: impl FnOnce() -> Result<T, FormatError> + Send) -> Result<T, FormatError> {
    let gave_up = || FormatError::file(&part.file, GAVE_UP);
    std::thread::scope(|scope| scope.spawn(read).join()).unwrap_or_else(|_| Err(gave_up()))
}

/// The schema cut down to the first of some columns that is there.
fn column(part: &Opened, reader: &Reader, names: &[&str]) -> Result<Type, FormatError> {
    let root = reader.metadata().file_metadata().schema();
    let found = names.iter().find_map(|name| root.get_fields().iter().find(|field| field.name() == *name));
    let Some(field) = found else {
        let there: Vec<&str> = root.get_fields().iter().map(|field| field.name()).collect();
        let reason = format!("no column {}; the columns are {}", names.join(" or "), there.join(", "));
        return Err(FormatError::file(&part.file, reason));
    };
    only_bytes(field).and_then(|field| group(root.name(), vec![field], None)).map_err(|e| broken(part, &e))
}

/// A struct column cut down to its bytes; any other column as it is.
fn only_bytes(field: &TypePtr) -> Result<TypePtr, ParquetError> {
    let bytes = if field.is_group() { field.get_fields().iter().find(|f| f.name() == BYTES) } else { None };
    let Some(bytes) = bytes else { return Ok(Arc::clone(field)) };
    group(field.name(), vec![Arc::clone(bytes)], Some(field)).map(Arc::new)
}

fn group(name: &str, fields: Vec<TypePtr>, like: Option<&TypePtr>) -> Result<Type, ParquetError> {
    let mut builder = Type::group_type_builder(name).with_fields(fields);
    if let Some(like) = like.filter(|like| like.get_basic_info().has_repetition()) {
        builder = builder.with_repetition(like.get_basic_info().repetition());
    }
    builder.build()
}

/// Record numbers of each row group.
fn row_groups(reader: &Reader) -> Vec<Range<usize>> {
    let rows = reader.metadata().row_groups().iter().map(|g| usize::try_from(g.num_rows()).unwrap_or(0));
    rows.scan(0, |end: &mut usize, rows| {
        let start = *end;
        *end = end.saturating_add(rows);
        Some(start..*end)
    })
    .collect()
}

/// Hands the values of one column in some row groups to a function, with their record numbers.
fn visit(
    part: &Opened,
    names: &[&str],
    wanted: impl Fn(&Range<usize>) -> bool,
    mut each: impl FnMut(usize, &Row) -> Result<ControlFlow<()>, FormatError>,
) -> Result<(), FormatError> {
    let reader = open(part)?;
    let projection = column(part, &reader, names)?;
    for (i, records) in row_groups(&reader).into_iter().enumerate().filter(|(_, records)| wanted(records)) {
        let group = reader.get_row_group(i).map_err(|e| broken(part, &e))?;
        let rows = group.get_row_iter(Some(projection.clone())).map_err(|e| broken(part, &e))?;
        let mut next = records.start;
        for row in rows {
            let row = row.map_err(|e| FormatError::record(&part.file, next, format!("{e}; get the file again")))?;
            if each(next, &row)?.is_break() {
                return Ok(());
            }
            next += 1;
        }
        if next < records.end {
            return Err(FormatError::record(&part.file, next, "the row group ends here; get the file again"));
        }
    }
    Ok(())
}

/// The number in a label row.
fn class(row: &Row) -> Option<u32> {
    match row.get_column_iter().next()?.1 {
        Field::Byte(v) => u32::try_from(*v).ok(),
        Field::Short(v) => u32::try_from(*v).ok(),
        Field::Int(v) => u32::try_from(*v).ok(),
        Field::Long(v) => u32::try_from(*v).ok(),
        Field::UByte(v) => Some(u32::from(*v)),
        Field::UShort(v) => Some(u32::from(*v)),
        Field::UInt(v) => Some(*v),
        Field::ULong(v) => u32::try_from(*v).ok(),
        _ => None,
    }
}

/// The encoded image in an image row.
fn encoded(row: &Row) -> Option<&[u8]> {
    match row.get_column_iter().next()?.1 {
        Field::Bytes(bytes) => Some(bytes.data()),
        Field::Group(inner) => encoded(inner),
        _ => None,
    }
}

/// Encoded images that wait for being decoded together: position, record, and the image where the row holds one.
type Batch = Vec<(usize, usize, Option<Vec<u8>>)>;

/// Sends the wanted records, batch after batch; ends early where nobody receives.
fn read(part: &Opened, wanted: &[usize], send: &SyncSender<Batch>) -> Result<(), FormatError> {
    let (mut batch, mut bytes, mut next) = (Batch::new(), 0, 0);
    let touched = |records: &Range<usize>| {
        let at = wanted.partition_point(|&record| record < records.start);
        wanted.get(at).is_some_and(|record| records.contains(record))
    };
    visit(part, &IMAGE_COLUMNS, touched, |record, row| {
        if wanted.get(next) != Some(&record) {
            return Ok(ControlFlow::Continue(()));
        }
        let image = encoded(row).map(<[u8]>::to_vec);
        bytes += image.as_ref().map_or(0, Vec::len);
        batch.push((next, record, image));
        next += 1;
        if batch.len() < batch_size(part.geometry) && bytes < WAITING_BYTES {
            return Ok(ControlFlow::Continue(()));
        }
        bytes = 0;
        let gone = send.send(std::mem::take(&mut batch)).is_err();
        Ok(if gone { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    let gone = send.send(batch).is_err();
    match wanted.get(next) {
        Some(&record) if !gone => Err(FormatError::record(&part.file, record, "the file ends before; get it again")),
        _ => Ok(()),
    }
}

/// Decodes a batch, many images at once, and hands it on in order.
fn hand_on(part: &Opened, batch: Batch, each: &mut Each<'_>) -> ControlFlow<()> {
    let decode = |(position, record, image): (usize, usize, Option<Vec<u8>>)| {
        let pixels = image.ok_or_else(|| "holds no encoded image".to_owned());
        let pixels = pixels.and_then(|image| pixels::decode(&image, part.geometry));
        (position, pixels.map_err(|reason| FormatError::record(&part.file, record, reason)))
    };
    let images: Vec<_> = batch.into_par_iter().map(decode).collect();
    images.into_iter().try_for_each(|(position, image)| match image {
        Ok(pixels) => each(position, Ok(&pixels)),
        Err(error) => each(position, Err(error)),
    })
}

impl Format for ParquetImages {
    fn count(&self, part: &Opened) -> Result<usize, FormatError> {
        guarded(part, || Ok(row_groups(&open(part)?).last().map_or(0, |records| records.end)))
    }

    fn classes(&self, part: &Opened) -> Result<Vec<u32>, FormatError> {
        let mut classes = Vec::new();
        let each = |record, row: &Row| {
            let wrong = || FormatError::record(&part.file, record, "its label is no class number");
            classes.push(class(row).ok_or_else(wrong)?);
            Ok(ControlFlow::Continue(()))
        };
        guarded(part, || visit(part, &LABEL_COLUMNS, |_| true, each))?;
        Ok(classes)
    }

    fn faults(&self, part: &Opened) -> Vec<FormatError> {
        let whole = || {
            let reader = open(part)?;
            let said = usize::try_from(reader.metadata().file_metadata().num_rows()).unwrap_or(0);
            let there = row_groups(&reader).last().map_or(0, |records| records.end);
            column(part, &reader, &IMAGE_COLUMNS)?;
            let reason = || format!("{there} rows in its groups where its end says {said}; get it again");
            if said == there { Ok(()) } else { Err(FormatError::file(&part.file, reason())) }
        };
        guarded(part, whole).and_then(|()| self.classes(part)).err().into_iter().collect()
    }

    fn each(&self, part: &Opened, wanted: &[usize], each: &mut Each<'_>) -> Result<(), FormatError> {
        let (send, receive) = sync_channel(BATCHES_AHEAD);
        std::thread::scope(|scope| {
            let reader = scope.spawn(move || read(part, wanted, &send));
            let handed = receive.iter().try_for_each(|batch| hand_on(part, batch, each));
            // a reader that still sends finds nobody and ends
            drop(receive);
            let gave_up = || FormatError::file(&part.file, GAVE_UP);
            let read = reader.join().unwrap_or_else(|_| Err(gave_up()));
            if handed.is_break() { Ok(()) } else { read }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{
        collect, opened, packed_parquet_file, parquet_file, png_rgb, shared_data, skipped,
    };
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
}
