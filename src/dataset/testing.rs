//! Tiny data sets, files and a tiny server for the tests of this layer.

use super::format::{FileFormat, Format, FormatError, Opened};
use crate::artifact::Geometry;
use crate::dataset::cards::card::{Card, ImageShape, Part, Source, Splits, Task};
use crate::dataset::fetch::download::Retry;
use flate2::{Compression, write::GzEncoder};
use md5::{Digest, Md5};
use parquet::basic::Compression as Codec;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Cursor, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The cards that come with the program.
pub fn cards_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets")
}

/// A folder of real data, where this machine has it: `$LOFI_TEST_SHARED/data/NAME`, or beside the project.
pub fn shared_data(name: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("LOFI_TEST_SHARED").map_or_else(beside, PathBuf::from);
    Some(shared.join("data").join(name)).filter(|folder| folder.is_dir())
}

/// Says that a test had no data.
pub fn skipped(what: &str) {
    eprintln!("skipped: {what} is not on this machine");
}

/// A card of 3 × 2 × 2 images in CIFAR's layout, three classes, files train.bin and test.bin.
pub fn tiny_card(name: &str) -> Card {
    let part = |file: &str| vec![Part { file: file.into(), labels: None, partition: None, records: None }];
    let task = |name: &str, positive: &[u32]| Task {
        name: name.into(),
        title: name.into(),
        negative: vec![0],
        positive: positive.to_vec(),
        classes: vec![],
        attribute: None,
    };
    Card {
        name: name.into(),
        title: format!("Tiny {name}"),
        licence: "MIT".into(),
        citation: "mnist".into(),
        homepage: "https://example.org".into(),
        private: false,
        represents: None,
        caveat: String::new(),
        format: FileFormat::named("cifar10-binary").unwrap(),
        shape: ImageShape { channels: 3, height: 2, width: 2 },
        mean: vec![0.5; 3],
        std: vec![0.25; 3],
        classes: ["cat", "fish", "car"].map(Into::into).to_vec(),
        tasks: vec![task("all", &[1, 2]), task("animals", &[1])],
        splits: Splits { train: part("train.bin"), test: part("test.bin") },
        checksums: BTreeMap::new(),
        sources: vec![Source::Folder(vec![name.into()])],
    }
}

/// Writes a card as `FOLDER/NAME.yaml` (JSON is YAML).
pub fn write_card(folder: &Path, card: &Card) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join(format!("{}.yaml", card.name)), serde_json::to_string_pretty(card).unwrap()).unwrap();
}

/// One record of the tiny card: a class, and an image of one value.
pub fn cifar_record(class: u8, value: u8) -> Vec<u8> {
    [vec![class], vec![value; 12]].concat()
}

