// Reads a report as a reader would. Usage: node check.mjs CHROMIUM REPORT_FOLDER SINGLE_FILE
import { readFileSync, readdirSync, existsSync } from "node:fs";
import { join, relative, resolve, dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createRequire } from "node:module";
import puppeteer from "puppeteer-core";

const [chromium, report, single] = [process.argv[2], resolve(process.argv[3]), resolve(process.argv[4])];
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const faults = [];
let checks = 0;
const expect = (truth, what) => {
  checks += 1;
  if (!truth) faults.push(what);
};

const pages = readdirSync(report, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".html")).sort();
const address = (path) => pathToFileURL(join(report, path)).href;
// the pages of studies; over them are the index and the page of scales
const over = ["index.html", "scale.html"];
const studies = pages.filter((path) => !over.includes(path));
// accessibility is a matter of templates: those two, the longest page and the shortest speak for all
const bySize = [...studies].sort((a, b) => size(a) - size(b));
function size(path) {
  return readFileSync(join(report, path)).length;
}
const samples = [...over, bySize[0], bySize[bySize.length - 1]];

const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu"] });

/** A tab that notes what goes wrong in it. */
async function open(path, { width = 1280, height = 900, dark = false, script = true } = {}) {
  const tab = await browser.newPage();
  tab.on("console", (message) => message.type() === "error" && faults.push(`${path}: console: ${message.text()}`));
  tab.on("pageerror", (error) => faults.push(`${path}: script: ${error.message}`));
  tab.on("requestfailed", (request) => faults.push(`${path}: not loaded: ${request.url()}`));
  tab.on("request", (request) => {
    if (!/^(file|data):/.test(request.url())) faults.push(`${path}: asks for ${request.url()}`);
  });
  await tab.setViewport({ width, height });
  await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }]);
  await tab.setJavaScriptEnabled(script);
  await tab.goto(address(path), { waitUntil: "load" });
  return tab;
}

// every page opens without a complaint, and every link leads somewhere
const anchors = new Map();
const links = [];
for (const path of pages) {
  const tab = await open(path);
  const found = await tab.evaluate(() => ({
    ids: [...document.querySelectorAll("[id]")].map((element) => element.id),
    links: [...document.querySelectorAll("a[href]")].map((element) => element.getAttribute("href")),
    untold: [...document.querySelectorAll("img:not([alt]), [role=img]:not([aria-label])")].length,
    headings: document.querySelectorAll("h1").length,
  }));
  expect(new Set(found.ids).size === found.ids.length, `${path}: an id stands twice`);
  expect(found.untold === 0, `${path}: ${found.untold} pictures without a text`);
  expect(found.headings === 1, `${path}: ${found.headings} first headings`);
  anchors.set(join(report, path), new Set(found.ids));
  for (const link of found.links) links.push([path, link]);
  await tab.close();
}
for (const [path, link] of links.filter(([, link]) => !/^[a-z]+:/.test(link))) {
  const [file, anchor] = link.split("#");
  const target = file ? join(report, dirname(path), decodeURIComponent(file)) : join(report, path);
  const there = existsSync(target) && (!anchor || !anchors.has(target) || anchors.get(target).has(anchor));
  expect(there, `${path}: the link ${link} leads nowhere`);
}

// accessibility and width, light and dark, wide and narrow
for (const path of samples) {
  for (const [width, dark] of [[320, false], [320, true], [1280, false], [1280, true]]) {
    const tab = await open(path, { width, dark });
    const wide = await tab.evaluate(() => document.scrollingElement.scrollWidth);
    expect(wide <= width, `${path}: ${wide} px wide on a screen of ${width}`);
    await tab.evaluate(axeSource);
    const result = await tab.evaluate(() => axe.run(document, { preload: false, runOnly: ["wcag2a", "wcag2aa", "wcag21aa"] }));
    for (const violation of result.violations) {
      const where = violation.nodes.slice(0, 3).map((node) => node.target.join(" ")).join("; ");
      faults.push(`${path} at ${width} px${dark ? ", dark" : ""}: ${violation.id}: ${violation.help} (${where})`);
    }
    checks += 1;
    await tab.close();
  }
}

