// What the frame does beyond plain HTML. Without it every page still works.

const html = document.documentElement;
const words = document.getElementById("words")?.dataset ?? {};

// Requests of htmx bear the form secret; an answer that says no is told, and replaces nothing.

document.addEventListener("htmx:config:request", (event) => {
  const secret = document.querySelector('meta[name="csrf-token"]')?.content;
  if (secret) event.detail.ctx.request.headers["X-CSRFToken"] = secret;
});

document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = event.detail;
  const said = ctx.response.headers.get("Tandem-Message");
  // A list or a form that was refused comes as HTML and says so in its place.
  if (said === null && ctx.response.status < 500) return;
  ctx.swap = "none";
  toast(decodeURIComponent(said || "") || words.failed);
});

document.addEventListener("htmx:error", () => toast(words.offline));

export function toast(text) {
  const note = document.createElement("div");
  note.className = "toast-note";
  const line = document.createElement("p");
  line.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "icon-button";
  close.setAttribute("aria-label", words.close);
  close.textContent = "×";
  close.addEventListener("click", () => note.remove());
  note.append(line, close);
  document.getElementById("toasts")?.append(note);
  setTimeout(() => note.remove(), 12000);
}

// Theme, density and the rail turn at once; the cookie tells the server for the next page.

const YEAR_S = 31536000;

function remember(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${encodeURIComponent(value)}; Max-Age=${YEAR_S}; Path=/; SameSite=Lax${secure}`;
}

const ATTRIBUTES = { theme: "data-bs-theme", density: "data-density", rail: "data-rail" };

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-prefer]");
  if (!button || !(button.name in ATTRIBUTES)) return;
  event.preventDefault();
  html.setAttribute(ATTRIBUTES[button.name], button.value);
  remember(button.name, button.value);
  if (button.dataset.other) {
    [button.value, button.dataset.other] = [button.dataset.other, button.value];
    return;
  }
  for (const other of button.parentElement.children) {
    other.setAttribute("aria-pressed", String(other === button));
  }
});

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes(`zone=${encodeURIComponent(zone)}`)) remember("zone", zone);

// Menus close when somebody turns elsewhere.

const openMenus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// What only the irreversible asks.

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});

// Parts that ask again do so only while somebody looks: data-poll="/address" data-every="2000".

const asked = new WeakMap();

async function poll() {
  if (document.hidden) return;
  for (const part of document.querySelectorAll("[data-poll]")) {
    const now = performance.now();
    if (!asked.has(part)) asked.set(part, now);
    if (now - asked.get(part) < Number(part.dataset.every)) continue;
    asked.set(part, now);
    await renew(part);
  }
}

async function renew(part) {
  // Whoever is reading a menu or typing in the part is left in peace.
  if (part.contains(document.activeElement) && part.querySelector("form, details[open]")) return;
  try {
    const answer = await fetch(part.dataset.poll, { headers: { "HX-Request": "true" } });
    if (!answer.ok) return;
    const found = document.createRange().createContextualFragment(await answer.text());
    const fresh = found.querySelector("[data-poll]");
    if (!fresh) return;
    const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
    part.replaceWith(fresh);
    // Whoever goes through the part by keys stays where they are.
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    window.htmx?.process(fresh);
  } catch {
    // The next turn tries again; the frame does not shout because a cable is loose.
  }
}

setInterval(poll, 500);
document.addEventListener("visibilitychange", poll);
