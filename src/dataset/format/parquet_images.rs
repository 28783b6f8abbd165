//! Parquet in the layout of dataset hubs: a column of encoded images, `struct<bytes, path>` or plain bytes, and one of
//! class numbers.

use super::layout::{Description, Each, Format, FormatError, Opened, batch_size};
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

/// The first encoded image of a file.
///
/// # Errors
/// Where the file cannot be read or holds none.
pub(super) fn first_image(part: &Opened) -> Result<Vec<u8>, FormatError> {
    let mut first = None;
    let each = |_, row: &Row| {
        first = encoded(row).map(<[u8]>::to_vec);
        Ok(ControlFlow::Break(()))
    };
    guarded(part, || visit(part, &IMAGE_COLUMNS, |_| true, each))?;
    first.ok_or_else(|| FormatError::record(&part.file, 0, "holds no encoded image"))
}

/// The names of the classes that a hub has written beside the rows.
pub(super) fn class_names(part: &Opened) -> Option<Vec<String>> {
    let read = || {
        let reader = open(part)?;
        Ok(reader.metadata().file_metadata().key_value_metadata().cloned().unwrap_or_default())
    };
    let said = guarded(part, read).ok()?.into_iter().find(|pair| pair.key == "huggingface")?.value?;
    let said: serde_json::Value = serde_json::from_str(&said).ok()?;
    let names = LABEL_COLUMNS.iter().find_map(|column| {
        let feature = &said["info"]["features"][column];
        feature["names"].as_array().or_else(|| feature["feature"]["names"].as_array())
    })?;
    names.iter().map(|name| name.as_str().map(str::to_owned)).collect()
}

/// How the files are laid out.
const DOC: &str = "Parquet with a column of encoded images (`img` or `image`) and one of labels.";

impl Format for ParquetImages {
    fn description(&self) -> &'static Description {
        const { &Description::new("parquet-images", DOC, &[]) }
    }

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
#[path = "parquet_images_tests.rs"]
mod tests;
