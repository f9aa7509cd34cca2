/** The page: the picture, and what floats over it. */

import { Picture } from "/web/picture.js";

import { Breeding } from "./breed.js";
import { Controls } from "./controls.js";
import { Miniatures } from "./grid.js";
import { Drawings, Kept } from "./keep.js";
import * as keys from "./keys.js";
import { unpack } from "./link.js";
import { acts, isGraph, newSeed, parse, setParameter, write } from "./recipe.js";
import { Gone, Server } from "./server.js";
import { StandIn } from "./standin.js";
import { State } from "./state.js";

const EXPORTS = new Set(["html", "glsl", "onnx"]);
const AGAIN = 3000; // milliseconds within which a second Esc means it
const IDLE = 4000; // milliseconds without a movement, after which what floats fades
const $ = (id) => document.getElementById(id);

class Page {
  async start() {
    this.server = new Server();
    this.state = new State(this.server);
    this.picture = new Picture($("picture"));
    this.standIn = new StandIn($("standin"), this.server);
    this.miniatures = new Miniatures();
    const say = (text, bad) => this.say(text, bad);
    this.kept = new Kept($("strip"), this.state, this.server, say);
    this.drawings = new Drawings($("jobs"), this.server, say);
    this.breeding = new Breeding($("breed"), $("lineage"), this.state, this.server, this.miniatures, say);
    this.listen();
    const began = await this.server.ask("GET", "/api/start");
    this.began = began;
    this.controls = new Controls($("controls"), this.state, began.catalogue);
    this.kept.fill(began.kept);
    this.breeding.take(began.lineage);
    if (began.notice) this.say(began.notice, true);
    $("folder").textContent = `Into ${began.folder}`;
    $("sizes").replaceChildren(...Object.keys(began.catalogue.sizes).map((name) => new Option(name, name)));
    keys.list($("keys"));
    if (!(await this.fromAddress())) await this.state.go(began.recipe, { keep: false });
    document.body.dataset.ready = "true";
    this.drawings.follow(true);
  }

  /** Show the picture of the address; false if it has none or is damaged. */
  async fromAddress() {
    let why = "";
    const wrong = (event) => (why = event.detail);
    try {
      const recipe = await unpack(location.hash);
      if (!recipe) return false;
      this.state.addEventListener("wrong", wrong);
      await this.state.go(recipe, { keep: Boolean(this.state.recipe) });
    } catch (error) {
      why = error.message;
    }
    this.state.removeEventListener("wrong", wrong);
    if (why) this.say(`The link is damaged: ${why}`, true);
    return !why;
  }

