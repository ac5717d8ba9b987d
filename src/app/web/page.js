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
