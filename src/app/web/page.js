// Keeps the page live: while a choice is changed, what it changes is asked for and put in its place; the
// address follows, so that going back undoes. Without this script the page is plain forms and links.

const SETTLED = 350;
const at = (id) => document.getElementById(id);
let asked = null; // the question under way
let wanted = null; // the newest question, while an earlier one is under way
let settling = null; // what asks for the finer figures once nothing moves any more
let turning = null; // the page that is to come in the place of this one
let step = 0; // how many states one can go back through
let shown = location.pathname + location.search; // the state that is shown

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
    return { ok: answer.ok, busy: answer.status === 429, text: await answer.text() };
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

/** Tells what is wrong, beside the choices, and marks the field that it names; nothing is wrong without text. */
function fault(text) {
  const place = at("fault");
  place.textContent = text.trim();
  place.hidden = text === "";
  for (const field of at("choices").elements) {
    const named = field.name && text.startsWith(`${field.name}:`);
    if (named) {
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-errormessage", "fault");
      place.textContent = `${field.labels[0]?.textContent ?? field.name}${text.slice(field.name.length).trimEnd()}`;
    } else {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-errormessage");
    }
  }
  if (!text) return;
  if (at("rough")) at("rough").textContent = "These are the figures from before: what is chosen now cannot be shown.";
  place.scrollIntoView({ block: "nearest" });
}

/** A first look, as soon as the one before is there: the newest choices win, those between are left out. */
async function look() {
  if (turning) return turnTo(`/?${query()}`);
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
  if (turning) return turnTo(`/?${query()}`);
  clearTimeout(settling);
  wanted = null;
  const answer = await fetched(`/live?${query()}`);
  if (answer === null) return;
  if (answer.busy) settling = setTimeout(settle, 6 * SETTLED);
  if (!show(answer)) return;
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
  // The same place in the new part: by its position among those of its kind.
  const focused = document.activeElement;
  const alike = [...old.querySelectorAll(focused.tagName)].indexOf(focused);
  const again = alike < 0 ? null : part.querySelectorAll(focused.tagName)[alike];
  const moved = [...old.querySelectorAll(".wide")].map((one) => one.scrollLeft);
  // The element itself stays: where one beside a slider goes, Chromium ends the drag of the slider.
  for (const { name, value } of part.attributes) old.setAttribute(name, value);
  old.replaceChildren(...[...part.childNodes].map((one) => document.adoptNode(one)));
  again?.focus({ preventScroll: true });
  [...old.querySelectorAll(".wide")].forEach((one, place) => (one.scrollLeft = moved[place] ?? 0));
}