  listen() {
    const { state, server, picture } = this;
    state.addEventListener("shown", () => this.shown());
    state.addEventListener("wrong", (event) => this.say(event.detail, true));
    state.addEventListener("history", () => this.buttons());
    state.addEventListener("waiting", () => this.controls?.sync());
    server.addEventListener("gone", () => this.notice("The server has stopped. The picture stays live, and its link holds it; `cppn explore` goes on.", true));
    server.addEventListener("back", () => {
      this.notice("");
      this.kept.refresh();
      this.limits();
    });
    picture.addEventListener("view", () => {
      state.moved(picture.view);
      this.told();
      this.controls?.sync();
      this.limits();
    });
    picture.addEventListener("failed", () => this.limits());
    picture.addEventListener("lost", () => this.notice("The graphics card has dropped the picture; it comes back by itself.", true));
    picture.addEventListener("restored", () => this.notice(""));
    picture.addEventListener("rest", () => (document.body.dataset.rest = String(Number(document.body.dataset.rest ?? 0) + 1)));
    addEventListener("hashchange", () => this.fromAddress());
    addEventListener("focus", () => this.began && this.kept.refresh());
    document.addEventListener("click", (event) => {
      const action = event.target.closest("[data-do]")?.dataset.do;
      if (action) this.do(action);
    });
    $("controls").addEventListener("load", (event) => this.load(event.detail));
    $("draw").querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.draw(Object.fromEntries(new FormData(event.target)));
    });
    $("draw").querySelector("[name=format]").addEventListener("change", (event) => {
      const picture = !EXPORTS.has(event.target.value);
      for (const name of ["size", "aa", "bits"]) $("draw").querySelector(`[name=${name}]`).disabled = !picture;
      $("draw").querySelector("[type=submit]").textContent = picture ? "Draw" : "Export";
    });
    $("picture").addEventListener("dblclick", () => this.home());
    for (const dialog of document.querySelectorAll("dialog")) dialog.addEventListener("close", () => this.pressed());
    for (const type of ["pointermove", "pointerdown", "keydown", "wheel"]) addEventListener(type, () => this.awake(), { passive: true });
    keys.listen(this);
    this.panel(innerWidth > 720);
    this.awake();
  }

  /** A recipe is here with its shader. */
  shown() {
    const { recipe, shader } = this.state;
    if (shader.source && !this.picture.reason) this.picture.show(shader, recipe.view);
    else {
      this.picture.clear();
      this.picture.look(recipe.view);
    }
    this.controls.sync();
    this.limits();
    this.buttons();
    const { graph, random, hidden, act } = recipe.network;
    const kind = graph ? `${graph.nodes.length} nodes` : random ? `${random.nodes ?? 24} nodes` : hidden.join("·") || "no hidden layer";
    $("name").textContent = recipe.name || act?.join(", ") || "graph";
    $("about").textContent = `${kind} · ${recipe.color.palette?.startsWith("#") ? "palette" : (recipe.color.palette ?? recipe.color.mode)}${recipe.network.weights ? "" : ` · seed ${recipe.seed}`}`;
    document.title = `${recipe.name || act?.[0] || "graph"} · cppn`;
    $("command").value = shader.command;
    this.told();
    document.body.dataset.shown = String(Number(document.body.dataset.shown ?? 0) + 1);
  }

  /** Write the recipe where it can be read and edited. */
  told() {
    if (document.activeElement !== $("recipe")) $("recipe").value = JSON.stringify(this.state.recipe, null, 1);
  }

  /** Where the graphics card is at its end, the server draws, and the page says so. */
  limits() {
    const { recipe, shader } = this.state;
    if (!shader || this.server.gone) return;
    const why = shader.unable || this.picture.reason || (this.picture.shader && !this.picture.loaded && "this card cannot draw it") ||
      (this.picture.isDeep ? "the view is deeper than a card's numbers reach" : "");
    if (!why) {
      this.standIn.hide();
      if (this.handed) this.notice("");
      this.handed = false;
      return;
    }
    this.handed = true;
    this.notice(`Drawn by the server: ${why}.`);
    this.standIn.show({ ...recipe, view: this.picture.view }).catch((error) => {
      if (!(error instanceof Gone)) this.notice(error.message, true);
    });
  }

  // what buttons and keys do

  do(action) {
    const acts = {
      fresh: () => this.state.change({ "": { seed: newSeed() }, network: { weights: null, blend: null } }),
      undo: () => this.state.undo(),
      redo: () => this.state.redo(),
      breed: () => this.sheet("breed"),
      lineage: () => this.sheet("lineage"),
      again: () => this.breeding.children(this.breeding.parents),
      keep: () => this.kept.keep(),
      draw: () => this.dialog("draw"),
      values: () => {
        this.dialog("values");
        // the command is of the picture as the server saw it last, and it may have been moved since
        if ($("values").open) this.state.go(this.state.recipe, { keep: false });
      },
      help: () => this.dialog("help"),
      link: () => this.link(),
      copy: () => this.copy($("command").value, "The command"),
      load: () => this.load($("recipe").value),
      home: () => this.home(),
      full: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen())?.catch?.((error) => this.say(error.message, true)),
      panel: () => this.panel(!document.body.classList.contains("panel")),
      close: () => this.close(),
    };
    acts[action]?.();
  }

  nudge(key, value) {
    const texts = isGraph(this.state.latest) ? null : setParameter(this.state.latest.network.act, key, value);
    if (texts) this.state.change({ network: { act: texts } }, key);
    else this.say(`This activation has no ${key}`);
  }

  toggleColour() {
    const mode = this.state.latest.color.mode === "gray" ? "rgb" : "gray";
    this.state.change({ color: { mode, palette: null } });
  }

  /** Cosine on or off: what is left without it is the clamp, with the same logistic map. */
  toggleCosine() {
    if (isGraph(this.state.latest)) return this.say("A graph's nodes keep their activations");
    const { catalogue } = this.began;
    const all = acts(this.state.latest).map(parse);
    const on = all.some((one) => one.name === "cos");
    const made = all.map(({ name, given }) => {
      const { freq, ...rest } = given;
      if (on) return name === "cos" ? write({ name: "clamp", given: rest }) : write({ name, given });
      return write({ name: "cos", given: { ...rest, freq: this.freq ?? catalogue.activations.find((one) => one.name === "cos").parameters.freq.default } });
    });
    if (on) this.freq = all.find((one) => one.name === "cos").given.freq;
    const same = made.every((text) => text === made[0]);
    this.state.change({ network: { act: same ? [made[0]] : made }, color: { levels: null } });
  }

  async saveImage() {
    const ratio = devicePixelRatio || 1;
    await this.draw({ size: `${Math.round(innerWidth * ratio)}x${Math.round(innerHeight * ratio)}`, aa: "2", format: "png", bits: "8" });
  }

  async draw({ size, aa, format, bits }) {
    if (EXPORTS.has(format)) return this.export(format);
    const wanted = { recipe: this.state.recipe, size, aa: aa === "auto" ? aa : Number(aa), format, bits: Number(bits) };
    try {
      await this.drawings.draw(wanted);
    } catch (error) {
      this.say(`It cannot be drawn: ${error.message}`, true);
    }
  }

  async export(format) {
    try {
      const { file } = await this.server.ask("POST", "/api/export", { recipe: this.state.recipe, format });
      this.say(`Exported: ${file}`);
    } catch (error) {
      this.say(`It cannot be exported: ${error.message}`, true);
    }
  }

  async load(source) {
    try {
      const { recipe } = await this.server.ask("POST", "/api/load", { source });
      await this.state.go(recipe);
    } catch (error) {
      this.say(error.message, true);
    }
  }

  async link() {
    const link = await this.state.link();
    if (link) await this.copy(link, "The link");
    else this.say("This picture's weights are too many for a link: keep it instead", true);
  }

  async copy(text, what) {
    try {
      await navigator.clipboard.writeText(text);
      this.say(`${what} is copied`);
    } catch {
      this.say(`The browser copies nothing here: ${text.slice(0, 300)}`, true);
    }
  }

  pan(dx, dy) {
    this.picture.panBy(dx, dy);
  }

  zoom(factor) {
    this.picture.zoomAt(factor, $("picture").clientWidth / 2, $("picture").clientHeight / 2);
  }

  home() {
    this.state.change({ view: { center: [0, 0], zoom: 1, rotate: 0 } }, "home");
  }

  escape() {
    if (this.opened) this.close();
    else if (document.body.classList.contains("bare")) this.hideAll();
    else if (performance.now() - (this.asked ?? -Infinity) < AGAIN) this.quit();
    else {
      this.asked = performance.now();
      this.say(this.drawings.busy ? "A drawing is not finished. Esc once more ends the server" : "Esc once more ends the server");
    }
  }

  async quit() {
    try {
      await this.server.ask("POST", "/api/quit", {});
    } catch (error) {
      if (!(error instanceof Gone)) return this.say(error.message, true);
    }
    this.server.turn(true);
  }

  hideAll() {
    const bare = document.body.classList.toggle("bare");
    for (const id of ["bar", "title", "strip"]) $(id).hidden = bare;
    this.panel(!bare && innerWidth > 720);
  }

  // what is open

  get opened() {
    return document.querySelector("dialog[open], .sheet:not([hidden])");
  }

  dialog(id) {
    const dialog = $(id);
    if (dialog.open) return dialog.close();
    this.close();
    dialog.showModal();
    this.pressed();
    if (id === "draw") this.drawings.follow();
  }

  sheet(id) {
    const wasOpen = !$(id).hidden;
    this.close();
    if (wasOpen) return;
    if (id === "breed") this.breeding.show();
    else {
      $(id).hidden = false;
      this.breeding.drawTree();
    }
    this.pressed();
  }

  close() {
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
    if (this.breeding.open) this.breeding.hide();
    $("lineage").hidden = true;
    this.pressed();
  }

  panel(open) {
    document.body.classList.toggle("panel", open);
    $("panel").hidden = !open;
    this.pressed();
  }

  pressed() {
    document.body.classList.toggle("open", Boolean(this.opened));
    for (const button of document.querySelectorAll("#bar [aria-pressed]")) {
      const place = $(button.dataset.do);
      button.setAttribute("aria-pressed", String(place.open ?? !place.hidden));
    }
  }

  buttons() {
    document.querySelector('[data-do="undo"]').disabled = !this.state.past.length;
    document.querySelector('[data-do="redo"]').disabled = !this.state.future.length;
  }

  // what is said

  say(text, bad = false) {
    const line = document.createElement("p");
    line.textContent = text;
    line.className = bad ? "bad" : "";
    $("toasts").append(line);
    while ($("toasts").children.length > 4) $("toasts").firstChild.remove();
    // above whatever is open, which is on a layer of its own
    $("toasts").hidePopover();
    $("toasts").showPopover();
    setTimeout(() => line.remove(), bad ? 9000 : 4500);
  }

  notice(text, bad = false) {
    $("notice").textContent = text;
    $("notice").className = bad ? "bad" : "";
    $("notice").hidden = !text;
  }

  awake() {
    document.body.classList.remove("idle");
    clearTimeout(this.sleeping);
    this.sleeping = setTimeout(() => document.body.classList.add("idle"), IDLE);
  }
}

const page = new Page();
page.start().catch((error) => page.notice(`The page could not begin: ${error.message}`, true));
