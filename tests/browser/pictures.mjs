// Compares pictures of a report with stored ones. Usage: node pictures.mjs CHROMIUM PROJECT_REPORT OUT_FOLDER [accept]
//
// What varies from run to run and from machine to machine is taken out first: times, commits and machines are hidden, letters are
// those of the font that figures embed. A page may differ in two pixels of a thousand and a figure in two of ten thousand, about sixty;
// smoothed edges, which versions of a browser draw differently, do not count. A curve of a small panel that is gone is more, which is
// tried on every run.
import { mkdirSync, readFileSync, writeFileSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join, resolve, dirname, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";

const [chromium, report, out, mode] = [process.argv[2], resolve(process.argv[3]), resolve(process.argv[4]), process.argv[5]];
const here = dirname(fileURLToPath(import.meta.url));
const stored = join(here, "pictures");
const font = readFileSync(join(here, "../../src/plot/canvas/font/DejaVuSans-subset.ttf")).toString("base64");
/** Share of pixels that may differ. */
const TOLERANCE = { page: 0.002, figure: 0.0002 };
const tolerance = (name) => (name.startsWith("figure-") ? TOLERANCE.figure : TOLERANCE.page);
/** Colours are kept in sixteen steps a channel: a third of the bytes. */
const STEP = 17;
/** Difference of two colours, 0 to 1, from which on a pixel differs. */
const THRESHOLD = 0.15;
/** Most bytes of all stored pictures. */
const MOST_BYTES = 400_000;
const PINNED = `
  @font-face { font-family: Pinned; src: url(data:font/ttf;base64,${font}); }
  * { font-family: Pinned !important; animation: none !important; caret-color: transparent !important; }
  .making, .meta, nav { visibility: hidden; }
  .matrix td:last-child { color: transparent; }
`;

const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"] });

async function open(path, { width = 700, height = 800, dark = false } = {}) {
  const tab = await browser.newPage();
  await tab.setViewport({ width, height, deviceScaleFactor: 1 });
  await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }]);
  await tab.goto(pathToFileURL(join(report, path)).href, { waitUntil: "load" });
  await tab.addStyleTag({ content: PINNED });
  await tab.evaluate(() => document.fonts.ready);
  return tab;
}

/** Share of pixels in which two pictures differ, with a picture of the difference. */
function difference(one, other) {
  const [a, b] = [PNG.sync.read(one), PNG.sync.read(other)];
  if (a.width !== b.width || a.height !== b.height) {
    return { share: 1, why: `${a.width} x ${a.height} pixels instead of ${b.width} x ${b.height}` };
  }
  const shown = new PNG({ width: a.width, height: a.height });
  const count = pixelmatch(b.data, a.data, shown.data, a.width, a.height, { threshold: THRESHOLD });
  return { share: count / (a.width * a.height), shown: PNG.sync.write(shown), why: `${count} pixels` };
}

const pictures = new Map();
const faults = [];
/** A picture of a tab or of an element in few colours. */
async function picture(of, options = {}) {
  const image = PNG.sync.read(Buffer.from(await of.screenshot({ type: "png", ...options })));
  image.data = image.data.map((part) => STEP * Math.round(part / STEP));
  return PNG.sync.write(image, { deflateLevel: 9, colorType: 2 });
}

// the index, and the upper part of a page of every kind
for (const [name, path] of [["index", "index.html"], ["study", "demo/tiny.html"], ["incomplete", "demo/unfinished.html"]]) {
  const tab = await open(path);
  pictures.set(name, await picture(tab, { clip: { x: 0, y: 0, width: 700, height: 700 } }));
  await tab.close();
}
// every kind of figure, and one on a dark page
for (const dark of [false, true]) {
  const tab = await open("kinds/figures.html", { dark });
  for (const figure of await tab.$$("figure")) {
    const name = await figure.evaluate((element) => element.id);
    if (dark && name !== "figure-error-wrapped") continue;
    pictures.set(dark ? `${name}-dark` : name, await picture(await figure.$(".picture")));
  }
  // what is compared here must be able to fail: a figure without its curves is another one
  if (!dark) {
    const name = "figure-error-over-keep";
    const figure = await tab.$(`#${name} .picture`);
    await figure.$eval("path.o:not([stroke-linecap])", (curve) => (curve.style.display = "none"));
    const { share } = difference(await picture(figure), pictures.get(name));
    if (share <= tolerance(name)) faults.push(`a figure that lacks a curve differs in ${(100 * share).toFixed(3)} % only`);
  }
  await tab.close();
}
await browser.close();

if (mode === "accept") {
  rmSync(stored, { recursive: true, force: true });
  mkdirSync(stored, { recursive: true });
  let bytes = 0;
  for (const [name, file] of pictures) {
    bytes += file.length;
    writeFileSync(join(stored, `${name}.png`), file);
  }
  console.log(`${relative(process.cwd(), stored)}: ${pictures.size} pictures, ${bytes} bytes`);
  if (bytes > MOST_BYTES) faults.push(`${bytes} bytes of pictures, more than ${MOST_BYTES}`);
} else {
  rmSync(out, { recursive: true, force: true });
  const known = existsSync(stored) ? readdirSync(stored).map((file) => file.replace(/\.png$/, "")) : [];
  for (const name of known.filter((name) => !pictures.has(name))) faults.push(`${name}: stored, but nothing is drawn for it`);
  for (const [name, now] of pictures) {
    const file = join(stored, `${name}.png`);
    const { share, shown, why } = existsSync(file) ? difference(now, readFileSync(file)) : { share: 1, why: "nothing is stored for it" };
    if (share <= tolerance(name)) continue;
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, `${name}.png`), now);
    if (shown) writeFileSync(join(out, `${name}.difference.png`), shown);
    faults.push(`${name}: ${why} (at most ${100 * tolerance(name)} %); see ${relative(process.cwd(), join(out, name))}*.png; \`make browser-accept\` accepts it`);
  }
}
for (const fault of faults) console.error(`  ${fault}`);
console.log(`${relative(process.cwd(), fileURLToPath(import.meta.url))}: ${pictures.size} pictures, ${faults.length} faults`);
process.exit(faults.length ? 1 : 0);
