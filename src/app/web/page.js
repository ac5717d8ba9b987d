// Keeps the page live: while a choice is changed, what it changes is asked for and put in its place; the
// address follows, so that going back undoes. Without this script the page is plain forms and links.

const SETTLED = 350;
const at = (id) => document.getElementById(id);
let asked = null; // the question under way
let wanted = null; // the newest question, while an earlier one is under way
let settling = null; // what asks for the finer figures once nothing moves any more

/** The choices of the form as a query, without the fields of what is not chosen. */
function query() {
  const fields = new URLSearchParams();
  const all = new FormData(at("choices"));
  const chosen = all.get("propose");
  for (const [name, value] of all) {
    const steers = at(name)?.closest("[data-steer]")?.dataset.steer.split(" ");
    const idle = steers && (chosen === "as-stated" || !steers.includes(chosen));
    if (value !== "" && value !== "as-stated" && !idle) fields.append(name, value);
  }
  return fields.toString();
}

/** Fetches a part of the program; a newer question ends an older one. */
async function fetched(address) {
  asked?.abort();
  const mine = new AbortController();
  asked = mine;
  document.body.dataset.busy = "true";
  try {
    const answer = await fetch(address, { signal: mine.signal });
    return { ok: answer.ok, text: await answer.text() };
  } catch (error) {
    if (error.name === "AbortError") return null;
    return { ok: false, text: "The program cannot be reached. Is bandwise still running?" };
  } finally {
    if (asked === mine) {
      asked = null;
      delete document.body.dataset.busy;
    }
  }
}

/** Tells what is wrong, beside the choices, and marks the field that it names. */
function fault(text) {
  const place = at("fault");
  place.textContent = text.trim();
  place.hidden = text === "";
  for (const field of at("choices").elements) {
    if (field.name && text.startsWith(`${field.name}:`)) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
  if (text) place.scrollIntoView({ block: "nearest" });
}

/** A first look, as soon as the one before is there: the newest choices win, those between are left out. */
async function look() {
  clearTimeout(settling);
  settling = setTimeout(settle, SETTLED);
  if (wanted !== null) {
    wanted = query();
    return;
  }
  wanted = query();
  while (wanted !== null) {
    const mine = wanted;
    const answer = await fetched(`/quick?${mine}`);
    if (answer === null) break;
    show(answer);
    if (wanted === mine) break;
  }
  wanted = null;
}

/** All of it, with the reader's own draws; then the address is that of the state. */
async function settle() {
  clearTimeout(settling);
  wanted = null;
  const answer = await fetched(`/live?${query()}`);
  if (answer === null || !show(answer)) return;
  remember(`/?${at("links").dataset.link}`);
  const told = [...document.querySelectorAll("#glance dl > div")];
  at("status").textContent = told
    .map((one) => `${one.querySelector("dt").textContent}: ${one.querySelector(".value").textContent}`)
    .join(". ");
}

/** Puts parts in the place of those of the same name; says whether there were any. */
function show({ ok, text }) {
  if (!ok) {
    fault(text);
    return false;
  }
  fault("");
  const parts = new DOMParser().parseFromString(text, "text/html");
  for (const part of parts.querySelectorAll("[data-live]")) put(part);
  document.title = `${at("title").querySelector("h1").textContent} – bandwise`;
  follow();
  return true;
}

/** Puts what is in an element into that of the same name; what was unfolded stays so. */
function put(part) {
  const old = at(part.id);
  if (!old) return;
  const opened = new Set([...old.querySelectorAll("details[open] > summary")].map((one) => one.textContent));
  for (const summary of part.querySelectorAll("details > summary")) {
    if (opened.has(summary.textContent)) summary.parentElement.open = true;
  }
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const again = focused && [...part.querySelectorAll(focused.tagName)].find((one) => one.textContent === focused.textContent);
  // The element itself stays: where one beside a slider goes, Chromium ends the drag of the slider.
  for (const { name, value } of part.attributes) old.setAttribute(name, value);
  old.replaceChildren(...[...part.childNodes].map((one) => document.adoptNode(one)));
  again?.focus({ preventScroll: true });
}

/** The fields of what is not chosen follow what is: the headline the bands, the bands the headline. */
function follow() {
  const chosen = new FormData(at("choices")).get("propose");
  for (const [name, value] of new URLSearchParams(at("implied").dataset.fields ?? "")) {
    const field = at(name);
    const led = field?.closest("[data-steer]")?.dataset.steer.split(" ").includes(chosen);
    if (field && field !== document.activeElement && (chosen === "as-stated" || !led)) {
      field.value = value;
      slide(field);
    }
  }
}

/** Moves the slider of a number to it. */
function slide(field) {
  const slider = document.querySelector(`[data-moves="${field.id}"]`);
  if (slider && field.value !== "") slider.value = field.value;
}

/** Another page in the place of this one, without leaving it. */
async function turn(address) {
  clearTimeout(settling);
  wanted = null;
  const answer = await fetched(address);
  if (answer === null) return false;
  const page = new DOMParser().parseFromString(answer.text, "text/html");
  if (!page.getElementById("choices")) {
    fault(answer.text);
    return false;
  }
  const focused = document.activeElement?.id;
  const scrolled = document.querySelector(".controls")?.scrollTop;
  document.title = page.title;
  document.body.replaceWith(document.adoptNode(page.body));
  ready();
  document.querySelector(".controls").scrollTop = scrolled;
  if (focused) at(focused)?.focus({ preventScroll: true });
  return answer.ok;
}

/** Notes a state as the newest; from the one before, going back undoes. */
function remember(address) {
  const here = location.pathname + location.search;
  if (address !== here) {
    const step = (history.state?.step ?? 0) + 1;
    history.pushState({ step }, "", address);
    sessionStorage.setItem("last-step", String(step));
  }
  steps();
}

/** Which ways there are to go. */
function steps() {
  const step = history.state?.step ?? 0;
  at("undo").disabled = step === 0;
  at("redo").disabled = step >= Number(sessionStorage.getItem("last-step") ?? 0);
}

/** Whether a text names an authority of the list, so that one need not leave the field. */
const known = (text) => [...(at("places")?.options ?? [])].some((place) => place.value === text);

function changed(event) {
  const field = event.target;
  const moves = field.dataset.moves;
  if (moves) at(moves).value = field.value;
  else if (field.type === "number") slide(field);
  const band = (moves ?? field.name).startsWith("rise-");
  const stated = document.querySelector('#choices [value="as-stated"]');
  if (band && stated.checked) document.querySelector('#choices [value="bands"]').checked = true;
  // Half a name, half a number: wait for the rest.
  if (field.id === "authority" && event.type === "input" && !known(field.value)) return;
  if (field.type === "number" && field.value === "" && field.validity.badInput) return;
  // Another council has other bands and other ways: the whole page is its own.
  if (field.id === "authority" || field.id === "vintage") turnTo(`/?${query()}`);
  else look();
}

async function turnTo(address) {
  const came = await turn(address);
  // What cannot be shown keeps its address too: going back leads out of it.
  const link = at("links")?.dataset.link;
  remember(came && link ? `/?${link}` : address);
}

/** Makes a fresh page live. */
function ready() {
  for (const part of document.querySelectorAll("[data-script], [data-moves]")) part.hidden = false;
  const form = at("choices");
  form.addEventListener("input", changed);
  form.addEventListener("change", (event) => {
    if (event.target.id === "authority" && !known(event.target.value)) changed(event);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    settle();
    at("results").scrollIntoView();
  });
  at("undo").addEventListener("click", () => history.back());
  at("redo").addEventListener("click", () => history.forward());
  at("copy").addEventListener("click", async () => {
    const link = `${location.origin}/?${at("links").dataset.link}`;
    const done = await navigator.clipboard?.writeText(link).then(() => true, () => false);
    at("status").textContent = done ? "The link is copied." : "The link cannot be copied: take it from the address bar.";
    at("copy").textContent = done ? "Copied" : "Copy it from the address bar";
    setTimeout(() => (at("copy") ? (at("copy").textContent = "Copy the link") : null), 3000);
  });
  at("own-file").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (file) at("toml").value = await file.text();
  });
  steps();
}

