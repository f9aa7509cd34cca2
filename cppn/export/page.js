// The page: the recipe's picture on all of the window, with keys, buttons and a word where it cannot be drawn.

const read = (id) => document.getElementById(id).textContent;
const decode = (text) => text && new Float32Array(Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)).buffer);
const canvas = document.querySelector("canvas"), note = document.getElementById("note");
const buttons = document.querySelector("[role=group]");

const numbers = JSON.parse(read("numbers"));
const shown = { source: read("source"), ...Object.fromEntries(Object.entries(numbers).map(([key, text]) => [key, decode(text)])) };
const whole = JSON.parse(read("recipe")).recipe.view;

canvas.hidden = buttons.hidden = false;
const picture = new Picture(canvas);
window.picture = picture; // for the console

function busy() {
  canvas.setAttribute("aria-busy", true);
  note.textContent = picture.isDeep ? "Deeper than a graphics card counts. `cppn render` draws on." : "";
}

function failed(reason) {
  canvas.hidden = buttons.hidden = true;
  note.textContent = `A still picture: ${reason}.`;
}

picture.addEventListener("rest", () => {
  canvas.classList.add("drawn");
  canvas.setAttribute("aria-busy", false);
});
picture.addEventListener("view", () => {
  canvas.classList.add("drawn");
  busy();
});
picture.addEventListener("lost", () => canvas.classList.remove("drawn")); // the still picture is beneath
picture.addEventListener("failed", (event) => failed(event.detail));
picture.show(shown, whole);

function reset() {
  picture.look({ ...whole, center: [...whole.center] });
  busy();
}

const zoom = (factor) => picture.zoomAt(factor, canvas.clientWidth / 2, canvas.clientHeight / 2);
const KEYS = {
  ArrowLeft: () => picture.panBy(100, 0),
  ArrowRight: () => picture.panBy(-100, 0),
  ArrowUp: () => picture.panBy(0, 100),
  ArrowDown: () => picture.panBy(0, -100),
  "+": () => zoom(1.5),
  "=": () => zoom(1.5),
  "-": () => zoom(1 / 1.5),
  0: reset,
  f: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()),
};

addEventListener("keydown", (event) => {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey || event.altKey || canvas.hidden || !KEYS[key]) return;
  event.preventDefault();
  KEYS[key]();
});
buttons.addEventListener("click", (event) => KEYS[event.target.closest("button")?.dataset.key]?.());
buttons.lastElementChild.hidden = !document.fullscreenEnabled;
canvas.addEventListener("dblclick", reset);
canvas.addEventListener("mousedown", (event) => event.preventDefault()); // a click is no wish to see the focus
addEventListener("resize", busy);

// the buttons leave when nothing moves
let leaving = 0;
function stay() {
  document.body.classList.remove("quiet");
  clearTimeout(leaving);
  leaving = setTimeout(() => document.body.classList.add("quiet"), 2500);
}
for (const kind of ["pointermove", "pointerdown", "keydown", "wheel"]) addEventListener(kind, stay, { passive: true });
stay();