/** The fields of what is not chosen follow what is: the headline the bands, the bands the headline. */
function follow() {
  const chosen = new FormData(at("choices")).get("propose");
  for (const [name, value] of new URLSearchParams(at("implied").dataset.fields ?? "")) {
    // One rise for all says nothing of bands: what was chosen for them waits.
    if (chosen === "uniform") break;
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
  const slider = at(`slide-${field.id}`);
  if (!slider) return;
  if (field.value === "") slider.setAttribute("aria-valuetext", "not chosen");
  else {
    if (Number(field.value) > Number(slider.max)) slider.max = field.max;
    slider.value = field.value;
    slider.removeAttribute("aria-valuetext");
  }
}

/** Another page in the place of this one, without leaving it. Says whether it came, or nothing when a newer
 * question has taken its place. */
async function turn(address) {
  clearTimeout(settling);
  wanted = null;
  turning = address;
  const answer = await fetched(address);
  if (answer === null) return null;
  turning = null;
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
  document.querySelector("#results > .fault")?.scrollIntoView({ block: "center" });
  return answer.ok;
}

/** Notes a state as the newest; from the one before, going back undoes. */
function remember(address) {
  if (address !== shown) {
    step += 1;
    history.pushState({ step }, "", address);
    sessionStorage.setItem("last-step", String(step));
    shown = address;
  }
  steps();
}

/** Where one is among the states of this window, and the address by which this one is known. */
function arrive() {
  const last = Number(sessionStorage.getItem("last-step") ?? 0);
  const within = document.referrer.startsWith(location.origin);
  step = history.state?.step ?? (within ? Number(sessionStorage.getItem("step") ?? 0) + 1 : 0);
  if (history.state === null) sessionStorage.setItem("last-step", String(step));
  else if (step > last) sessionStorage.setItem("last-step", String(step));
  const link = at("links")?.dataset.link;
  if (link && !document.querySelector("#results > .fault")) shown = `/?${link}`;
  history.replaceState({ step }, "", shown + location.hash);
  steps();
}

/** Which ways there are to go. A button that leads nowhere keeps its focus. */
function steps() {
  sessionStorage.setItem("step", String(step));
  const leads = (id, somewhere) => at(id).setAttribute("aria-disabled", String(!somewhere));
  leads("undo", step > 0);
  leads("redo", step < Number(sessionStorage.getItem("last-step") ?? 0));
}

/** Goes back or forth: to another state, or to another place in this one. */
function went() {
  const here = location.pathname + location.search;
  if (here === shown) {
    if (history.state === null) history.replaceState({ step }, "");
    return;
  }
  step = history.state?.step ?? 0;
  shown = here;
  turn(here);
}

function changed(event) {
  const field = event.target;
  const moves = field.dataset.moves;
  if (moves) at(moves).value = field.value;
  if (moves || field.type === "number") slide(moves ? at(moves) : field);
  const band = (moves ?? field.name).startsWith("rise-");
  const stated = document.querySelector('#choices [value="as-stated"]');
  if (band && stated.checked) document.querySelector('#choices [value="bands"]').checked = true;
  // Half a name, half a number: wait for the rest. A name picked from the list comes whole.
  const typed = event.type === "input" && (event.inputType ?? "insertReplacementText") !== "insertReplacementText";
  if (field.type === "text" && typed) return;
  if (field.type === "number" && field.value === "" && field.closest("[data-steer]") && event.type === "input") return;
  // Another council has other bands and other ways: the whole page is its own.
  if (field.id === "authority" || field.id === "vintage") {
    if (turning !== `/?${query()}`) turnTo(`/?${query()}`);
  } else if (event.type === "input") look();
  else if (field.type === "text" || field.value === "") settle();
}

async function turnTo(address) {
  const came = await turn(address);
  if (came === null) return;
  // What cannot be shown keeps its address too: going back leads out of it.
  const link = at("links")?.dataset.link;
  remember(came && link ? `/?${link}` : address);
}

/** Makes a fresh page live. */
function ready() {
  for (const part of document.querySelectorAll("[data-script], [data-moves]")) part.hidden = false;
  const form = at("choices");
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    settle();
    at("results").scrollIntoView();
  });
  const leads = (button) => button.getAttribute("aria-disabled") !== "true";
  at("undo").addEventListener("click", (event) => leads(event.currentTarget) && history.back());
  at("redo").addEventListener("click", (event) => leads(event.currentTarget) && history.forward());
  at("unknown")?.addEventListener("click", () => {
    at("comprehension").value = "";
    slide(at("comprehension"));
    look();
  });
  at("copy").addEventListener("click", async () => {
    const link = `${location.origin}/?${at("links").dataset.link}`;
    const done = await navigator.clipboard?.writeText(link).then(() => true, () => false);
    at("status").textContent = done ? "The link is copied." : "The link cannot be copied: take it from the address bar.";
    at("copy").textContent = done ? "Copied" : "Copy it from the address bar";
    setTimeout(() => (at("copy") ? (at("copy").textContent = "Copy the link") : null), 3000);
  });
  at("own-file").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    if (file.size > at("toml").maxLength) fault(`The file is too long for a scenario (at most ${at("toml").maxLength} bytes).`);
    else {
      at("toml").value = await file.text();
      at("own").requestSubmit();
    }
  });
  steps();
}

if (at("choices")) {
  ready();
  arrive();
  addEventListener("popstate", went);
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
