/** Breeding: a grid of children of the present picture, and the tree of those that were gone on from. */

import { LEAST_ZOOM, MOST_ZOOM } from "/web/picture.js";

import { newSeed } from "./recipe.js";

const CHILDREN = 11; // beside the present picture
const CELL = 84, GAP = 26; // pixels of the tree
const MOST = 2000; // nodes that are kept

const svg = (tag, attributes) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

export class Breeding {
  constructor(sheet, tree, state, server, miniatures, say) {
    Object.assign(this, { sheet, tree, state, server, miniatures, say });
    this.grid = sheet.querySelector("#grid");
    this.strength = sheet.querySelector("#strength");
    this.crossing = sheet.querySelector("#crossing"); // for fingers, which have no Shift
    this.nodes = new Map();
    this.present = null; // the node that is shown
    this.chosen = []; // to be crossed
    this.turn = 0;
    this.generation = 0;
    const told = () => (sheet.querySelector("output").value = Number(this.strength.value).toFixed(2));
    this.strength.addEventListener("input", told);
    this.strength.addEventListener("change", () => this.children(this.parents));
    for (const lock of sheet.querySelectorAll("[name=lock]"))
      lock.addEventListener("change", () => this.children(this.parents));
    told();
    this.grid.addEventListener("click", (event) => this.click(event.target.closest("button"), event.shiftKey || this.crossing.checked));
    this.grid.addEventListener("keydown", (event) => this.keys(event));
    new ResizeObserver(() => this.redraw()).observe(this.grid);
    for (const type of ["wheel", "pointermove"]) this.grid.addEventListener(type, (event) => this.look(event), { passive: false });
  }

  get open() {
    return !this.sheet.hidden;
  }

  get locks() {
    return [...this.sheet.querySelectorAll("[name=lock]:checked")].map((box) => box.value);
  }

  /** Take in what was kept, and what other tabs have kept since. */
  take(nodes) {
    for (const node of nodes) if (!this.nodes.has(node.id)) this.nodes.set(node.id, node);
  }

  async show() {
    this.sheet.hidden = false;
    this.find();
    if (!this.present || !same(this.nodes.get(this.present)?.recipe, this.state.recipe))
      this.present = this.add(this.state.recipe, this.present ? [this.present] : [], this.present ? "changed" : "first");
    await this.children();
  }

  /** The node of the picture that is shown, if it has one. */
  find() {
    if (same(this.nodes.get(this.present)?.recipe, this.state.recipe)) return;
    const found = [...this.nodes.values()].findLast((node) => same(node.recipe, this.state.recipe));
    if (found) this.present = found.id;
  }

  hide() {
    this.sheet.hidden = true;
    ++this.turn;
    this.grid.replaceChildren();
  }

  add(recipe, parents, how) {
    const id = crypto.randomUUID();
    this.nodes.set(id, { id, parents, recipe, how });
    this.save();
    return id;
  }

  /** Fill the grid with children of the present picture, or of those that are crossed. */
  async children(parents = [this.present]) {
    if (this.locks.length === 3) return this.say("With all three kept there is nothing left to change", true);
    const turn = ++this.turn;
    const recipes = parents.map((id) => this.nodes.get(id).recipe);
    const asked = { parents: recipes, strength: Number(this.strength.value), count: CHILDREN, locks: this.locks, seed: newSeed() };
    let children;
    try {
      ({ children } = await this.server.ask("POST", "/api/breed", asked));
    } catch (error) {
      if (!this.grid.children.length) this.sheet.hidden = true; // there is nothing to choose from
      return this.say(error.message, true);
    }
    if (turn !== this.turn) return;
    this.parents = parents;
    this.chosen = [];
    const cells = [recipes[0], ...children].map((recipe, i) => this.cell(recipe, i));
    this.grid.replaceChildren(...cells);
    ++this.generation;
    this.grid.dataset.generation = this.generation;
    cells[0].focus();
    this.redraw();
  }

  cell(recipe, i) {
    const button = document.createElement("button");
    button.type = "button";
    button.recipe = recipe;
    button.className = i ? "" : "parent";
    button.setAttribute("aria-label", i ? `Child ${i} of ${CHILDREN}` : "The present picture");
    button.setAttribute("aria-pressed", "false");
    button.append(document.createElement("canvas"));
    return button;
  }

  redraw(view = null) {
    for (const canvas of this.grid.querySelectorAll("canvas")) this.miniatures.draw(canvas, this.server, canvas.parentElement.recipe, view);
  }

