// Tries the page of `bandwise serve` as people meet it: with a mouse, with the keyboard alone, on a phone, in
// the dark, without a script, on paper; by its links, its files, its faults.
//
//     node check_serve.mjs --packages DIR --program BANDWISE [--shots DIR] [--only WORDS]
//
// Prints the name of each test as it passes and fails on any fault; in every test also on an error in the
// console (a breach of the page's policy is one) and on a request to any other host. With --only, runs the
// tests whose names hold the words. With --shots, leaves pictures.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

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

const { values: options } = parseArgs({
  options: {
    packages: { type: "string" },
    program: { type: "string" },
    shots: { type: "string" },
    only: { type: "string", default: "" },
  },
});
if (!options.packages || !options.program) {
  console.error("usage: check_serve.mjs --packages DIR --program BANDWISE [--shots DIR] [--only WORDS]");
  process.exit(2);
}
const { chromium, axe, nu } = tools(options.packages);

const DESKTOP = { width: 1280, height: 900 };
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
const WITHIN = 30_000;
const MOVES = 20;
const BANDS = "propose=bands&rise-A=0&rise-B=0&rise-C=0&rise-D=8.5&rise-E=12&rise-F=20&rise-G=30&rise-H=40";
const SANDWELL = `start=williamson-2018&authority=Sandwell&${BANDS}`;
const PINNED = `${SANDWELL}&pin=${encodeURIComponent("start=uniform-15&authority=Sandwell")}`;
/** What a browser itself says in its console of an answer that refuses, or does not come. */
const REFUSED = /the server responded with a status of 4\d\d/u;
const GONE = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/u;

const faults = [];
let test = "";
const fault = (words) => faults.push(`${test}: ${words}`);
const check = (holds, words) => {
  if (!holds) fault(words);
};
const same = (is, should, words) => {
  const [one, other] = [is, should].map((value) => JSON.stringify(value) ?? "nothing");
  if (one === other) return;
  let from = 0;
  while (one[from] === other[from]) from += 1;
  const part = (text) => text.slice(Math.max(0, from - 60), from + 160);
  fault(`${words}: …${part(one)}… is not …${part(other)}…`);
};

/** Starts the program; it has an address and can be stopped. */
async function serve() {
  const child = spawn(options.program, ["serve", "--port", "0", "--no-open"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  for await (const part of child.stdout) {
    said += part;
    const address = /http:\/\/[^\s]+/u.exec(said)?.[0];
    if (address) {
      child.stdout.destroy();
      const ended = once(child, "exit");
      return { address, stop: () => (child.kill("SIGTERM"), ended) };
    }
  }
  throw new Error(`serve ended: ${said}`);
}

let contexts = [];

/** A page of its own, watched for errors and for requests to others. */
async function open(address, target, view = {}) {
  const { expects, ...rest } = view;
  const context = await browser.newContext({
    locale: "en-GB",
    viewport: DESKTOP,
    reducedMotion: "reduce",
    ...rest,
  });
  contexts.push(context);
  const page = await context.newPage();
  page.setDefaultTimeout(WITHIN);
  page.on("console", (message) => {
    const words = message.text();
    if (message.type() === "error" && !expects?.test(words)) fault(`console: ${words} (${message.location().url})`);
  });
  page.on("pageerror", (error) => fault(`script: ${error.message}`));
  page.on("request", (request) => {
    const asked = request.url();
    if (!asked.startsWith(address) && !/^(?:data|blob):/u.test(asked)) fault(`asks for ${asked}`);
  });
  await page.goto(new URL(target, address).href);
  return page;
}

/** The figures that are always in sight. */
const figures = (page) =>
  page.locator("#glance dl > div").evaluateAll((all) =>
    all.map((one) => [...one.querySelectorAll("dt, dd")].map((part) => part.textContent.trim()).join(" | ")),
  );

/** What every field of the choices holds. */
const fields = (page) =>
  page.evaluate(() =>
    [...document.getElementById("choices").elements]
      .filter((one) => one.name && (one.type !== "radio" || one.checked))
      .map((one) => `${one.name}=${one.value}`),
  );

/** Every part that changes, as it stands, by its name; whether it is folded does not count. */
const parts = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("[data-live]")].map((one) => [one.id, one.outerHTML.replaceAll(' open=""', "")]),
  );

const link = (page) => page.getAttribute("#links", "data-link");

/** Waits until the page shows all of another state than the one before, and its address is its own. */
async function settled(page, before) {
  await page
    .waitForFunction(
      (old) => {
        const now = document.getElementById("links")?.dataset.link;
        const rough = document.getElementById("rough");
        return (
          now !== old &&
          location.pathname + location.search === `/?${now}` &&
          rough?.textContent.trim() === "" &&
          !document.body.dataset.busy
        );
      },
      before,
      { timeout: WITHIN },
    )
    .catch(async () => fault(`does not settle: ${page.url()}, its link ${await link(page)}`));
  return link(page);
}

/** Does something and waits until its result has settled; gives the link of the new state. */
async function after(page, act) {
  const before = await link(page);
  await act();
  return settled(page, before);
}