// the index: search, filter and order, by keyboard alone, with their state in the address
const rows = (tab) => tab.$$eval(".matrix tbody tr", (all) => all.filter((row) => row.checkVisibility()).length);
{
  const tab = await open("index.html");
  const all = await rows(tab);
  expect(all > 1, "index: no rows");
  await tab.focus("input[type=search]");
  const word = await tab.$eval(".matrix tbody tr th a", (link) => link.textContent.trim().split(" ")[0]);
  await tab.keyboard.type(word);
  const found = await rows(tab);
  expect(found >= 1 && found <= all, `index: ${found} of ${all} rows for ${word}`);
  expect((await tab.evaluate(() => location.hash)).includes("q="), "index: the search is not in the address");
  await tab.reload();
  expect((await rows(tab)) === found, "index: a reload forgets the search");
  await tab.focus("input[type=search]");
  await tab.keyboard.down("Control");
  await tab.keyboard.press("a");
  await tab.keyboard.up("Control");
  await tab.keyboard.press("Backspace");
  await tab.keyboard.press("Tab");
  await tab.keyboard.press("ArrowRight");
  expect((await tab.evaluate(() => location.hash)).includes("show=contradicted"), "index: the arrows choose no filter");
  const shown = await tab.$$eval(".matrix tbody tr:not([hidden])", (rows) => rows.map((row) => row.dataset.states));
  expect(shown.every((states) => states.includes("contradicted")), "index: the filter shows other rows");
  await tab.goto(`${address("index.html")}#sort=cost`);
  await tab.reload();
  const costs = await tab.$$eval(".matrix tbody", (bodies) => bodies.map((body) => [...body.rows].map((row) => Number(row.dataset.cost))));
  expect(costs.every((list) => list.every((cost, i) => i === 0 || list[i - 1] <= cost)), "index: not sorted by cost");
  await tab.close();
}
{
  const tab = await open("index.html", { script: false });
  const visible = await tab.$$eval(".matrix tbody tr", (all) => all.length);
  expect(visible > 1 && (await tab.$("form.tools[hidden]")) !== null, "index: does not work without scripts");
  await tab.close();
}
{
  const tab = await open("index.html", { width: 1400, height: 900 });
  const bottom = await tab.$eval(".matrix tbody tr", (row) => row.getBoundingClientRect().bottom);
  expect(bottom < 900, `index: the first row ends ${Math.round(bottom)} px down`);
  await tab.close();
}

// the page of scales: a link from each study leads to its row, and what is folded opens by keyboard
{
  const tab = await open(studies[0]);
  const link = await tab.$eval("nav a[href*='scale.html#']", (link) => link.getAttribute("href"));
  const anchor = link.split("#")[1];
  await tab.goto(`${address("scale.html")}#${anchor}`);
  expect(await tab.evaluate((id) => document.getElementById(id).matches("tr:target"), anchor), `scale: ${anchor} is no row`);
  const heads = await tab.$$eval("table", (all) => all.filter((table) => !table.caption || table.querySelector("th:not([scope])")).length);
  expect(heads === 0, `scale: ${heads} tables without a caption or with heads of nothing`);
  const summary = await tab.$("summary");
  if (summary) {
    await summary.focus();
    await tab.keyboard.press("Enter");
    expect(await summary.evaluate((summary) => summary.parentElement.open), "scale: Enter opens no settings");
  }
  await tab.close();
}

// addresses of claims and figures: the one that is named is focused and in sight
for (const [kind, selector] of [["claim", ".claim"], ["figure", "figure"]]) {
  const found = studies.find((path) => readFileSync(join(report, path), "utf8").includes(`id="${kind}-`));
  const tab = await open(found);
  const names = await tab.$$eval(selector, (all) => all.map((one) => one.id));
  const name = names[names.length - 1].replace(`${kind}-`, "");
  await tab.goto(`${address(found)}#${kind}=${name}`);
  await tab.reload();
  const state = await tab.evaluate(() => ({ id: document.activeElement.id, top: document.activeElement.getBoundingClientRect().top }));
  expect(state.id === `${kind}-${name}` && state.top < 900, `${found}: #${kind}=${name} leads to ${JSON.stringify(state)}`);
  await tab.close();
}

