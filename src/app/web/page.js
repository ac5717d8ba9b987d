// Keeps the page live: while a choice is changed, what it changes is asked for and put in its place. Without
// this script the page is plain forms and links.

const QUICK = "2000";
const SETTLED = 350;
const choices = document.getElementById("choices");
let waiting = null;
let settle = null;

/** The query of the form's choices; `draws` stands in where the reader has not chosen a number. */
function query(draws) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(choices)) if (value !== "") fields.append(name, value);
  if (draws && !fields.has("draws")) fields.set("draws", draws);
  return fields.toString();
}

/** Asks for the parts that change; the latest question wins. */
async function ask(draws) {
  waiting?.abort();
  const mine = new AbortController();
  waiting = mine;
  document.body.dataset.busy = "true";
  try {
    const answer = await fetch(`/live?${query(draws)}`, { signal: mine.signal });
    const text = await answer.text();
    if (mine.signal.aborted) return false;
    if (!answer.ok) {
      fault(text);
      return false;
    }
    replace(text);
    return true;
  } catch (error) {
    if (error.name !== "AbortError") fault("The program cannot be reached: is it still running?");
    return false;
  } finally {
    if (waiting === mine) {
      waiting = null;
      delete document.body.dataset.busy;
    }
  }
}

function fault(text) {
  const place = document.getElementById("fault");
  place.textContent = text;
  place.hidden = text === "";
}

/** Puts parts in the place of those of the same name. */
function replace(text) {
  fault("");
  const parts = new DOMParser().parseFromString(text, "text/html");
  for (const part of parts.querySelectorAll("[data-live]")) {
    const old = document.getElementById(part.id);
    if (!old) continue;
    const open = [...old.querySelectorAll("details")].map((one) => one.open);
    [...part.querySelectorAll("details")].forEach((one, place) => {
      one.open = open[place] ?? one.open;
    });
    old.replaceWith(document.adoptNode(part));
  }
}

if (choices) {
  for (const slider of document.querySelectorAll("[data-moves]")) slider.hidden = false;
  choices.addEventListener("input", (event) => {
    const moved = event.target.dataset.moves;
    if (moved) document.getElementById(moved).value = event.target.value;
    clearTimeout(settle);
    ask(QUICK).then((done) => {
      if (done) settle = setTimeout(() => ask(""), SETTLED);
    });
  });
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
