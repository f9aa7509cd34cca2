/** The panel: a control for everything in the recipe, with ranges from the catalogue. */

import { acts, isGraph, parameters, parse, setParameter, whole, write } from "./recipe.js";

const FORMULA = "formula…";

/** Where a slider stands for a value, and back: wide ranges are finest near zero, or near their lower end. */
function scale(low, high) {
  if (low > 0 && high / low > 100) {
    const span = Math.log(high / low);
    return { there: (value) => Math.log(value / low) / span, back: (at) => low * Math.exp(at * span) };
  }
  if (high - low <= 20 || low > 0) return { there: (value) => (value - low) / (high - low), back: (at) => low + at * (high - low) };
  const steep = Math.min(14, 3 + Math.log(high - low));
  const far = Math.max(Math.abs(low), Math.abs(high));
  const up = (at) => (far * Math.sinh(steep * at)) / Math.sinh(steep);
  const down = (value) => Math.asinh((value / far) * Math.sinh(steep)) / steep;
  const [first, last] = [down(low), down(high)];
  return { there: (value) => (down(value) - first) / (last - first), back: (at) => up(first + at * (last - first)) };
}

const tidy = (value) => +Number(value).toPrecision(6);

function make(tag, attributes = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes))
    if (key in element && key !== "list") element[key] = value;
    else element.setAttribute(key, value);
  element.append(...inside);
  return element;
}

export class Controls {
  constructor(form, state, catalogue) {
    Object.assign(this, { form, state, catalogue, each: false });
    this.syncs = [];
    form.addEventListener("submit", (event) => event.preventDefault());
    state.addEventListener("shown", () => {
      for (const field of form.querySelectorAll("[aria-invalid]")) this.mark(field, false);
      this.sync();
    });
    state.addEventListener("wrong", () => {
      // what was typed stays, to be mended; anything else shows what is so
      const field = document.getElementById(`c-${this.asked}`);
      if (field?.type === "text") this.mark(field, true);
      this.sync();
    });
  }

  /** Show what the recipe says; what is being typed is left alone. */
  sync() {
    if (!this.state.recipe) return; // none was shown yet
    const { recipe } = this.state;
    const { network, color } = recipe;
    const kinds = acts(this.state.recipe).map((text, i) => {
      const { named, name } = parse(text);
      return [named ? name : FORMULA, Object.keys(this.parameters(i))];
    });
    const shape = JSON.stringify([kinds, isGraph(recipe) ? Object.keys(network) : this.each || network.act.length > 1, this.latents().length, color.mode]);
    const anew = shape !== this.shape;
    if (anew) this.build();
    this.shape = shape;
    for (const sync of this.syncs) sync(anew);
    if (anew && this.next) document.getElementById(this.next)?.select();
    if (anew) this.next = "";
  }

  /** Mark a field as wrong, or as right again. */
  mark(field, wrong) {
    field.classList.toggle("wrong", wrong);
    if (wrong) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }

  /** The parameters of a layer's activation. */
  parameters(i) {
    return parameters(acts(this.state.recipe)[i]);
  }

  latents() {
    const { latent } = this.state.latest.network;
    return Array.isArray(latent) ? latent : (this.state.shader?.latent ?? []);
  }

  build() {
    const at = document.activeElement?.id;
    const open = this.form.parentElement.scrollTop;
    this.syncs = [];
    this.form.replaceChildren();
    this.network();
    this.colour();
    this.view();
    this.source();
    if (at) document.getElementById(at)?.focus({ preventScroll: true });
    this.form.parentElement.scrollTop = open;
  }

