// Everything by keys: / and Ctrl-K search, j k rows, Enter opens, e edits, c creates, ? shows them.

const typing = (node) => node.closest?.("input, textarea, select, [contenteditable]");

const rows = () => [...document.querySelectorAll(".sheet tbody a[href]")].filter(
  (link) => link.closest("th, td")?.cellIndex === 0,
);

function step(by) {
  const links = rows();
  const now = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  const next = links[now < 0 ? 0 : Math.min(Math.max(now + by, 0), links.length - 1)];
  next?.focus();
  next?.closest("tr").scrollIntoView({ block: "nearest" });
}

function find() {
  const field = document.getElementById("finder") ?? document.getElementById("q");
  field?.focus();
  field?.select();
}

const showKeys = () => document.getElementById("keys")?.showModal();
const follow = (selector) => document.querySelector(selector)?.click();

let going = false;

function go(event) {
  going = false;
  const links = document.querySelectorAll(".rail-menu a");
  if (/^[1-9]$/.test(event.key)) links[Number(event.key) - 1]?.click();
}

const KEYS = {
  "/": find,
  j: () => step(1),
  k: () => step(-1),
  e: () => follow("[data-edit]"),
  c: () => follow("[data-create]"),
  "?": showKeys,
  g: () => { going = true; },
};

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    find();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (going) {
    go(event);
    return;
  }
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys]")) showKeys();
});
