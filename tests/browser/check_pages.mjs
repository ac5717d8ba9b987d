// Checks pages as people meet them: on a screen, on a phone, read aloud, on paper.
//
//     node check_pages.mjs --packages DIR [--shots DIR] [--pages 2-4] PAGE.html ...
//
// Fails on: an error or a warning of the Nu HTML checker; an error in the console; any request beyond
// the page itself; a violation of WCAG 2.2 AA or of good practice that axe finds, as the page opens and
// with all details open, 1,280 and 360 pixels wide; a page that must be moved sideways on a phone; a
// print without its title or its last line as text, or of another number of A4 pages than --pages says.
// With --shots, leaves pictures of the screens and of the printed pages.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";

import {
  access_faults,
  conclude,
  html_faults,
  launch,
  picture_print,
  printed_pages,
  printed_text,
  tools,
  unfold,
  width_fault,
  without_blanks,
} from "./in_browser.mjs";

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
const { chromium, axe, nu } = tools(options.packages);

const SCREENS = [
  { name: "desktop", width: 1280, height: 900 },
  { name: "phone", width: 360, height: 740 },
];

const faults = [];
const fault = (page, text) => {
  faults.push(`${path.basename(page)}: ${text}`);
};

function check_html(page) {
  for (const { words } of html_faults(nu, [page])) fault(page, words);
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
  if ((await unfold(page)) > 0) {
    const opened = `${screen.name}-opened`;
    await check_access(page, file, opened);
    await check_width(page, file, opened);
    await shoot(page, file, opened);
  }
  await context.close();
}

async function check_access(page, file, state) {
  for (const words of await access_faults(page, axe)) fault(file, `${state}: ${words}`);
}

async function check_width(page, file, state) {
  const words = await width_fault(page);
  if (words) fault(file, `${state}: ${words}`);
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
  const texts = printed_text(printed);
  for (const [what, words] of [["title", title], ["last line", last]]) {
    const sought = without_blanks(words).slice(0, 80);
    if (sought === "" || !texts.some((text) => text.includes(sought))) {
      fault(file, `print: its ${what} is no text: ${words}`);
    }
  }
  const { count, a4 } = printed_pages(printed);
  if (!(count >= fewest && count <= most)) fault(file, `print: ${count} pages, not ${options.pages}`);
  if (!a4) fault(file, "print: not on A4");
  if (options.shots) {
    picture_print(printed, path.join(options.shots, `${path.basename(file, ".html")}-print`));
  }
  return count;
}

if (options.shots) fs.mkdirSync(options.shots, { recursive: true });
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "bandwise-pages-"));
const browser = await launch(chromium);
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
conclude(faults);