  network() {
    const { recipe } = this.state;
    this.title("Network");
    if (isGraph(recipe)) this.graph();
    else this.layers();
    this.text("inputs", "Inputs", `${this.catalogue.inputs.map((one) => one.name).join(", ")}, or formulas in them`,
      () => this.state.recipe.network.inputs.join(","), (text) => ({ network: { inputs: split(text), weights: null } }));
    this.number("latent", "Latents", 0, 16, "How many numbers every point is told besides", () => this.latents().length, (count) => {
      const now = this.latents();
      return { network: { latent: Array.from({ length: Math.round(count) }, (_, i) => now[i] ?? 0), weights: null } };
    }, 1);
    this.latents().forEach((_, i) =>
      this.number(`z-${i}`, `z${i + 1}`, -3, 3, "A latent", () => this.latents()[i] ?? 0, (value) => {
        const latent = this.latents().map(tidy);
        latent[i] = value;
        return { network: { latent } };
      }));
    if (!isGraph(recipe))
      this.choice("init", "Weights", this.told("init").words, this.told("init").about, () => this.state.recipe.network.init, (init) => ({ network: { init, weights: null } }));
    if (!recipe.network.graph)
      this.number("gain", "Gain", 0, 20, this.told("gain").about, () => this.state.recipe.network.gain, (gain) => ({ network: { gain } }));
    if (!isGraph(recipe))
      this.check("residual", "Residual", () => this.state.recipe.network.residual, (residual) => ({ network: { residual } }));
    this.text("seed", "Seed", "Of the weights", () => String(this.state.recipe.seed), (text) => ({
      "": { seed: whole(text) }, network: { weights: null, blend: null },
    }));
  }

  /** Of nodes and links: how many are drawn, and of which activations; those that are told are the recipe's alone. */
  graph() {
    const { random } = this.state.recipe.network;
    if (!random) return;
    this.text("act", "Nodes are", "Activations parted by |; after a comma, the outputs'", () => this.state.recipe.network.act.join(","),
      (text) => ({ network: { act: split(text), weights: null } }));
    for (const [key, label, usual] of [["nodes", "Nodes", 24], ["links", "Links", 60]])
      this.text(key, label, "How many the seed draws", () => String(this.state.recipe.network.random[key] ?? usual), (text) => ({
        network: { random: { ...this.state.latest.network.random, [key]: Number(text) }, weights: null },
      }));
  }

  layers() {
    const { recipe } = this.state;
    const many = this.each || recipe.network.act.length > 1;
    const maps = many ? acts(recipe).length : 1;
    for (let i = 0; i < maps; ++i) this.activation(i, maps);
    this.check("own", "Each layer its own", () => many, (on) => {
      this.each = on;
      if (!on) return { network: { act: [acts(this.state.latest)[0]] } };
      this.shape = "";
      this.sync();
      return null;
    });
    this.text("hidden", "Layers", "Widths of the hidden layers, like 64,64,64", () => this.state.recipe.network.hidden.join(","), (text) => ({
      network: { hidden: text.split(",").filter((part) => part.trim()).map(Number), act: this.same(), weights: null },
    }));
  }

  /** The activations, one or many, for when the number of layers changes. */
  same() {
    const { act } = this.state.latest.network;
    return act.length === 1 ? act : [act[0]];
  }

  activation(i, maps) {
    const id = maps === 1 ? "act" : `act-${i}`;
    const layer = maps === 1 ? "" : i === maps - 1 ? "last" : `layer ${i + 1}`;
    const label = layer ? layer[0].toUpperCase() + layer.slice(1) : "Activation";
    const text = () => acts(this.state.recipe)[i];
    const put = (one) => {
      const all = maps === 1 ? [one] : acts(this.state.latest).map((old, k) => (k === i ? one : old));
      return { network: { act: all } };
    };
    const names = [...this.catalogue.activations.map((one) => one.name), FORMULA];
    const shown = () => (parse(text()).named ? parse(text()).name : FORMULA);
    const about = Object.fromEntries(this.catalogue.activations.map((one) => [one.name, `${one.about}: ${one.formula}`]));
    this.choice(id, label, names, "What each unit makes of its sum", shown, (name) => {
      if (name !== FORMULA) return put(name);
      this.next = `c-${id}-formula`;
      return put(this.formula(text()));
    }, about);
    if (shown() === FORMULA) this.text(`${id}-formula`, "Formula", "In x, like sin(3*x)*exp(-x*x)", text, put);
    for (const [key, { low, high, meaning, default: usual }] of Object.entries(this.parameters(i)))
      this.number(maps === 1 ? `p-${key}` : `p-${i}-${key}`, `${key} ${layer}`.trim(), low, high, meaning,
        () => this.parameters(i)[key]?.value ?? usual,
        (value) => {
          const made = setParameter([acts(this.state.latest)[i] ?? ""], key, value);
          return made && put(made[0]);
        });
  }

