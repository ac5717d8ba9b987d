// Checks pages as people meet them: on a screen, on a phone, read aloud, on paper.
//
//     node check_pages.mjs --packages DIR [--shots DIR] [--pages 2-4] PAGE.html ...
//
// Fails on: an error or a warning of the Nu HTML checker; an error in the console; any request beyond
// the page itself; a violation of WCAG 2.2 AA or of good practice that axe finds, as the page opens and
// with all details open, 1,280 and 360 pixels wide; a page that must be moved sideways on a phone; a
// print without its title or its last line as text, or of another number of A4 pages than --pages says.
// With --shots, leaves pictures of the screens and of the printed pages.

import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";

const { values: options, positionals: pages } = parseArgs({
  allowPositionals: true,
  options: {
    packages: { type: "string" },
    shots: { type: "string" },
    pages: { type: "string", default: "1-99" },
  },
});
if (!options.packages || pages.length === 0) {
  console.error("usage: check_pages.mjs --packages DIR [--shots DIR] [--pages 2-4] PAGE.html ...");
  process.exit(2);
}
const [fewest, most] = options.pages.split("-").map(Number);
const require = createRequire(path.join(path.resolve(options.packages), "package.json"));
const { chromium } = require("playwright-core");
const axeSource = require("axe-core").source;
const nu = require("vnu-jar");

const STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const SCREENS = [
  { name: "desktop", width: 1280, height: 900 },
  { name: "phone", width: 360, height: 740 },
];
const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const faults = [];
const fault = (page, text) => {
  faults.push(`${path.basename(page)}: ${text}`);
};
const without_blanks = (text) => text.replace(/\s+/gu, "");

function check_html(page) {
  const said = execFileSync(
    "java",
    ["-jar", String(nu), "--format", "json", "--stdout", "--exit-zero-always", page],
    { encoding: "utf8", maxBuffer: 1 << 28 },
  );
  for (const message of JSON.parse(said).messages) {
    fault(page, `Nu HTML checker, line ${message.lastLine}: ${message.message} (${message.extract ?? ""})`);
  }
}

async function check_screen(browser, file, screen) {
  const context = await browser.newContext({
    viewport: { width: screen.width, height: screen.height },
    locale: "en-GB",
  });
  const page = await context.newPage();
  const address = pathToFileURL(path.resolve(file)).href;
  page.on("console", (message) => {
    if (message.type() === "error") fault(file, `${screen.name}: console: ${message.text()}`);
  });
  page.on("pageerror", (error) => fault(file, `${screen.name}: ${error.message}`));
  page.on("request", (request) => {
    const to = request.url();
    if (to !== address && !to.startsWith("data:")) fault(file, `${screen.name}: asks for ${to}`);
  });
  await page.goto(address, { waitUntil: "load" });
  await check_access(page, file, screen.name);
  await check_width(page, file, screen.name);
  await shoot(page, file, screen.name);
  const folded = await page.evaluate(() => {
    const all = [...document.querySelectorAll("details")];
    for (const one of all) one.open = true;
    return all.length;
  });
  if (folded > 0) {
    const opened = `${screen.name}-opened`;
    await check_access(page, file, opened);
    await check_width(page, file, opened);
    await shoot(page, file, opened);
  }
  await context.close();
}

async function check_access(page, file, state) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(
    (tags) => window.axe.run(document, { runOnly: { type: "tag", values: tags } }),
    STANDARDS,
  );
  for (const rule of found.violations) {
    for (const node of rule.nodes) {
      fault(file, `${state}: axe ${rule.id}: ${rule.help}: ${node.target.join(" ")}: ${node.html.slice(0, 160)}`);
    }
  }
  if (found.passes.length === 0) fault(file, `${state}: axe has looked at nothing`);
}

async function check_width(page, file, state) {
  const wide = await page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return null;
    // The innermost that is wider than the screen, save what moves within itself.
    const beyond = [...document.querySelectorAll("body *")]
      .filter((one) => one.scrollWidth > root.clientWidth && !one.closest(".wide"))
      .at(-1);
    return `${root.scrollWidth} pixels wide on ${root.clientWidth}: ${beyond?.outerHTML.slice(0, 160)}`;
  });
  if (wide) fault(file, `${state}: must be moved sideways: ${wide}`);
}

async function shoot(page, file, state) {
  if (!options.shots) return;
  const name = `${path.basename(file, ".html")}-${state}.png`;
  await page.screenshot({ path: path.join(options.shots, name), fullPage: true });
}

async function check_print(browser, file, scratch) {
  const page = await browser.newPage();
  await page.goto(pathToFileURL(path.resolve(file)).href, { waitUntil: "load" });
  const title = await page.title();
  const last = await page.evaluate(() => document.querySelector("footer")?.textContent ?? "");
  const printed = path.join(scratch, `${path.basename(file, ".html")}.pdf`);
  await page.pdf({ path: printed, preferCSSPageSize: true, printBackground: true });
  await page.close();
  const text = without_blanks(execFileSync("pdftotext", ["-layout", printed, "-"], { encoding: "utf8" }));
  const raw = without_blanks(execFileSync("pdftotext", ["-raw", printed, "-"], { encoding: "utf8" }));
  for (const [what, words] of [["title", title], ["last line", last]]) {
    const sought = without_blanks(words).slice(0, 80);
    if (sought === "" || !(text.includes(sought) || raw.includes(sought))) {
      fault(file, `print: its ${what} is no text: ${words}`);
    }
  }
  const about = execFileSync("pdfinfo", [printed], { encoding: "utf8" });
  const count = Number(/^Pages:\s+(\d+)/mu.exec(about)?.[1]);
  if (!(count >= fewest && count <= most)) fault(file, `print: ${count} pages, not ${options.pages}`);
  if (!/^Page size:.*A4/mu.test(about)) fault(file, "print: not on A4");
  if (options.shots) {
    const name = path.join(options.shots, `${path.basename(file, ".html")}-print`);
    execFileSync("pdftoppm", ["-r", "80", "-png", printed, name]);
  }
  return count;
}

if (options.shots) fs.mkdirSync(options.shots, { recursive: true });
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "bandwise-pages-"));
const root = process.getuid?.() === 0;
const browser = await chromium.launch({
  executablePath: process.env.BANDWISE_BROWSER || "/usr/bin/chromium",
  args: root ? [...FLAGS, "--no-sandbox"] : FLAGS,
});
try {
  for (const page of pages) {
    check_html(page);
    for (const screen of SCREENS) await check_screen(browser, page, screen);
    const count = await check_print(browser, page, scratch);
    console.log(`${path.basename(page)}: looked at; ${count} pages of A4`);
  }
} finally {
  await browser.close();
  fs.rmSync(scratch, { recursive: true, force: true });
}
for (const text of faults) console.error(text);
if (faults.length > 0) {
  console.error(`${faults.length} faults`);
  process.exit(1);
}
console.log("no fault found");