// figures: parts are shown and hidden and values are told, by keyboard and by pointer
const tooled = [];
for (const path of studies) {
  const tab = await open(path);
  const count = await tab.$$eval(".figure-tools", (all) => all.length);
  const boxes = await tab.$$(".figure-tools input");
  for (const box of boxes) {
    const shown = () => box.evaluate((box) => {
      const part = { ours: "o", intervals: "b", paper: "p", "single runs": "r", "accepted before": "a" }[box.parentElement.textContent.trim()];
      const paths = [...box.closest("figure").querySelectorAll(`path.${part}`)];
      return [paths.length, paths.filter((path) => getComputedStyle(path).display !== "none").length];
    });
    const first = await box.evaluate((box) => box.checked);
    const [all, before] = await shown();
    const [on, off] = first ? [all, 0] : [0, all];
    await box.focus();
    await tab.keyboard.press("Space");
    const [, after] = await shown();
    await tab.keyboard.press("Space");
    const [, again] = await shown();
    expect(all > 0 && before === on && after === off && again === on, `${path}: a box shows ${before}, ${after}, ${again} of ${all} paths`);
  }
  for (const tools of await tab.$$(".figure-tools")) {
    const [last] = (await tools.$$("button")).slice(-1);
    await last.focus();
    await tab.keyboard.press("Enter");
    const told = await tools.$eval("output", (output) => output.textContent);
    expect(/^(ours|paper): \S+ at \S+$/.test(told), `${path}: a figure tells the value "${told}"`);
  }
  if (count) tooled.push(path);
  if (count && tooled.length === 1) {
    const figure = await tab.$("figure:has(.figure-tools)");
    const ring = await figure.$("svg circle");
    const told = await figure.$eval("output", (output) => output.textContent);
    await figure.$eval("output", (output) => (output.textContent = ""));
    const place = await ring.evaluate((ring) => {
      ring.scrollIntoView({ block: "center" });
      const { left, top, width, height } = ring.getBoundingClientRect();
      return [left + width / 2, top + height / 2];
    });
    const buttons = await figure.$$(".figure-tools button");
    await buttons[1].focus();
    await tab.keyboard.press("Enter");
    await tab.mouse.move(place[0] + 2, place[1]);
    const again = await figure.$eval("output", (output) => output.textContent);
    expect(again === told, `${path}: the pointer finds "${again}" where the keyboard found "${told}"`);
  }
  await tab.close();
}
expect(tooled.length > 5, `${tooled.length} pages have figures with parts and values`);
{
  const tab = await open(tooled[0], { script: false });
  const seen = await tab.evaluate(() => [document.querySelectorAll(".figure-tools").length, document.querySelectorAll("figure svg").length]);
  expect(seen[0] === 0 && seen[1] > 0, `${tooled[0]} without scripts: ${seen[0]} tools, ${seen[1]} pictures`);
  await tab.close();
}
{
  const tab = await open(tooled[0], { width: 320 });
  await tab.evaluate(axeSource);
  const result = await tab.evaluate(() => axe.run(".figure-tools", { preload: false, runOnly: ["wcag2a", "wcag2aa", "wcag21aa"] }));
  for (const violation of result.violations) faults.push(`${tooled[0]}: tools of figures: ${violation.id}: ${violation.help}`);
  checks += 1;
  await tab.close();
}

// the same in one file
{
  const tab = await open(relative(report, single));
  const found = await tab.evaluate(() => ({
    rows: document.querySelectorAll(".matrix tbody tr").length,
    pages: document.querySelectorAll(".page").length,
    lost: [...document.querySelectorAll("a[href^='#']")].filter((link) => link.hash && !document.getElementById(link.hash.slice(1))).length,
  }));
  expect(found.pages === studies.length + 1 && found.rows === studies.length, `one file: ${JSON.stringify(found)}`);
  expect(found.lost === 0, `one file: ${found.lost} links lead nowhere`);
  await tab.close();
}

// print
for (const study of bySize) {
  const tab = await open(study);
  const pdf = Buffer.from(await tab.pdf({ format: "A4" })).toString("latin1");
  const sheets = (pdf.match(/\/Type\s*\/Page[^s]/g) || []).length;
  expect(sheets >= 1 && sheets <= 6, `${study}: ${sheets} sheets of paper`);
  await tab.close();
}

await browser.close();
const here = relative(process.cwd(), fileURLToPath(import.meta.url));
for (const fault of [...new Set(faults)]) console.error(`  ${fault}`);
console.log(`${here}: ${pages.length} pages, ${links.length} links, ${checks} checks, ${faults.length} faults`);
process.exit(faults.length ? 1 : 0);
