// Compares pictures of a report with stored ones. Usage: node pictures.mjs CHROMIUM PROJECT_REPORT OUT_FOLDER [accept]
//
// What varies from run to run and from machine to machine is taken out first: times, commits and machines are hidden, letters are
// those of the font that figures embed. A picture may differ in two pixels of a thousand (other versions of a browser round the edges
// of letters in other ways); a curve, a panel or a line of text that is gone is more, which is tried on every run.
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
const TOLERANCE = 0.002;
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
const take = async (name, element) => pictures.set(name, Buffer.from(await element.screenshot({ type: "png" })));

// the index, and the upper part of a page of every kind
for (const [name, path] of [["index", "index.html"], ["study", "demo/tiny.html"], ["incomplete", "demo/unfinished.html"]]) {
  const tab = await open(path);
  pictures.set(name, Buffer.from(await tab.screenshot({ type: "png", clip: { x: 0, y: 0, width: 700, height: 800 } })));
  await tab.close();
}
// every kind of figure, and one on a dark page
for (const dark of [false, true]) {
  const tab = await open("kinds/figures.html", { dark });
  for (const figure of await tab.$$("figure")) {
    const name = await figure.evaluate((element) => element.id);
    if (dark && name !== "figure-error-wrapped") continue;
    await take(dark ? `${name}-dark` : name, await figure.$(".picture"));
  }
  // what is compared here must be able to fail: a figure without its curves is another one
  if (!dark) {
    const picture = await tab.$("#figure-error-over-keep .picture");
    await tab.evaluate(() => {
      const curve = document.querySelector("#figure-error-over-keep path.o:not([stroke-linecap])");
      curve.style.display = "none";
    });
    const { share } = difference(Buffer.from(await picture.screenshot({ type: "png" })), pictures.get("figure-error-over-keep"));
    if (share <= TOLERANCE) faults.push(`a figure that lacks a curve differs in ${(100 * share).toFixed(3)} % only`);
  }
  await tab.close();
}
await browser.close();

if (mode === "accept") {
  rmSync(stored, { recursive: true, force: true });
  mkdirSync(stored, { recursive: true });
  let bytes = 0;
  for (const [name, picture] of pictures) {
    const packed = PNG.sync.write(PNG.sync.read(picture), { deflateLevel: 9, colorType: 2 });
    const small = packed.length < picture.length ? packed : picture;
    bytes += small.length;
    writeFileSync(join(stored, `${name}.png`), small);
  }
  console.log(`${relative(process.cwd(), stored)}: ${pictures.size} pictures, ${bytes} bytes`);
  if (bytes > MOST_BYTES) faults.push(`${bytes} bytes of pictures, more than ${MOST_BYTES}`);
} else {
  rmSync(out, { recursive: true, force: true });
  const known = existsSync(stored) ? readdirSync(stored).map((file) => file.replace(/\.png$/, "")) : [];
  for (const name of known.filter((name) => !pictures.has(name))) faults.push(`${name}: stored, but nothing is drawn for it`);
  for (const [name, picture] of pictures) {
    const file = join(stored, `${name}.png`);
    const { share, shown, why } = existsSync(file) ? difference(picture, readFileSync(file)) : { share: 1, why: "nothing is stored for it" };
    if (share <= TOLERANCE) continue;
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, `${name}.png`), picture);
    if (shown) writeFileSync(join(out, `${name}.difference.png`), shown);
    faults.push(`${name}: ${why} (at most ${100 * TOLERANCE} %); see ${relative(process.cwd(), join(out, name))}*.png; \`make browser-accept\` accepts it`);
  }
}
for (const fault of faults) console.error(`  ${fault}`);
console.log(`${relative(process.cwd(), fileURLToPath(import.meta.url))}: ${pictures.size} pictures, ${faults.length} faults`);
process.exit(faults.length ? 1 : 0);