  /** Wheel and drag move all of them together. */
  look(event) {
    if (event.type === "pointermove" && !(event.buttons & 1)) return;
    const canvas = event.target.closest("button")?.firstChild;
    if (!canvas?.shader) return;
    event.preventDefault();
    const view = { ...(this.view ?? canvas.shader.recipe.view) };
    const step = (2 * view.extent) / view.zoom / Math.min(canvas.clientWidth, canvas.clientHeight);
    if (event.type === "wheel") view.zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, view.zoom * Math.exp(-event.deltaY * 0.0016)));
    else view.center = [view.center[0] - event.movementX * step, view.center[1] + event.movementY * step];
    if (event.type === "pointermove") this.dragged = true;
    this.view = view;
    cancelAnimationFrame(this.waiting);
    this.waiting = requestAnimationFrame(() => this.redraw(this.view));
  }

  async click(button, crossing) {
    if (this.dragged) return void (this.dragged = false);
    if (!button) return;
    if (crossing) return this.choose(button);
    if (button.className === "parent") return this.children();
    await this.goOn(button.recipe, this.parents, this.parents.length > 1 ? "crossed" : "mutated");
  }

  async goOn(recipe, parents, how) {
    if (this.view) recipe = { ...recipe, view: this.view };
    this.view = null;
    await this.state.go(recipe);
    this.present = this.add(this.state.recipe, parents, how);
    if (this.open) await this.children();
  }

  /** Choose a picture to be crossed; the second one crosses them. */
  async choose(button) {
    const at = this.chosen.indexOf(button);
    if (at >= 0) this.chosen.splice(at, 1);
    else this.chosen.push(button);
    button.setAttribute("aria-pressed", String(at < 0));
    if (this.chosen.length < 2) return;
    const ids = this.chosen.map((one) =>
      one.className === "parent" ? this.present : this.add(one.recipe, this.parents, this.parents.length > 1 ? "crossed" : "mutated"));
    await this.children(ids);
    this.crossing.checked = false;
    this.say("Crossed: these are their children");
  }

  keys(event) {
    const cells = [...this.grid.children];
    const at = cells.indexOf(event.target.closest("button"));
    const across = getComputedStyle(this.grid).gridTemplateColumns.split(" ").length;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across }[event.key];
    if (step && at >= 0) cells[Math.min(cells.length - 1, Math.max(0, at + step))].focus();
    else if (event.key === " ") this.children(this.parents);
    else if (event.key === "Enter" && event.shiftKey && at >= 0) this.choose(cells[at]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // the tree

  /** Keep the lineage beside the recipes, with what other tabs have added. */
  save() {
    clearTimeout(this.saving);
    this.saving = setTimeout(async () => {
      try {
        this.take((await this.server.ask("GET", "/api/lineage")).nodes);
        const nodes = [...this.nodes.values()].slice(-MOST);
        const there = new Set(nodes.map((node) => node.id));
        await this.server.ask("PUT", "/api/lineage", { nodes: nodes.map((node) => ({ ...node, parents: node.parents.filter((id) => there.has(id)) })) });
        this.sheet.dataset.saved = nodes.length;
      } catch (error) {
        this.say(`The lineage could not be saved: ${error.message}`, true);
      }
    }, 250);
  }

  /** Draw the tree: a row a generation, children below their first parent. */
  drawTree() {
    this.find();
    const place = this.tree.querySelector("#tree");
    const below = new Map([...this.nodes.keys()].map((id) => [id, []]));
    const roots = [];
    for (const node of this.nodes.values()) {
      const parent = node.parents.find((id) => this.nodes.has(id));
      if (parent) below.get(parent).push(node.id);
      else roots.push(node.id);
    }
    const at = new Map();
    let across = 0;
    const lay = (id, row) => {
      const first = across;
      for (const child of below.get(id)) lay(child, row + 1);
      if (across === first) ++across;
      at.set(id, [(first + across - 1) / 2, row]);
    };
    for (const id of roots) lay(id, 0);
    const spot = (id) => at.get(id).map((n) => n * CELL + GAP / 2);
    const rows = Math.max(1, ...[...at.values()].map(([, row]) => row + 1));
    const lines = svg("svg", { width: across * CELL + GAP, height: rows * CELL + GAP, "aria-hidden": "true" });
    const buttons = [];
    for (const node of this.nodes.values()) {
      const [x, y] = spot(node.id);
      node.parents.filter((id) => at.has(id)).forEach((id, i) => {
        const [px, py] = spot(id);
        const bend = `M${px + 30} ${py + 60} C${px + 30} ${py + 75} ${x + 30} ${y - 14} ${x + 30} ${y}`;
        lines.append(svg("path", { d: bend, "stroke-dasharray": i ? "4 4" : "none" }));
      });
      const button = this.cell(node.recipe, 1);
      button.setAttribute("aria-label", `Generation ${at.get(node.id)[1] + 1}, ${node.how}`);
      button.title = `${node.how}, seed ${node.recipe.seed}`;
      button.removeAttribute("aria-pressed");
      button.setAttribute("aria-current", String(node.id === this.present));
      [button.style.left, button.style.top] = [`${x}px`, `${y}px`];
      button.addEventListener("click", async () => {
        await this.state.go(node.recipe);
        this.present = node.id;
        for (const one of place.querySelectorAll("button")) one.setAttribute("aria-current", String(one === button));
      });
      buttons.push(button);
    }
    place.replaceChildren(lines, ...buttons);
    if (!buttons.length) place.textContent = "Nothing has been bred yet: B begins.";
    for (const button of buttons) this.miniatures.draw(button.firstChild, this.server, button.recipe);
    place.querySelector('[aria-current="true"]')?.scrollIntoView({ block: "center", inline: "center" });
  }
}

const same = (a, b) => a && JSON.stringify({ ...a, view: 0 }) === JSON.stringify({ ...b, view: 0 });
