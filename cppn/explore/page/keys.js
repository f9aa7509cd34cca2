/** The keys, and what they do. The first twelve are LogisticMapDNN's. */

export const KEYS = [
  ["Q", "a step of the logistic map less", (page) => page.nudge("iters", (n) => Math.max(0, n - 1))],
  ["W", "a step of the logistic map more", (page) => page.nudge("iters", (n) => n + 1)],
  ["A", "R a hundredth down", (page) => page.nudge("r", (r) => r - 0.01)],
  ["S", "R a hundredth up", (page) => page.nudge("r", (r) => r + 0.01)],
  ["Z", "frequency a hundredth down", (page) => page.nudge("freq", (f) => f - 0.01)],
  ["X", "frequency a hundredth up", (page) => page.nudge("freq", (f) => f + 0.01)],
  ["R", "new random weights", (page) => page.do("fresh")],
  ["C", "grey or colours", (page) => page.toggleColour()],
  ["T", "cosine on or off", (page) => page.toggleCosine()],
  ["P", "the values: command line and recipe", (page) => page.do("values")],
  ["O", "save the image at the window's size", (page) => page.saveImage()],
  ["Escape", "close what is open; twice: quit", (page) => page.escape()],
  ["B", "breed", (page) => page.do("breed")],
  ["G", "lineage", (page) => page.do("lineage")],
  ["K", "keep", (page) => page.do("keep")],
  ["D", "draw at any size", (page) => page.do("draw")],
  ["L", "copy the link", (page) => page.do("link")],
  ["F", "full screen", (page) => page.do("full")],
  ["V", "controls", (page) => page.do("panel")],
  ["H", "hide everything but the picture", (page) => page.hideAll()],
  ["?", "these keys", (page) => page.do("help")],
  ["ArrowLeft", "pan left", (page) => page.pan(60, 0)],
  ["ArrowRight", "pan right", (page) => page.pan(-60, 0)],
  ["ArrowUp", "pan up", (page) => page.pan(0, 60)],
  ["ArrowDown", "pan down", (page) => page.pan(0, -60)],
  ["+", "zoom in", (page) => page.zoom(1.25)],
  ["-", "zoom out", (page) => page.zoom(0.8)],
  ["0", "the whole picture", (page) => page.home()],
];

const SHOWN = { Escape: "Esc", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", "-": "−" };

/** Listen for the keys, but for those typed into a field. */
export function listen(page) {
  document.addEventListener("keydown", (event) => {
    // the focus may still be in a dialog that has just been closed
    const typing =
      event.target.matches?.("input:not([type=range], [type=checkbox]), textarea, select") &&
      !event.target.closest("dialog:not([open])");
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !typing) {
      const key = event.key.toLowerCase();
      if (key === "z" || key === "y") {
        event.preventDefault();
        page.do(key === "y" || event.shiftKey ? "redo" : "undo");
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing && event.key !== "Escape") return;
    if (typing) return void (event.target.closest("dialog") ? page.escape() : event.target.blur());
    const sliding = event.target.matches?.("input[type=range]") && event.key.startsWith("Arrow");
    const found = KEYS.find(([key]) => key.toLowerCase() === (event.key === "=" ? "+" : event.key.toLowerCase()));
    if (!found || sliding) return;
    if (event.target.closest?.("dialog[open]") && found[0] !== "Escape" && found[0] !== "?" && found[0] !== "P") return;
    event.preventDefault();
    found[2](page);
  });
}

/** Write the keys into a list. */
export function list(place) {
  const rows = [...KEYS, ["Ctrl Z", "undo"], ["Ctrl Y", "redo"]];
  for (const [key, about] of rows) {
    const term = document.createElement("dt");
    const letter = document.createElement("kbd");
    letter.textContent = SHOWN[key] ?? key;
    term.append(letter);
    const told = document.createElement("dd");
    told.textContent = about;
    place.append(term, told);
  }
}
