// Tries "find me a better one" and proposals side by side as people meet them: searched with the keyboard, on
// a screen, on a phone, in the dark, without a script.
//
//     node check_better.mjs --packages DIR --address http://127.0.0.1:PORT/ [--shots DIR]
//
// Fails on: an error in the console; any request beyond the server; a violation of WCAG 2.2 AA or of good
// practice that axe finds, with all details open as well; a page that must be moved sideways on a phone; a
// search that does not tell how far it is, does not end, or cannot be stopped; a find whose numbers are
// others on its own page.

import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

import { access_faults, conclude, launch, tools, unfold, width_fault } from "./in_browser.mjs";

const { values: options } = parseArgs({
  options: {
    packages: { type: "string" },
    address: { type: "string" },
    shots: { type: "string" },
  },
});
if (!options.packages || !options.address) {
  console.error("usage: check_better.mjs --packages DIR --address http://127.0.0.1:PORT/ [--shots DIR]");
  process.exit(2);
}
const { chromium, axe } = tools(options.packages);

const STATE = "start=williamson-2018&authority=Derby&vintage=2023-24&draws=100&seed=1";
// Fewer draws than the form offers: how a search is told is looked at here, not what it finds.
const SMALL = "search-draws=100";
const PINS = ["start=gentle-efgh&authority=Derby&vintage=2023-24", "start=uniform-15&authority=Sandwell"];
const VIEWS = [
  { name: "desktop", viewport: { width: 1280, height: 900 } },
  { name: "dark", viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  { name: "phone", viewport: { width: 360, height: 740 }, hasTouch: true },
];
const SEARCH_WITHIN = 180_000;

const faults = [];
const fault = (text) => faults.push(text);
const to = (target) => new URL(target, options.address).href;

async function open(browser, view) {
  const context = await browser.newContext({ locale: "en-GB", reducedMotion: "reduce", ...view });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error") fault(`${view.name}: console: ${message.text()}`);
  });
  page.on("pageerror", (error) => fault(`${view.name}: ${error.message}`));
  page.on("request", (request) => {
    const asked = request.url();
    if (!asked.startsWith(options.address) && !asked.startsWith("data:")) fault(`${view.name}: asks for ${asked}`);
  });
  return { context, page };
}

async function look(page, state) {
  for (const opened of [false, true]) {
    if (opened) await unfold(page);
    for (const words of await access_faults(page, axe)) fault(`${state}: ${words}`);
    const wide = await width_fault(page);
    if (wide) fault(`${state}: ${wide}`);
    if (options.shots) {
      const name = `${state.replaceAll(" ", "-")}${opened ? "-opened" : ""}.png`;
      await page.screenshot({ path: path.join(options.shots, name), fullPage: true });
    }
  }
}

/** Presses Tab until an element has the focus. */
async function reach(page, selector) {
  for (let presses = 0; presses < 200; presses += 1) {
    if (await page.evaluate((one) => document.activeElement?.matches(one) ?? false, selector)) return;
    await page.keyboard.press("Tab");
  }
  fault(`${selector} cannot be reached by keyboard`);
}

/** Searches with the keyboard alone and follows the first find to its own page. */
async function search(browser, view) {
  const { context, page } = await open(browser, view);
  await page.goto(to(`/better?${STATE}&${SMALL}`));
  await look(page, `better ${view.name}`);
  // Stopped halfway, it leaves no result.
  await page.selectOption("#search-draws", "2048");
  await reach(page, "#better button[type=submit]");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => /^About \d+%/u.test(document.getElementById("search-words").textContent));
  if (view.name === "desktop") await look(page, `better ${view.name} at work`);
  await reach(page, "#search-stop");
  await page.keyboard.press("Enter");
  if (await page.locator("#search").isVisible()) fault(`${view.name}: a stopped search is still shown`);
  if ((await page.textContent("#found")) !== "") fault(`${view.name}: a stopped search has a result`);
  // A small one comes to its end.
  await page.selectOption("#search-draws", "100");
  await reach(page, "#better button[type=submit]");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#found-heading", { timeout: SEARCH_WITHIN });
  const focused = await page.evaluate(() => document.activeElement?.id);
  if (focused !== "found-heading") fault(`${view.name}: after the search the focus is at ${focused}`);
  if (!page.url().includes("search=yes")) fault(`${view.name}: what is found has no link: ${page.url()}`);
  await look(page, `found ${view.name}`);
  const kept = page.url();
  await page.reload();
  if ((await page.locator("#found-heading").count()) !== 1) fault(`${view.name}: ${kept} does not show it again`);
  // A find on its own page.
  const row = page.locator("table:has-text('On this page') tbody tr", { hasNotText: "the proposal" }).last();
  const win = /^[\d.]+%/u.exec((await row.locator("td").nth(1).textContent()).trim())[0];
  await row.getByRole("link").click();
  await page.waitForSelector("#glance");
  const glance = await page.textContent("#glance");
  if (!glance.includes(win)) fault(`${view.name}: ${win} in the table, but: ${glance}`);
  await context.close();
}

async function compare(browser, view) {
  const { context, page } = await open(browser, view);
  const pins = PINS.map((pin) => `&pin=${encodeURIComponent(pin)}`).join("");
  await page.goto(to(`/compare?${STATE}${pins}`));
  await look(page, `compare ${view.name}`);
  const columns = page.locator("table.columns-of-proposals thead th");
  if ((await columns.count()) !== 4) fault(`${view.name}: not three proposals side by side`);
  await page.getByRole("link", { name: "Take it off: uniform-15" }).click();
  if ((await columns.count()) !== 3) fault(`${view.name}: one was not taken off`);
  await page.getByRole("link", { name: "Open gentle-efgh" }).click();
  if (!page.url().includes("start=gentle-efgh")) fault(`${view.name}: opened ${page.url()}`);
  await context.close();
}

async function without_script(browser) {
  const view = { name: "no script", viewport: { width: 1280, height: 900 }, javaScriptEnabled: false };
  const { context, page } = await open(browser, view);
  await page.goto(to(`/better?${STATE}&${SMALL}`));
  await page.getByRole("button", { name: "Search", exact: true }).click({ timeout: SEARCH_WITHIN });
  await page.waitForSelector("#found-heading", { timeout: SEARCH_WITHIN });
  await context.close();
}

if (options.shots) fs.mkdirSync(options.shots, { recursive: true });
const browser = await launch(chromium);
try {
  for (const view of VIEWS) {
    await search(browser, view);
    await compare(browser, view);
    console.log(`${view.name}: looked at`);
  }
  await without_script(browser);
} finally {
  await browser.close();
}
conclude(faults);