/** Types the name of a council over the one that is there, and leaves the field by a key. */
async function choose(page, name, key = "Tab") {
  await page.click("#authority", { clickCount: 3 });
  await page.keyboard.type(name, { delay: 40 });
  await page.keyboard.press(key);
}

/** Takes the slider of a number with the mouse; gives where it is, and where a value would be. */
async function take(page, name) {
  const slider = page.locator(`[data-moves="${name}"]`);
  await slider.scrollIntoViewIfNeeded();
  const box = await slider.boundingBox();
  const [low, high, value] = await slider.evaluate((one) => [one.min, one.max, one.value].map(Number));
  const thumb = 8;
  const place = (wish) => box.x + thumb + ((box.width - 2 * thumb) * (wish - low)) / (high - low);
  const y = box.y + box.height / 2;
  await page.mouse.move(place(value), y);
  await page.mouse.down();
  return (wish) => page.mouse.move(place(wish), y, { steps: 6 });
}

/** The same state, opened from its link by somebody else, shows the same. */
async function opens_the_same(page, at) {
  const other = await open(at, page.url());
  same(await figures(other), await figures(page), "figures from the link");
  same(await fields(other), await fields(page), "fields from the link");
  const there = new Map(await parts(other));
  for (const [name, part] of await parts(page)) same(part, there.get(name), `#${name}, live and from the link`);
  await other.context().close();
}

/** Looks at a view with axe and for its width, as it is and unfolded, and takes its picture. */
async function look(page, state, left_out = []) {
  for (const opened of [false, true]) {
    if (opened && (await unfold(page)) === 0) break;
    const name = opened ? `${state}, unfolded` : state;
    for (const words of await access_faults(page, axe, left_out)) fault(`${name}: ${words}`);
    const wide = await width_fault(page);
    if (wide) fault(`${name}: ${wide}`);
    await shoot(page, name);
  }
}

const picture = (name) => path.join(options.shots, `serve-${name.replaceAll(/\W+/gu, "-")}`);

async function shoot(page, name) {
  if (!options.shots) return;
  await page.screenshot({ path: `${picture(name)}.png` });
  await page.screenshot({ path: `${picture(name)}-whole.png`, fullPage: true });
}

/** Presses Tab until an element has the focus. */
async function reach(page, selector) {
  for (let presses = 0; presses < 150; presses += 1) {
    if (await page.evaluate((one) => document.activeElement?.matches(one) ?? false, selector)) return;
    await page.keyboard.press("Tab");
  }
  fault(`${selector} cannot be reached by keyboard`);
}

/** What is wrong with how the element that has the focus can be seen; nothing where all is well. */
function focus_fault() {
  const one = document.activeElement;
  const name = `${one.tagName.toLowerCase()}${one.id && `#${one.id}`} ${(one.ariaLabel ?? one.textContent).trim().slice(0, 50)}`;
  const style = getComputedStyle(one);
  if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return `${name}: its focus cannot be seen`;
  const [box] = one.getClientRects();
  // The corners and the middle; of what is tall, and of a text that is written into, the middle of what is in sight.
  const tall = box.height > innerHeight / 2 || one.matches("textarea");
  const [top, bottom] = tall ? [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)] : [box.top, box.bottom];
  const middle = [(box.left + box.right) / 2, (top + bottom) / 2];
  const inner = Math.min(4, box.width / 3, (bottom - top) / 3);
  const corners = [box.left + inner, box.right - inner].flatMap((x) => [top + inner, bottom - inner].map((y) => [x, y]));
  for (const [x, y] of tall ? [middle] : [middle, ...corners]) {
    const hit = document.elementFromPoint(x, y);
    if (hit && (one === hit || one.contains(hit))) continue;
    const words = hit ? `covered by ${hit.tagName.toLowerCase()} ${hit.id || hit.className}` : "out of sight";
    return `${name}: ${words} at ${Math.round(x)}, ${Math.round(y)} with the focus on it`;
  }
  return null;
}

/** Tabs through all of a page: every control has its turn, in the order of the page, and is seen. */
async function tab_through(page) {
  const names = await page.evaluate(() => {
    const all = document.querySelectorAll(
      "a[href], button:not(:disabled), input:not([type=hidden], :disabled), select, textarea, summary, [tabindex='0']",
    );
    const turns = [...all].filter((one) => one.checkVisibility() && (one.type !== "radio" || one.checked));
    window.turns = turns;
    return turns.map((one) => `${one.tagName} ${one.id} ${(one.ariaLabel ?? one.textContent).trim().slice(0, 40)}`);
  });
  const seen = new Set();
  for (const [turn, name] of names.entries()) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => window.turns.indexOf(document.activeElement));
    if (at !== turn) {
      const is = await page.evaluate(() => document.activeElement.outerHTML.slice(0, 120));
      fault(`turn ${turn} of ${names.length} by Tab should be ${name}, is ${is}`);
      break;
    }
    const wrong = await page.evaluate(focus_fault);
    if (wrong && !seen.has(wrong)) fault(wrong);
    seen.add(wrong);
  }
  return names;
}

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "bandwise-serve-"));