if (at("choices")) {
  ready();
  addEventListener("popstate", () => turn(location.pathname + location.search));
}

// The search for a better proposal: how far it has come is told as it comes, and what it found is put in its
// place. Closing the page stops it.
const better = document.getElementById("better");
if (better) {
  const TOLD_EVERY = 5000;
  const part = (name) => document.getElementById(name);
  const bar = part("search-progress");
  let stream = null;
  let told = 0;

  const end = (words) => {
    stream?.close();
    stream = null;
    part("search").hidden = true;
    part("status").textContent = words;
  };
  const fails = (words) => {
    end("");
    part("search-fault").textContent = words;
    part("search-fault").hidden = false;
  };
  const comes = ({ done, total, words }) => {
    part("search-words").textContent = words;
    if (total > 0) {
      bar.max = total;
      bar.value = done;
    } else bar.removeAttribute("value");
    // Who hears the page is told now and then, not every time.
    if (Date.now() - told < TOLD_EVERY) return;
    told = Date.now();
    part("status").textContent = words;
  };
  const ends = (text, query) => {
    const waits = part("search").contains(document.activeElement) || better.contains(document.activeElement);
    end("The search is done.");
    const parts = new DOMParser().parseFromString(text, "text/html");
    part("found").replaceChildren(...[...parts.body.childNodes].map((one) => document.adoptNode(one)));
    history.replaceState(null, "", `/better?${query}&search=yes`);
    if (waits || document.activeElement === document.body) part("found-heading").focus();
  };

  better.addEventListener("submit", (event) => {
    event.preventDefault();
    end("");
    const fields = new URLSearchParams();
    for (const [name, value] of new FormData(better)) if (value !== "") fields.append(name, value);
    const query = fields.toString();
    for (const fault of document.querySelectorAll("#results > div.fault")) fault.remove();
    part("search-fault").hidden = true;
    part("found").replaceChildren();
    part("search").hidden = false;
    told = 0;
    comes({ done: 0, total: 0, words: "The search begins." });
    stream = new EventSource(`${better.dataset.events}?${query}`);
    stream.addEventListener("progress", (news) => comes(JSON.parse(news.data)));
    stream.addEventListener("result", (news) => ends(news.data, query));
    stream.addEventListener("fault", (news) => fails(news.data));
    stream.addEventListener("error", () => fails("The program cannot be reached: is it still running?"));
  });
  part("search-stop").addEventListener("click", () => {
    end("The search is stopped.");
    better.querySelector("button").focus();
  });
}
