// Cards dragged from column to column, or moved by keys through one dialog for all of them. Without
// script each card's link leads to a form that does the same.

import { toast } from "./frame.js";

const board = document.querySelector("[data-board][data-movable]");
const dialog = document.getElementById("board-mover");
const words = document.getElementById("words")?.dataset ?? {};
const secret = document.querySelector('meta[name="csrf-token"]')?.content ?? "";

async function move(card, column, back) {
  const form = new FormData();
  form.set("stage_id", column.dataset.column);
  form.set("version", card.dataset.version);
  form.set("owner_id", board.dataset.owner);
  try {
    const answer = await fetch(`${location.pathname.replace(/board$/, "")}${card.dataset.card}/stage`, {
      method: "POST",
      body: form,
      headers: { "X-CSRFToken": secret, "HX-Request": "true" },
    });
    if (!answer.ok) {
      const said = answer.headers.get("Tandem-Message");
      back();
      toast(said ? decodeURIComponent(said) : words.failed);
      return;
    }
    show(card, await answer.text());
  } catch {
    back();
    toast(words.offline);
  }
}

function show(card, text) {
  const found = new DOMParser().parseFromString(text, "text/html").querySelector("[data-version]");
  card.dataset.version = found.dataset.version;
  for (const head of found.querySelectorAll(".board-head")) {
    document.getElementById(head.id)?.replaceWith(head);
  }
  document.getElementById("board-said").textContent = found.dataset.said;
}

function put(card, column) {
  const [was, next] = [card.parentElement, card.nextElementSibling];
  if (was === column) return;
  column.prepend(card);
  move(card, column, () => was.insertBefore(card, next));
}

if (board) {
  for (const column of board.querySelectorAll("[data-column]")) {
    window.Sortable.create(column, {
      group: "cards",
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
      // A finger scrolls the board; it drags a card after resting on it.
      delay: 180,
      delayOnTouchOnly: true,
      filter: ".board-move",
      preventOnFilter: false,
      onEnd({ item, from, to, oldIndex }) {
        if (from === to) return;
        move(item, to, () => from.insertBefore(item, from.children[oldIndex] ?? null));
      },
    });
  }
  let chosen = null;
  board.addEventListener("click", (event) => {
    const link = event.target.closest(".board-move");
    if (!link) return;
    event.preventDefault();
    chosen = link.closest("[data-card]");
    dialog.querySelector("[data-name]").textContent = chosen.querySelector("a").textContent;
    dialog.querySelector("select").value = chosen.parentElement.dataset.column;
    dialog.returnValue = "";
    dialog.showModal();
  });
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "move") {
      const stage = dialog.querySelector("select").value;
      put(chosen, board.querySelector(`[data-column="${stage}"]`));
    }
    chosen?.querySelector(".board-move").focus();
  });
}