/// Names and contents: train classes 0 1 2 0 1 2 with values 0..6, test classes 1 0 2 with values 100..103.
pub fn tiny_files() -> [(&'static str, Vec<u8>); 2] {
    let train = (0..6).flat_map(|i| cifar_record(i % 3, i)).collect();
    let test = [(1, 100), (0, 101), (2, 102)].iter().flat_map(|&(class, value)| cifar_record(class, value)).collect();
    [("train.bin", train), ("test.bin", test)]
}

/// Writes the files of the tiny card into a folder.
pub fn write_tiny(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    for (name, bytes) in tiny_files() {
        fs::write(folder.join(name), bytes).unwrap();
    }
}

/// A file of 3 × 2 × 2 images with the tiny card's classes.
pub fn opened(file: &Path, labels: Option<PathBuf>) -> Opened {
    let geometry = Geometry { channels: 3, height: 2, width: 2 };
    let classes = ["cat", "fish", "car"].map(Into::into).to_vec();
    Opened { file: file.to_owned(), labels, partition: None, attribute: None, geometry, classes }
}

/// The wanted images, in their order.
pub fn collect(format: &dyn Format, part: &Opened, wanted: &[usize]) -> Result<Vec<Vec<u8>>, FormatError> {
    let mut images = vec![Vec::new(); wanted.len()];
    format.images(part, wanted, &mut |position, pixels| images[position] = pixels.to_vec())?;
    Ok(images)
}

/// Gzipped bytes.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// MD5 in hexadecimal.
pub fn md5(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An idx file of unsigned bytes.
pub fn idx_file(sizes: &[u32], bytes: &[u8]) -> Vec<u8> {
    let mut file = vec![0, 0, 8, u8::try_from(sizes.len()).unwrap()];
    sizes.iter().for_each(|size| file.extend(size.to_be_bytes()));
    file.extend(bytes);
    file
}

/// A colour PNG from interleaved bytes.
pub fn png_rgb(width: u32, height: u32, bytes: &[u8]) -> Vec<u8> {
    png(&image::RgbImage::from_raw(width, height, bytes.to_vec()).unwrap().into())
}

/// A grey PNG.
pub fn png_grey(width: u32, height: u32, bytes: &[u8]) -> Vec<u8> {
    png(&image::GrayImage::from_raw(width, height, bytes.to_vec()).unwrap().into())
}

fn png(image: &image::DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A Parquet file of images and labels in row groups of two; a binary column that is not the image is null.
pub fn parquet_file(path: &Path, schema: &str, images: &[Vec<u8>], labels: &[i64]) {
    packed_parquet_file(path, (schema, Codec::UNCOMPRESSED), images, labels);
}

/// The same with a codec.
pub fn packed_parquet_file(path: &Path, (schema, codec): (&str, Codec), images: &[Vec<u8>], labels: &[i64]) {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = Arc::new(WriterProperties::builder().set_compression(codec).build());
    let mut file = SerializedFileWriter::new(File::create(path).unwrap(), schema, properties).unwrap();
    for (images, labels) in images.chunks(2).zip(labels.chunks(2)) {
        let images: Vec<ByteArray> = images.iter().map(|bytes| bytes.clone().into()).collect();
        let mut first = true;
        let mut group = file.next_row_group().unwrap();
        while let Some(mut column) = group.next_column().unwrap() {
            let levels = |level: i16| vec![level; labels.len()];
            match column.untyped() {
                ColumnWriter::ByteArrayColumnWriter(w) if first => {
                    w.write_batch(&images, Some(&levels(2)), None).unwrap();
                }
                ColumnWriter::ByteArrayColumnWriter(w) => {
                    w.write_batch(&[], Some(&levels(1)), None).unwrap();
                }
                ColumnWriter::Int64ColumnWriter(w) => {
                    w.write_batch(labels, Some(&levels(1)), None).unwrap();
                }
                ColumnWriter::Int32ColumnWriter(w) => {
                    let labels: Vec<i32> = labels.iter().map(|&label| i32::try_from(label).unwrap()).collect();
                    w.write_batch(&labels, None, None).unwrap();
                }
                _ => panic!("no such column in the tests"),
            }
            first = false;
            column.close().unwrap();
        }
        group.close().unwrap();
    }
    file.close().unwrap();
}

/// A tape archive of entries whose content is their name; names are written as they are, safe or not.
pub fn tar_of(entries: &[(&str, tar::EntryType)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, kind) in entries {
        let data = if *kind == tar::EntryType::Regular { name.as_bytes() } else { b"" };
        append(&mut builder, name, *kind, data);
    }
    builder.into_inner().unwrap()
}

/// A tape archive of files below a folder.
pub fn tar_files(top: &str, files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        append(&mut builder, &format!("{top}/{name}"), tar::EntryType::Regular, bytes);
    }
    builder.into_inner().unwrap()
}

fn append(builder: &mut tar::Builder<Vec<u8>>, name: &str, kind: tar::EntryType, data: &[u8]) {
    let mut header = tar::Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_size(data.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    builder.append(&header, data).unwrap();
}

/// Three tries without waits to speak of.
pub const FAST: Retry = Retry {
    tries: 3,
    first_wait: Duration::from_millis(1),
    longest_wait: Duration::from_millis(2),
    window: Duration::from_secs(1),
};

/// An answer of the test server.
pub struct Reply {
    status: u16,
    /// First byte and length of the whole, for a partial answer.
    range: Option<(u64, usize)>,
    body: Vec<u8>,
    /// Bytes sent before the connection is cut.
    sent: usize,
    /// Whether the body comes byte by byte, with pauses.
    dripping: bool,
    /// Whether it is said how long the body is.
    sized: bool,
}

impl Reply {
    /// All of a body.
    pub fn whole(body: &[u8]) -> Self {
        Self { status: 200, range: None, body: body.to_vec(), sent: body.len(), dripping: false, sized: true }
    }

    /// The body from a byte on.
    pub fn rest(body: &[u8], start: u64) -> Self {
        let rest = &body[usize::try_from(start).unwrap()..];
        Self { status: 206, range: Some((start, body.len())), ..Self::whole(rest) }
    }

    /// A refusal.
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::whole(b"") }
    }

    /// The same, cut after some bytes.
    pub fn cut(self, sent: usize) -> Self {
        Self { sent, ..self }
    }

    /// The same, byte by byte.
    pub fn dripping(self) -> Self {
        Self { dripping: true, ..self }
    }

    /// The same without a length.
    pub fn endless(self) -> Self {
        Self { sized: false, ..self }
    }

    fn send(&self, stream: &mut TcpStream) {
        let length = self.body.len();
        let range = self
            .range
            .map_or(String::new(), |(start, whole)| format!("Content-Range: bytes {start}-{}/{whole}\r\n", whole - 1));
        let length = if self.sized { format!("Content-Length: {length}\r\n") } else { String::new() };
        let head = format!("HTTP/1.1 {} X\r\n{length}Connection: close\r\n{range}\r\n", self.status);
        let step = if self.dripping { 1 } else { self.sent.max(1) };
        let _ = stream.write_all(head.as_bytes());
        for piece in self.body[..self.sent].chunks(step) {
            if stream.write_all(piece).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(if self.dripping { 300 } else { 0 }));
        }
    }
}

