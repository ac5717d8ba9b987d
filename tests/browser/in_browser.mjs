// What the checks in a browser share: the browser, the checkers, and what is a fault of any page.

import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";

const STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The packages that prepare.sh has put into a folder. */
export function tools(packages) {
  const require = createRequire(path.join(path.resolve(packages), "package.json"));
  const { chromium } = require("playwright-core");
  return { chromium, axe: require("axe-core").source, nu: String(require("vnu-jar")) };
}

/** Starts Chromium without a window. */
export function launch(chromium) {
  return chromium.launch({
    executablePath: process.env.BANDWISE_BROWSER || "/usr/bin/chromium",
    args: process.getuid?.() === 0 ? [...FLAGS, "--no-sandbox"] : FLAGS,
  });
}

/** What the Nu HTML checker has to say of files: for each message its file and its words. */
export function html_faults(nu, files) {
  const said = execFileSync(
    "java",
    ["-jar", nu, "--format", "json", "--stdout", "--exit-zero-always", ...files],
    { encoding: "utf8", maxBuffer: 1 << 28 },
  );
  return JSON.parse(said).messages.map(({ url, lastLine, message, extract }) => ({
    file: path.basename(url ?? ""),
    words: `Nu HTML checker, line ${lastLine}: ${message} (${extract ?? ""})`,
  }));
}

/**
 * What axe finds against WCAG 2.2 AA and good practice, save by rules that are left out. It comes in by its own
 * way, around the page's policy.
 */
export async function access_faults(page, axe, left_out = []) {
  await page.evaluate(axe);
  const found = await page.evaluate(
    ({ values, rules }) => window.axe.run(document, { runOnly: { type: "tag", values }, rules }),
    { values: STANDARDS, rules: Object.fromEntries(left_out.map((rule) => [rule, { enabled: false }])) },
  );
  if (found.passes.length === 0) return ["axe has looked at nothing"];
  return found.violations.flatMap((rule) =>
    rule.nodes.map(
      (node) => `axe ${rule.id}: ${rule.help}: ${node.target.join(" ")}: ${node.html.slice(0, 160)}`,
    ),
  );
}

/** Whether a page must be moved sideways to be read: what is too wide; nothing where all fits. */
export function width_fault(page) {
  return page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return null;
    // The innermost that is wider than the screen, save what moves within itself.
    const beyond = [...document.querySelectorAll("body *")]
      .filter((one) => one.scrollWidth > root.clientWidth && !one.closest(".wide"))
      .at(-1);
    return `must be moved sideways: ${root.scrollWidth} pixels wide on ${root.clientWidth}: ${beyond?.outerHTML.slice(0, 160)}`;
  });
}

/** Unfolds all that can be unfolded; says how much that is. */
export function unfold(page) {
  return page.evaluate(() => {
    const all = [...document.querySelectorAll("details")];
    for (const one of all) one.open = true;
    return all.length;
  });
}

/** The text of a printed page, without blanks, in both orders of reading. */
export function printed_text(file) {
  const read = (order) => execFileSync("pdftotext", [order, file, "-"], { encoding: "utf8" });
  return [read("-layout"), read("-raw")].map(without_blanks);
}

/** How many pages a print has, and whether they are A4. */
export function printed_pages(file) {
  const about = execFileSync("pdfinfo", [file], { encoding: "utf8" });
  return { count: Number(/^Pages:\s+(\d+)/mu.exec(about)?.[1]), a4: /^Page size:.*A4/mu.test(about) };
}

/** Pictures of the pages of a print: `name-1.png` and on. */
export function picture_print(file, name) {
  execFileSync("pdftoppm", ["-r", "80", "-png", file, name]);
}

/** A text without blanks. */
export const without_blanks = (text) => text.replace(/\s+/gu, "");

/** Tells the faults of a check and ends it: with 1 where there are any. */
export function conclude(faults) {
  for (const text of faults) console.error(text);
  if (faults.length > 0) {
    console.error(`${faults.length} faults`);
    process.exit(1);
  }
  console.log("no fault found");
}
