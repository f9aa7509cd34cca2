/** Small pictures, all drawn by one graphics card and copied to canvases of their own. */

import { Card } from "/web/card.js";

export class Miniatures {
  constructor() {
    this.canvas = document.createElement("canvas");
    try {
      this.card = new Card(this.canvas);
    } catch {
      this.card = null; // pictures then come from the server
    }
    this.canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    this.canvas.addEventListener("webglcontextrestored", () => this.card.reset());
    this.queue = Promise.resolve();
  }

  /** Draw a recipe on a canvas at its size; `ask` gives its shader. One after another, so that the page stays free. */
  draw(canvas, server, recipe, view = null) {
    this.queue = this.queue.then(() => this.one(canvas, server, recipe, view)).catch(() => {});
    return this.queue;
  }

  async one(canvas, server, recipe, view) {
    if (!canvas.isConnected) return;
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const width = Math.max(8, Math.round(canvas.clientWidth * ratio));
    const height = Math.max(8, Math.round(canvas.clientHeight * ratio));
    canvas.shader ??= await server.shader(recipe);
    const seen = view ?? canvas.shader.recipe.view;
    [canvas.width, canvas.height] = [width, height];
    const pen = canvas.getContext("2d");
    if (this.card && canvas.shader.source && !this.card.gl.isContextLost()) {
      [this.canvas.width, this.canvas.height] = [width, height];
      const loaded = this.card.load(canvas.shader);
      const start = performance.now();
      this.card.draw(loaded, seen, width, height);
      await this.card.done(start);
      pen.drawImage(this.canvas, 0, 0);
      this.card.release(loaded);
    } else {
      const answer = await server.fetch("POST", "/api/preview", { recipe: { ...recipe, view: seen }, width, height });
      pen.drawImage(await createImageBitmap(await answer.blob()), 0, 0);
    }
    canvas.dataset.drawn = "true";
  }
}