/// A server on this machine that answers each request by a function of its number and the `Range` asked for.
pub struct Server {
    port: u16,
    ranges: Arc<Mutex<Vec<Option<u64>>>>,
}

impl Server {
    /// Starts it; its thread ends with the test program.
    pub fn start(answer: impl Fn(usize, Option<u64>) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let ranges = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&ranges);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let range = range_of(&stream);
                let number = seen.lock().unwrap().len();
                seen.lock().unwrap().push(range);
                answer(number, range).send(&mut stream);
            }
        });
        Self { port, ranges }
    }

    /// The address of a file on it.
    pub fn address(&self, file: &str) -> String {
        format!("http://127.0.0.1:{}/{file}", self.port)
    }

    /// First byte asked for in each request so far.
    pub fn ranges(&self) -> Vec<Option<u64>> {
        self.ranges.lock().unwrap().clone()
    }
}

fn range_of(stream: &TcpStream) -> Option<u64> {
    let lines = BufReader::new(stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let ranges = lines.filter_map(|line| {
        let value = line.to_lowercase().strip_prefix("range: bytes=")?.to_owned();
        value.trim_end_matches('-').parse().ok()
    });
    ranges.last()
}

/// An `.npy` file of elements such as `|u1` or `<i8`.
pub fn npy_file(element: &str, shape: &[usize], bytes: &[u8]) -> Vec<u8> {
    let sizes: String = shape.iter().map(|size| format!("{size}, ")).collect();
    let header = format!("{{'descr': '{element}', 'fortran_order': False, 'shape': ({sizes})}}");
    let padded = format!("{header:<117}\n");
    [b"\x93NUMPY\x01\x00\x76\x00".as_slice(), padded.as_bytes(), bytes].concat()
}