  /** The formula with which to begin: that of the activation until now. */
  formula(text) {
    const { name, named, given } = parse(text);
    const entry = named && this.catalogue.activations.find((one) => one.name === name);
    return entry && entry.formula !== "x" ? write({ name: entry.formula, named: false, given }) : "sin(3*x)*exp(-x*x)";
  }

  colour() {
    this.title("Colour");
    const { color } = this.state.recipe;
    const about = Object.fromEntries(this.catalogue.modes.map((one) => [one.name, one.about]));
    this.choice("mode", "Colour", this.catalogue.modes.map((one) => one.name), this.told("mode").about, () => this.state.recipe.color.mode,
      (mode) => ({ color: { mode, palette: mode === "palette" ? (this.state.latest.color.palette ?? "viridis") : null } }), about);
    if (color.mode === "palette") {
      this.text("palette", "Palette", "A name, or colours like #101830,#e04030", () => this.state.recipe.color.palette ?? "", (palette) => ({ color: { palette } }), this.catalogue.palettes);
    }
    this.number("hue", "Hue", -180, 180, this.told("hue").about, () => this.state.recipe.color.hue, (hue) => ({ color: { hue } }));
    this.check("invert", "Negative", () => this.state.recipe.color.invert, (invert) => ({ color: { invert } }));
    this.text("levels", "Levels", "Values that become black and white, like -1,1; empty: the activation's own", () => (this.state.recipe.color.levels ?? []).join(","),
      (text) => ({ color: { levels: text.trim() ? text.split(",").map(Number) : null } }));
  }

  view() {
    this.title("View");
    const of = (key) => () => this.state.recipe.view[key];
    const centre = (i) => (value) => {
      const center = [...this.state.latest.view.center];
      center[i] = Number(value);
      return { view: { center } };
    };
    this.text("x", "x", this.told("center").about, () => String(tidy(this.state.recipe.view.center[0])), centre(0));
    this.text("y", "y", this.told("center").about, () => String(tidy(this.state.recipe.view.center[1])), centre(1));
    this.number("zoom", "Zoom", 1e-3, 1e6, this.told("zoom").about, of("zoom"), (zoom) => ({ view: { zoom } }));
    this.number("extent", "Extent", 0.01, 1000, this.told("extent").about, of("extent"), (extent) => ({ view: { extent } }));
    this.number("rotate", "Rotate", -180, 180, this.told("rotate").about, of("rotate"), (rotate) => ({ view: { rotate } }));
    this.check("stretch", "Stretch", of("stretch"), (stretch) => ({ view: { stretch } }));
    this.button("home", "Whole picture");
  }

  source() {
    this.title("Picture");
    this.text("name", "Name", "What it is kept as", () => this.state.recipe.name ?? "", (name) => ({ "": { name } }));
    const names = ["…", ...this.catalogue.presets];
    this.choice("preset", "Preset", names, "Pictures that come with the program", () => "…", (name) => {
      if (name !== "…") this.form.dispatchEvent(new CustomEvent("load", { detail: name }));
      return null;
    });
    this.button("fresh", "New weights");
  }

  // kinds of controls

  title(text) {
    this.form.append(make("h2", { textContent: text }));
  }

  /** What is told of one of a recipe's fields: what it is about, how low and high it goes, the words it may be. */
  told(name) {
    return this.catalogue.fields[name] ?? {};
  }

