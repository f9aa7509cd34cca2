/** The picture that is shown, how it came to be, and its way into the address. */

import { pack } from "./link.js";
import { change, learn } from "./recipe.js";
import { Gone } from "./server.js";

const MOST = 500; // steps that can be undone
const TOGETHER = 900; // milliseconds within which changes of the same thing are one step

/** Events: "shown" (a recipe and its shader are here), "wrong" (detail: what the server says), "history". */
export class State extends EventTarget {
  constructor(server) {
    super();
    this.server = server;
    this.recipe = this.shader = this.wanted = null;
    this.past = [];
    this.future = [];
    this.last = { what: "", when: 0 };
    server.addEventListener("back", () => this.run());
  }

  /** The recipe with all that was asked for, whether it is shown yet or not. */
  get latest() {
    return this.wanted?.recipe ?? this.recipe;
  }

  /** Replace fields. `what`: the name of the thing that is changed, by which quick changes are one step. */
  change(changes, what = "") {
    return this.go(change(this.latest, changes), { what });
  }

  /** Show a recipe; settles when it is shown, or has been overtaken. */
  go(recipe, { what = "", keep = true } = {}) {
    this.wanted = { recipe, what, keep };
    return this.run();
  }

  async run() {
    if (this.running) return this.running;
    this.running = this.all().finally(() => (this.running = null));
    return this.running;
  }

  async all() {
    while (this.wanted) {
      const now = this.wanted;
      try {
        const shader = await this.server.shader(now.recipe);
        learn(shader.activations);
        if (this.wanted === now) this.wanted = null;
        if (now.keep && this.recipe) this.remember(now.what);
        // it may have been moved while the server was asked
        shader.recipe.view = { ...shader.recipe.view, ...now.recipe.view };
        this.recipe = shader.recipe;
        this.shader = shader;
        this.dispatchEvent(new CustomEvent("shown", { detail: now.what }));
        this.write();
      } catch (error) {
        if (error instanceof Gone) {
          this.dispatchEvent(new Event("waiting")); // what is wanted is shown when the server is back
          return;
        }
        if (this.wanted === now) this.wanted = null;
        this.dispatchEvent(new CustomEvent("wrong", { detail: error.message }));
      }
    }
  }

  remember(what) {
    const now = performance.now();
    const same = what && what === this.last.what && now - this.last.when < TOGETHER;
    this.last = { what, when: now };
    if (!same) this.past.push(this.recipe);
    if (this.past.length > MOST) this.past.shift();
    this.future = [];
    this.dispatchEvent(new Event("history"));
  }

  /** The view has been moved by hand; nothing needs to be asked. */
  moved(view) {
    this.remember("view");
    this.recipe = { ...this.recipe, view: { ...this.recipe.view, ...view } };
    if (this.wanted) this.wanted.recipe = { ...this.wanted.recipe, view: this.recipe.view };
    this.write();
  }

  undo() {
    return this.step(this.past, this.future);
  }

  redo() {
    return this.step(this.future, this.past);
  }

  step(from, to) {
    if (!from.length) return Promise.resolve();
    if (this.server.gone) {
      this.dispatchEvent(new CustomEvent("wrong", { detail: "The server has stopped: it cannot be had now" }));
      return Promise.resolve();
    }
    to.push(this.recipe);
    this.last = { what: "", when: 0 };
    const going = this.go(from.pop(), { keep: false });
    this.dispatchEvent(new Event("history"));
    return going;
  }

  /** Put the picture into the address, not more often than browsers allow. */
  write() {
    clearTimeout(this.writing);
    this.writing = setTimeout(() => this.link(), 150);
  }

  /** The address of this picture, which is put into the window too; empty if it is too long for one. */
  async link() {
    const text = await pack(this.recipe);
    history.replaceState(null, "", text ? `#${text}` : location.pathname);
    return text ? location.href : "";
  }
}
