// A field to draw a signature in: <svg data-signature> with a <path>, and a hidden input beside it
// that holds the drawing as an SVG path of whole numbers. Without script the name is typed alone.

const STEP = 2;

function fieldOf(drawing) {
  const input = document.getElementById(drawing.dataset.signature);
  const path = drawing.querySelector("path");
  const box = drawing.viewBox.baseVal;
  let last = null;

  function place(event) {
    const shown = drawing.getBoundingClientRect();
    const x = ((event.clientX - shown.left) * box.width) / shown.width;
    const y = ((event.clientY - shown.top) * box.height) / shown.height;
    const within = (value, most) => Math.round(Math.min(Math.max(value, 0), most));
    return { x: within(x, box.width), y: within(y, box.height) };
  }

  function add(letter, point) {
    input.value += `${input.value ? " " : ""}${letter}${point.x} ${point.y}`;
    path.setAttribute("d", input.value);
    last = point;
  }

  drawing.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    drawing.setPointerCapture(event.pointerId);
    add("M", place(event));
  });
  drawing.addEventListener("pointermove", (event) => {
    if (!last) return;
    const point = place(event);
    if (Math.abs(point.x - last.x) + Math.abs(point.y - last.y) >= STEP) add("L", point);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    drawing.addEventListener(end, () => { last = null; });
  }
  return () => {
    input.value = "";
    path.setAttribute("d", "");
  };
}

for (const drawing of document.querySelectorAll("svg[data-signature]")) {
  const clear = fieldOf(drawing);
  const part = drawing.closest("[data-signature-part]");
  part.hidden = false;
  part.querySelector("[data-clear]").addEventListener("click", clear);
}