  row(id, label, about, ...inside) {
    const row = make("div", { className: "control" }, make("label", { htmlFor: `c-${id}`, textContent: label, title: about }), ...inside);
    this.form.append(row);
  }

  /** Ask the state for what a control wants, or mark it as wrong. */
  put(id, changes) {
    this.asked = id;
    if (changes) this.state.change(changes, id);
  }

  number(id, label, low, high, about, get, set, step = 0) {
    // the slider goes as far as is useful, the number as far as recipes do
    const { low: least = low, high: most = high } = this.told(id);
    const { there, back } = scale(low, high);
    const range = make("input", { type: "range", id: `c-${id}`, min: 0, max: 1000, step: 1, title: about });
    const exact = make("input", { type: "number", id: `n-${id}`, step: "any", min: least, max: most, title: `${about}: ${least} to ${most}`, "aria-label": `${label}, exactly` });
    const round = (value) => (step ? Math.round(value / step) * step : tidy(value.toPrecision(3)));
    range.addEventListener("input", () => {
      const value = round(back(range.value / 1000));
      exact.value = value;
      this.put(id, set(value));
    });
    exact.addEventListener("change", () => {
      if (exact.value !== "" && exact.checkValidity()) this.put(id, set(Number(exact.value)));
      else exact.reportValidity();
    });
    this.row(id, label, about, make("div", { className: "pair" }, range, exact));
    this.syncs.push((anew) => {
      const value = get();
      if (document.activeElement !== range || !range.matches(":active")) range.value = Math.round(1000 * Math.min(1, Math.max(0, there(value))));
      range.setAttribute("aria-valuetext", String(tidy(value)));
      if (anew || document.activeElement !== exact) exact.value = tidy(value);
    });
  }

  text(id, label, about, get, set, options = null) {
    const field = make("input", { type: "text", id: `c-${id}`, title: about, placeholder: about, maxLength: 4000, spellcheck: false });
    if (options) {
      const list = make("datalist", { id: `l-${id}` }, ...options.map((one) => make("option", { value: one.palette, label: one.name })));
      field.setAttribute("list", list.id);
      this.form.append(list);
    }
    field.addEventListener("change", () => this.put(id, set(field.value.trim())));
    this.row(id, label, about, field);
    this.syncs.push((anew) => {
      if (field.ariaInvalid === "true") return;
      if (anew || document.activeElement !== field) field.value = get();
    });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      this.mark(field, false);
      field.value = get();
      field.blur();
      event.stopPropagation();
    });
  }

  choice(id, label, names, about, get, set, abouts = {}) {
    const field = make("select", { id: `c-${id}`, title: about }, ...names.map((name) => make("option", { value: name, textContent: name, title: abouts[name] ?? "" })));
    field.addEventListener("change", () => this.put(id, set(field.value)));
    this.row(id, label, about, field);
    this.syncs.push(() => {
      field.value = get();
      field.title = abouts[field.value] ?? about;
    });
  }

  check(id, label, get, set) {
    const about = this.told(id).about ?? "";
    const field = make("input", { type: "checkbox", id: `c-${id}`, title: about });
    field.addEventListener("change", () => this.put(id, set(field.checked)));
    this.row(id, label, about, make("span", {}, field));
    this.syncs.push(() => (field.checked = get()));
  }

  /** A button that does what one of the page's actions does. */
  button(action, label) {
    const button = make("button", { type: "button", id: `c-${action}`, className: "plain", textContent: label });
    button.dataset.do = action;
    this.form.append(make("div", { className: "buttons" }, button));
  }
}

/** Texts between commas, but for those inside brackets. */
function split(text) {
  const found = [""];
  let depth = 0;
  for (const letter of text) {
    depth += (letter === "(") - (letter === ")");
    if (letter === "," && !depth) found.push("");
    else found[found.length - 1] += letter;
  }
  return found.map((one) => one.trim()).filter(Boolean);
}