/** Takes a file away by its link in the page; gives where it is. */
async function download(page, href) {
  const [taken] = await Promise.all([page.waitForEvent("download"), page.locator(href).first().click()]);
  const to = path.join(scratch, taken.suggestedFilename());
  await taken.saveAs(to);
  return to;
}

const TESTS = {
  "the figures stand in the page as it comes, and in sight": async ({ at }) => {
    const page = await open(at, "/");
    const painted = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
    const paint = await (await page.waitForFunction(painted)).jsonValue();
    const answer = await page.evaluate(() => performance.getEntriesByType("navigation")[0].responseEnd);
    const came = await (await page.request.get(at)).text();
    const shown = await figures(page);
    check(shown.length >= 4, `${shown.length} figures at a glance`);
    for (const one of shown) {
      for (const part of one.split(" | ")) check(came.includes(part.replaceAll("&", "&amp;")), `${part} does not come with the page`);
    }
    for (const value of await page.locator("#glance .value").all()) {
      const box = await value.boundingBox();
      check(box && box.y >= 0 && box.y + box.height <= DESKTOP.height, `${await value.textContent()} is not in sight`);
    }
    same(await page.textContent("#rough"), "", "what it says of rough figures");
    console.log(`   the page has come after ${Math.round(answer)} ms and is painted after ${Math.round(paint)} ms`);
  },

  "Sandwell is chosen by typing": async ({ at }) => {
    const page = await open(at, "/");
    const derby = await figures(page);
    const now = await after(page, () => choose(page, "Sandwell", "Enter"));
    check(now.includes("authority=Sandwell"), `its link is ${now}`);
    check((await page.textContent("h1")).includes("Sandwell"), "the heading does not say Sandwell");
    check(JSON.stringify(await figures(page)) !== JSON.stringify(derby), "the figures are Derby's");
    same(await page.evaluate(() => document.activeElement.id), "authority", "the focus");
    await opens_the_same(page, at);
    await after(page, () => choose(page, "Derby"));
    check(await page.evaluate(() => document.activeElement !== document.body), "left by Tab, the focus is lost");
  },

  "a name that begins with another council's can be typed to its end": async ({ at }) => {
    // Derby comes on the way, and Derbyshire, which is refused: as a county it gives no relief to bands.
    const page = await open(at, "/?start=williamson-2018&authority=Sandwell", { expects: REFUSED });
    await choose(page, "Derbyshire Dales");
    await page.waitForTimeout(1500);
    same(await page.inputValue("#authority"), "Derbyshire Dales", "the field");
    await page.waitForFunction(() => !document.body.dataset.busy);
    check((await page.textContent("h1")).includes("Derbyshire Dales"), `the heading: ${await page.textContent("h1")}`);
  },

  "band D is dragged, the figures follow, and are those of a fresh page": async ({ at }) => {
    const page = await open(at, "/?start=williamson-2018&authority=Sandwell");
    const [before, past] = [await figures(page), await page.evaluate(() => history.length)];
    const now = await after(page, async () => {
      const drag = await take(page, "rise-D");
      const shown = await page.textContent("#glance dl");
      await drag(35);
      await page.waitForFunction((old) => document.querySelector("#glance dl").textContent !== old, shown);
      check(/^Rough figures/u.test(await page.textContent("#rough")), "the first look is not said to be rough");
      await drag(15);
      await page.mouse.up();
    });
    const value = Number(await page.inputValue("#rise-D"));
    check(value >= 13 && value <= 17, `dragged to 15, band D is at ${value}`);
    same(await page.inputValue('[data-moves="rise-D"]'), String(value), "slider and number");
    check(await page.isChecked('[value="bands"]'), "a rise for each band is not chosen");
    check(JSON.stringify(await figures(page)) !== JSON.stringify(before), "the figures have not changed");
    check(now.includes(`rise-D=${value}`), `its link is ${now}`);
    same(await page.evaluate(() => history.length), past + 1, "states to go back to");
    check((await page.textContent("#status")).includes(":"), "nothing is said to who hears the page");
    await opens_the_same(page, at);
    const fresh = await open(at, `/?${now}&draws=10000`);
    same(await figures(fresh), await figures(page), "figures of 10,000 draws");
  },

  "the headline, its relief and one rise for all move the figures too": async ({ at }) => {
    const page = await open(at, `/?${SANDWELL}`);
    for (const [steer, name, value] of [["headline", "relief-D", "40"], ["headline", "headline", "30"], ["uniform", "headline", "7"]]) {
      if (!(await page.isChecked(`[value="${steer}"]`))) await after(page, () => page.check(`[value="${steer}"]`));
      const before = await figures(page);
      const now = await after(page, () => page.fill(`#${name}`, value));
      check(now.includes(`${name}=${value}`), `${steer}: its link is ${now}`);
      check(JSON.stringify(await figures(page)) !== JSON.stringify(before), `${steer}: the figures have not changed`);
      same(await page.inputValue(`[data-moves="${name}"]`), value, "the slider");
      // What was chosen for the bands waits while there is one rise for all.
      if (steer === "uniform") same(await page.inputValue("#relief-D"), "40", "the relief of band D, chosen before");
      else await opens_the_same(page, at);
    }
    await after(page, () => page.check('[value="headline"]'));
    await after(page, () => page.fill("#headline", "30"));
    for (const [name, value] of [["day", "stand-alone"], ["protect", "no"], ["vintage", 1]]) {
      await unfold(page);
      const before = await figures(page);
      await after(page, () => page.selectOption(`#${name}`, typeof value === "number" ? { index: value } : value));
      if (name === "day") check(JSON.stringify(await figures(page)) !== JSON.stringify(before), "the day changes nothing");
    }
    await after(page, () => page.fill("#comprehension", "80"));
    await after(page, () => page.fill("#draws", "3000"));
    await after(page, () => page.fill("#seed", "7"));
    await opens_the_same(page, at);
  },

  "undo and redo, back and forward lead through the states": async ({ at }) => {
    const page = await open(at, "/?start=williamson-2018&authority=Sandwell");
    const state = async () => [await figures(page), await fields(page), await parts(page)];
    check(await page.isDisabled("#undo"), "there is something to undo on a fresh page");
    const states = [await state()];
    await after(page, () => page.fill("#rise-D", "5"));
    states.push(await state());
    await after(page, () => page.fill("#rise-H", "80"));
    states.push(await state());
    const way = async (step, words, act) => {
      await after(page, act);
      const is = await state();
      for (const [part, name] of ["figures", "fields", "parts"].entries()) same(is[part], states[step][part], `${words}: ${name}`);
    };
    await way(1, "undone", () => page.click("#undo"));
    await way(0, "undone twice", () => page.click("#undo"));
    check(await page.isDisabled("#undo"), "there is more to undo than was done");
    await way(1, "redone", () => page.click("#redo"));
    await way(2, "redone twice", () => page.click("#redo"));
    check(await page.isDisabled("#redo"), "there is more to redo than was undone");
    await way(1, "back", () => page.goBack());
    await way(0, "back twice", () => page.goBack());
    await way(1, "forward", () => page.goForward());
    // From here on another way: what was undone is gone.
    await after(page, () => page.fill("#rise-A", "3"));
    check(await page.isDisabled("#redo"), "what another way replaced can be redone");
  },

  "going to a part of the results leaves figures, place and undo as they are": async ({ at }) => {
    const page = await open(at, "/?start=williamson-2018&authority=Sandwell");
    await after(page, () => page.fill("#rise-D", "5"));
    const shown = await figures(page);
    let asked = 0;
    page.on("request", (request) => (asked += /^(?:fetch|document)$/u.test(request.resourceType()) ? 1 : 0));
    const part = page.locator(".contents a").nth(3);
    const name = (await part.getAttribute("href")).slice(1);
    await part.click();
    await page.waitForTimeout(1000);
    same(asked, 0, "requests");
    const top = await page.evaluate((one) => document.getElementById(one).getBoundingClientRect().top, name);
    const under = await page.evaluate(() => document.getElementById("glance").getBoundingClientRect().bottom);
    check(top >= under - 2 && top < DESKTOP.height / 2, `the part begins at ${Math.round(top)}, the figures end at ${Math.round(under)}`);
    same(await figures(page), shown, "figures");
    check(await page.isEnabled("#undo"), "the change cannot be undone any more");
  },

  "a fresh start can be undone": async ({ at }) => {
    const page = await open(at, "/?start=williamson-2018&authority=Sandwell");
    await after(page, () => page.fill("#rise-D", "5"));
    await page.locator("#links").getByRole("link", { name: "Start again" }).click();
    await page.waitForURL((url) => !url.search.includes("rise-D"));
    check(await page.isDisabled("#redo"), "there is something to redo");
    await page.click("#undo");
    await page.waitForURL(/rise-D=5&/u);
    same(await page.inputValue("#rise-D"), "5", "band D after the fresh start is undone");
  },

  "the link is copied": async ({ at }) => {
    const page = await open(at, `/?${SANDWELL}`, { permissions: ["clipboard-read", "clipboard-write"] });
    await page.click("#copy");
    await page.waitForFunction(() => document.getElementById("status").textContent !== "");
    same(await page.evaluate(() => navigator.clipboard.readText()), new URL(`/?${await link(page)}`, at).href, "the clipboard");
  },

  "files taken from the page are the command line's, byte for byte": async ({ at }) => {
    const page = await open(at, "/?start=williamson-2018&authority=Sandwell");
    await after(page, () => page.fill("#rise-D", "9"));
    const names = ["scenario.toml", "bands.csv", "summary.csv"];
    const taken = [];
    for (const name of names) taken.push(await download(page, `a[href^="/files/${name}?"]`));
    const out = path.join(scratch, "run");
    execFileSync(options.program, ["run", taken[0], "--format", "csv", "--out", out], { stdio: "ignore" });
    for (const [place, name] of names.entries()) {
      const [mine, theirs] = [taken[place], path.join(out, name)].map((file) => fs.readFileSync(file));
      check(mine.equals(theirs), `${name} from the page is another than the command line's`);
    }
    const chart = await download(page, 'main figure a[href^="/files/charts/"][href*=".svg"]');
    check(fs.readFileSync(chart, "utf8").includes("<svg"), "a chart taken away is no chart");
    const archive = await download(page, 'a[href^="/results.zip?"], a[href^="/files/results.zip?"]');
    same(fs.readFileSync(archive).subarray(0, 2).toString(), "PK", "the beginning of the archive");
    // It comes back as it went: a file is opened as soon as it is chosen.
    const shown = await figures(page);
    await page.click("#own summary");
    await page.setInputFiles("#own-file", taken[0]);
    await page.waitForURL(/scenario=/u);
    same(await figures(page), shown, "figures of the scenario that came back");
    const [again] = [await download(page, 'a[href^="/files/bands.csv?"]')];
    check(fs.readFileSync(again).equals(fs.readFileSync(path.join(out, "bands.csv"))), "its bands.csv is another");
    // Now it can be moved on from there.
    const now = await after(page, () => page.fill("#rise-H", "60"));
    check(now.includes("scenario="), "moved on, it is no more the reader's own");
    await opens_the_same(page, at);
  },

  "a scenario that cannot be read says what is wrong, and where": async ({ at }) => {
    const page = await open(at, "/", { expects: REFUSED });
    await page.click("#own summary");
    await page.fill("#toml", 'title = "Mine"\nauthority = "Darby"\n');
    await page.click("#own button");
    await page.waitForTimeout(1500);
    const said = await page.locator("body").innerText();
    check(/Derby|proposal|missing|toml|line/iu.test(said), `it says: ${said.slice(0, 200)}`);
    check((await page.locator("#own, a[href='/']").count()) > 0, `no way on from it: ${said.slice(0, 200)}`);
  },

  "a pinned proposal stays while others are tried, and is compared": async ({ at }) => {
    const page = await open(at, "/?start=williamson-2018&authority=Sandwell");
    await page.locator("#links").getByRole("link", { name: /^Pin it/u }).click();
    await page.waitForURL(/pin=/u);
    check((await page.locator("#pins li").count()) === 1, "one is not pinned");
    const now = await after(page, () => page.fill("#rise-D", "5"));
    check(now.includes("pin="), `moved on, nothing is pinned: ${now}`);
    check((await page.locator("#pins li").first().innerText()).includes("Sandwell"), "it has no name");
    await opens_the_same(page, at);
    await page.locator("#links").getByRole("link", { name: /^Pin it/u }).click();
    await page.waitForFunction(() => document.querySelectorAll("#pins li").length === 2);
    const kept = page.url();
    await page.locator("#pins").getByRole("link", { name: "Compare side by side" }).click();
    await page.waitForURL(/\/compare\?/u);
    check((await page.locator("main h2").count()) > 0, "side by side there is nothing");
    await page.goto(kept);
    await page.locator("#pins").getByRole("link", { name: /^Take/u }).first().click();
    await page.waitForFunction(() => document.querySelectorAll("#pins li").length === 1);
  },

  "every control is reached by keyboard, in order, in sight": async ({ at }) => {
    for (const [name, view] of [["desktop", {}], ["small window", { viewport: { width: 1000, height: 620 } }], ["phone", { viewport: PHONE.viewport }]]) {
      const page = await open(at, `/?${PINNED}`, view);
      await unfold(page);
      const before = faults.length;
      const names = await tab_through(page);
      for (let one = before; one < faults.length; one += 1) faults[one] = faults[one].replace(`${test}: `, `${test}: ${name}: `);
      check(names[0]?.includes("Skip to the results"), `${name}: first by Tab comes ${names[0]}`);
      for (const wish of ["authority", "rise-D", "protect", "day", "comprehension", "seed", "start-from", "toml", "copy", "own-file"]) {
        check(names.some((one) => one.split(" ")[1] === wish), `${name}: no turn for #${wish}`);
      }
    }
  },

  "a proposal is made with the keyboard alone": async ({ at }) => {
    const page = await open(at, "/?start=williamson-2018&authority=Sandwell");
    await page.keyboard.press("Tab");
    check(await page.evaluate(() => document.activeElement.matches(".skip")), "the first by Tab is no skip link");
    const skip = await page.locator(".skip").boundingBox();
    check(skip && skip.x >= 0 && skip.y >= 0, "the skip link is not in sight");
    await page.keyboard.press("Enter");
    await page.waitForTimeout(700);
    await page.keyboard.press("Tab");
    check(await page.evaluate(() => document.activeElement.closest("#results") !== null), "the skip link does not lead to the results");
    await page.reload();
    await reach(page, '[name="propose"]');
    await after(page, () => page.keyboard.press("ArrowDown"));
    check(await page.isChecked('[value="bands"]'), "an arrow does not choose");
    await reach(page, '[data-moves="rise-D"]');
    const value = Number(await page.inputValue("#rise-D"));
    await after(page, () => page.keyboard.press("ArrowRight"));
    same(Number(await page.inputValue("#rise-D")), value + 0.5, "band D after an arrow");
    check(await page.evaluate(() => document.activeElement.matches('[data-moves="rise-D"]')), "the slider has lost the focus");
    await after(page, () => page.keyboard.press("Home"));
    same(await page.inputValue("#rise-D"), "0", "band D after Home");
    await reach(page, '#choices button[type="submit"]');
    await page.keyboard.press("Enter");
    await page.waitForTimeout(1000);
    const top = await page.evaluate(() => document.getElementById("results").getBoundingClientRect().top);
    check(top < DESKTOP.height / 2, `after Enter the results begin at ${Math.round(top)}`);
    await reach(page, "#undo");
    await after(page, () => page.keyboard.press("Space"));
    same(Number(await page.inputValue("#rise-D")), value + 0.5, "band D after undoing by Space");
    same(await page.evaluate(() => document.activeElement.id), "undo", "the focus after undoing");
    for (let more = 0; more < 2 && (await page.isEnabled("#undo")); more += 1) await after(page, () => page.keyboard.press("Space"));
    check(await page.evaluate(() => document.activeElement !== document.body), "with nothing left to undo, the focus is lost");
  },

  "on a phone all fits, the figures stay in sight, and a finger can move a slider": async ({ at }) => {
    const page = await open(at, `/?${SANDWELL}`, PHONE);
    await look(page, "phone");
    const glance = await page.locator("#glance").boundingBox();
    check(glance.y + glance.height <= PHONE.viewport.height + 1 && glance.y >= 0, "the figures are not in sight");
    check(glance.height <= PHONE.viewport.height / 3, `the figures take ${Math.round(glance.height)} of ${PHONE.viewport.height} pixels`);
    for (const wish of ["rise-D", "day"]) {
      const field = page.locator(`#${wish}`);
      await field.scrollIntoViewIfNeeded();
      await field.focus();
      const wrong = await page.evaluate(focus_fault);
      if (wrong) fault(wrong);
    }
    const before = await figures(page);
    await after(page, async () => {
      const slider = page.locator('[data-moves="rise-D"]');
      await slider.scrollIntoViewIfNeeded();
      const box = await slider.boundingBox();
      await page.touchscreen.tap(box.x + box.width * 0.8, box.y + box.height / 2);
    });
    check(JSON.stringify(await figures(page)) !== JSON.stringify(before), "the figures have not changed");
    await opens_the_same(page, at);
  },

  "at 320 pixels, and at four times the size, nothing must be moved sideways": async ({ at }) => {
    for (const [width, height] of [[320, 640], [320, 256], [640, 450]]) {
      const page = await open(at, `/?${PINNED}`, { viewport: { width, height } });
      await look(page, `${width} by ${height}`);
      const covered = await page.evaluate(() => {
        const bar = document.getElementById("glance");
        const place = getComputedStyle(bar).position;
        return place === "static" ? 0 : bar.getBoundingClientRect().height / innerHeight;
      });
      check(covered <= 0.4, `${width} by ${height}: the figures cover ${Math.round(100 * covered)}% of the window`);
    }
  },

  "without a script the form leads to the same results": async ({ at }) => {
    const page = await open(at, "/", { javaScriptEnabled: false });
    for (const gone of ["#undo", "#copy", "#own-file", '[data-moves="rise-D"]']) {
      check(!(await page.locator(gone).isVisible()), `${gone} is shown, and does nothing`);
    }
    await page.fill("#authority", "Sandwell");
    await page.check('[value="bands"]');
    await page.fill("#rise-D", "8.5");
    await page.getByRole("button", { name: "Show the results" }).click();
    await page.waitForURL(/rise-D=8\.5/u);
    check((await page.textContent("h1")).includes("Sandwell"), "the heading does not say Sandwell");
    same(await page.inputValue("#rise-D"), "8.5", "band D");
    const shown = await figures(page);
    const scripted = await open(at, `/?${await link(page)}`);
    same(shown, await figures(scripted), "figures with and without a script");
    await shoot(page, "no script");
    await page.selectOption("#start-from", "uniform-15");
    await page.click("#start button");
    await page.waitForURL(/start=uniform-15/u);
    check((await page.textContent("h1")).includes("Sandwell"), "starting from another proposal, Sandwell is lost");
    await page.click("#own summary");
    await page.fill("#toml", await (await page.request.get(new URL(`/files/scenario.toml?${SANDWELL}`, at).href)).text());
    await page.click("#own button");
    await page.waitForURL(/scenario=/u);
    check((await page.locator("#glance .value").count()) >= 4, "its own scenario shows no figures");
    // The same view for axe, which needs scripts.
    const unscripted = await open(at, "about:blank", { expects: /ERR_FAILED/u });
    await unscripted.route("**/page.js", (route) => route.abort());
    await unscripted.goto(new URL(`/?${SANDWELL}`, at).href);
    await look(unscripted, "script blocked");
  },

  "a council that is none: the nearest is named, and the page goes on": async ({ at }) => {
    const page = await open(at, "/", { expects: REFUSED });
    const derby = await figures(page);
    await choose(page, "Darby");
    const said = page.getByRole("alert").filter({ hasText: "Derby" });
    await said.waitFor();
    const box = await said.boundingBox();
    check(box.y >= 0 && box.y + box.height <= DESKTOP.height, "what is wrong is said out of sight");
    check((await page.locator("#glance .value").count()) === 0, "the figures of before stay in sight beside the fault");
    same(await page.inputValue("#authority"), "Darby", "the field");
    same(await page.getAttribute("#authority", "aria-invalid"), "true", "aria-invalid of the field");
    await look(page, "fault");
    await after(page, async () => {
      await choose(page, "Derby");
    });
    same(await figures(page), derby, "figures once it is put right");
    const direct = await open(at, "/?authority=Darby", { expects: REFUSED });
    check((await direct.getByRole("alert").filter({ hasText: "Derby" }).count()) > 0, "opened by its link, the nearest is not named");
    const status = (await direct.request.get(new URL("/?authority=Darby", at).href)).status();
    check(status >= 400 && status < 500, `its status is ${status}`);
    await choose(direct, "Derby");
    await direct.waitForFunction(() => document.querySelector("h1").textContent.includes("Derby"));
    check((await direct.locator("#glance .value").count()) >= 4, "put right after opening by a wrong link, no figures come to sight");
    const phone = await open(at, "/", { expects: REFUSED, ...PHONE });
    await choose(phone, "Darby");
    const told = phone.getByRole("alert").filter({ hasText: "Derby" });
    await told.waitFor();
    const place = await told.boundingBox();
    check(place.y >= 0 && place.y < PHONE.viewport.height - 100, `on a phone it is said out of sight, at ${Math.round(place.y)}`);
    const undone = await open(at, "/", { expects: REFUSED });
    await choose(undone, "Darby");
    await undone.getByRole("alert").filter({ hasText: "Derby" }).waitFor();
    await undone.goBack();
    await undone.waitForFunction(() => !document.querySelector("h1").textContent.includes("cannot"));
    same(await figures(undone), derby, "figures after going back");
  },

  "a number out of its range: the field is marked, the fault is said": async ({ at }) => {
    const page = await open(at, "/?start=williamson-2018&authority=Sandwell", { expects: REFUSED });
    await page.fill("#rise-D", "400");
    const said = page.locator("#fault");
    await page.waitForFunction(() => !document.getElementById("fault").hidden);
    check(/300/u.test(await said.textContent()), `it says: ${await said.textContent()}`);
    same(await page.getAttribute("#rise-D", "aria-invalid"), "true", "aria-invalid of the field");
    const box = await said.boundingBox();
    check(box.y >= 0 && box.y + box.height <= DESKTOP.height, "the fault is said out of sight");
    await look(page, "number fault");
    await after(page, () => page.fill("#rise-D", "12"));
    check(!(await said.isVisible()), "put right, the fault is still said");
    same(await page.getAttribute("#rise-D", "aria-invalid"), null, "aria-invalid once put right");
    for (const query of ["authority=", "propose=none", "rise-D=abc", "nonsense=1", "draws=0", "scenario=xx"]) {
      const answer = await page.request.get(new URL(`/?${query}`, at).href);
      check(answer.status() < 500, `${query}: status ${answer.status()}`);
      check((await answer.text()).includes("#results") || (await answer.text()).includes('id="results"'), `${query}: no page`);
    }
  },

  "a program that has been stopped is said to be": async () => {
    const own = await serve();
    const page = await open(own.address, "/", { expects: GONE });
    const shown = await figures(page);
    await own.stop();
    await page.fill("#rise-D", "33");
    await page.waitForFunction(() => !document.getElementById("fault").hidden);
    const said = page.locator("#fault");
    check(/cannot be reached/u.test(await said.textContent()), `it says: ${await said.textContent()}`);
    const box = await said.boundingBox();
    check(box.y >= 0 && box.y + box.height <= DESKTOP.height, "it is said out of sight");
    same(await figures(page), shown, "the last figures");
    await page.fill("#authority", "Sandwell");
    await page.waitForTimeout(1000);
    check(/cannot be reached/u.test(await said.textContent()), "choosing a council, nothing is said");
  },

  "light, dark, without motion, in forced colours: nothing for axe to find": async ({ at }) => {
    for (const [name, view] of [
      ["light", { colorScheme: "light", reducedMotion: "no-preference" }],
      ["dark", { colorScheme: "dark" }],
      ["forced colours", { forcedColors: "active", colorScheme: "dark" }],
      ["dark phone", { colorScheme: "dark", ...PHONE }],
    ]) {
      const page = await open(at, `/?${PINNED}`, view);
      // Forced colours are the browser's; axe measures those that the page would have had.
      await look(page, name, view.forcedColors ? ["color-contrast"] : []);
      await page.focus("#authority");
      const wrong = await page.evaluate(focus_fault);
      if (wrong) fault(`${name}: ${wrong}`);
      if (view.reducedMotion !== "no-preference") {
        const moves = await page.evaluate(
          () => getComputedStyle(document.documentElement).scrollBehavior === "smooth" || document.getAnimations().length > 0,
        );
        check(!moves, `${name}: it moves, though no motion is wished`);
      }
    }
  },

  "the search and the proposals side by side: nothing for axe to find": async ({ at }) => {
    for (const [name, target] of [["better", `/better?${SANDWELL}`], ["compare", `/compare?${PINNED}`]]) {
      for (const [kind, view] of [["", {}], [" dark", { colorScheme: "dark" }], [" phone", PHONE]]) {
        await look(await open(at, target, view), `${name}${kind}`);
      }
    }
  },

  "the pages are sound HTML": async ({ at }) => {
    const page = await open(at, "about:blank");
    const targets = {
      "opening.html": "/",
      "sandwell.html": `/?${PINNED}`,
      "police.html": "/?start=uniform-15&authority=Bedfordshire%20Police",
      "fault.html": "/?authority=Darby",
      "better.html": `/better?${SANDWELL}`,
      "compare.html": `/compare?${PINNED}`,
    };
    const files = [];
    for (const [name, target] of Object.entries(targets)) {
      files.push(path.join(scratch, name));
      fs.writeFileSync(files.at(-1), await (await page.request.get(new URL(target, at).href)).body());
    }
    for (const { file, words } of html_faults(nu, files)) fault(`${file}: ${words}`);
    // What is put in live makes no name twice.
    await page.goto(at);
    await after(page, () => page.fill("#rise-D", "5"));
    const twice = await page.evaluate(() => {
      const names = [...document.querySelectorAll("[id]")].map((one) => one.id);
      return names.filter((name, place) => names.indexOf(name) !== place);
    });
    same(twice, [], "names that stand twice");
  },

  "printed on A4 the results stand without the controls": async ({ at }) => {
    const page = await open(at, `/?${SANDWELL}`);
    const title = await page.textContent("h1");
    const last = await page.textContent("footer");
    const figure = (await page.locator("#glance .value").first().textContent()).trim();
    const printed = path.join(scratch, "page.pdf");
    await page.pdf({ path: printed, preferCSSPageSize: true, printBackground: true });
    const texts = printed_text(printed);
    for (const words of [title, last, figure]) {
      const sought = without_blanks(words).slice(0, 80);
      check(texts.some((text) => text.includes(sought)), `not in print: ${words}`);
    }
    for (const words of ["Show the results", "Start from it", "Skip to the results", "Copy the link", "Pin it", "Take it away", "Take away:"]) {
      check(!texts.some((text) => text.includes(without_blanks(words))), `in print: ${words}`);
    }
    const { count, a4 } = printed_pages(printed);
    check(a4, "not on A4");
    check(count <= 6, `${count} pages of A4`);
    console.log(`   ${count} pages of A4`);
    if (options.shots) picture_print(printed, picture("print"));
    const dark = await open(at, `/?${SANDWELL}`, { colorScheme: "dark" });
    const by_night = path.join(scratch, "dark.pdf");
    await dark.pdf({ path: by_night, preferCSSPageSize: true, printBackground: true });
    const ink = (file) => execFileSync("pdftoppm", ["-r", "30", "-gray", "-l", "1", file]);
    check(ink(by_night).equals(ink(printed)), "from a dark screen it prints otherwise");
  },

  "a slider moves: how soon the figures follow": async ({ at }) => {
    const page = await open(at, "/?start=williamson-2018&authority=Sandwell");
    const taken = await page.evaluate(async ([moves, within]) => {
      const slider = document.querySelector('[data-moves="rise-D"]');
      const times = [];
      for (let move = 0; move < moves; move += 1) {
        const shown = () => document.querySelector("#glance dl").textContent;
        const old = shown();
        const began = performance.now();
        slider.value = String(5 + 2 * move);
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise((done, never) => {
          const watch = new MutationObserver(() => {
            if (shown() === old) return;
            watch.disconnect();
            done();
          });
          watch.observe(document.body, { childList: true, subtree: true, characterData: true });
          setTimeout(() => never(new Error(`no other figures after move ${move}`)), within);
        });
        times.push(performance.now() - began);
        await new Promise(requestAnimationFrame);
      }
      return times.sort((one, other) => one - other);
    }, [MOVES, WITHIN]);
    const [median, most] = [taken[MOVES / 2], taken.at(-1)].map(Math.round);
    console.log(`   ${MOVES} moves: median ${median} ms, maximum ${most} ms`);
  },
};

if (options.shots) fs.mkdirSync(options.shots, { recursive: true });
const server = await serve();
const browser = await launch(chromium);
try {
  for (const [name, run] of Object.entries(TESTS)) {
    if (!name.includes(options.only)) continue;
    test = name;
    const before = faults.length;
    try {
      await run({ at: server.address });
    } catch (error) {
      fault(`ends early: ${error.message.split("\n").slice(0, 4).join(" ")}`);
    }
    for (const context of contexts) await context.close().catch(() => {});
    contexts = [];
    console.log(faults.length === before ? `ok ${name}` : `FAULT ${name}`);
  }
} finally {
  await browser.close();
  await server.stop();
  fs.rmSync(scratch, { recursive: true, force: true });
}
conclude(faults);
