/**
 * A live picture on a canvas: panned by drag, zoomed by wheel and pinch, sharp when it rests.
 *
 *   const picture = new Picture(canvas);       // picture.reason says why nothing can be drawn, if so
 *   picture.show(shader, view);                // {source, weights, parameters, table}; view as in a recipe
 *   picture.addEventListener("view", …);       // the user has moved it: picture.view
 *
 * Events: "view", "lost" and "restored" (of the card), "rest" (all pixels are drawn), "failed" (event.detail says why).
 * While something moves it is drawn as small as the card needs to keep pace; at rest in strips, which leave the page
 * free. Both go by how much the card was seen to draw in time.
 */

import { Card, CardError, frame, isDeep } from "./card.js";

const PACE = 12; // milliseconds that a frame may take, of the sixteen at 60 frames a second
const COARSEST = 0.12; // share of the full width, below which nothing is recognised
const STRIPS = 24; // at most, in which it is drawn sharp
const REST = 140; // milliseconds without a movement, after which it is drawn sharp
export const LEAST_ZOOM = 1e-9, MOST_ZOOM = 1e9; // as recipes allow

export class Picture extends EventTarget {
  constructor(canvas) {
    super();
    this.canvas = canvas;
    this.reason = "";
    try {
      this.card = new Card(canvas);
    } catch (error) {
      if (!(error instanceof CardError)) throw error;
      this.reason = error.message; // it can still be panned and zoomed, and another may draw what it looks at
    }
    this.shader = this.loaded = this.low = null;
    this.view = { center: [0, 0], extent: 5, zoom: 1, rotate: 0, stretch: false };
    this.budget = 60_000; // pixels that the card draws in a frame's time, until it is measured
    this.turn = 0; // of drawings: one that is no longer the latest stops
    this.moved = -Infinity;
    this.sharpness = 0; // of the last frame: the share of the full width
    canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      ++this.turn;
      this.loaded = this.low = null;
      this.card.reset();
      this.dispatchEvent(new Event("lost"));
    });
    canvas.addEventListener("webglcontextrestored", () => {
      if (this.shader) this.show(this.shader, this.view);
      this.dispatchEvent(new Event("restored"));
    });
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(canvas);
    listen(this);
    this.fit();
  }

  /** Draw a shader from now on. A text that was drawn before is not compiled again. */
  show(shader, view = this.view) {
    this.shader = shader;
    this.view = { ...this.view, ...view, center: [...(view.center ?? this.view.center)] };
    if (!this.card) return void this.dispatchEvent(new CustomEvent("failed", { detail: this.reason }));
    if (this.card.gl.isContextLost()) return;
    try {
      this.loaded = this.card.load(shader, this.loaded);
    } catch (error) {
      this.loaded = null;
      this.dispatchEvent(new CustomEvent("failed", { detail: error.message }));
      return;
    }
    this.move();
  }

  /** Show nothing. */
  clear() {
    ++this.turn;
    this.shader = null;
    if (this.loaded) this.card.release(this.loaded);
    this.loaded = null;
  }

  /** Look at another part of the plane. */
  look(view) {
    this.view = { ...this.view, ...view };
    this.move();
  }

  get isDeep() {
    return isDeep(frame(this.view, this.canvas.width, this.canvas.height));
  }

  fit() {
    const ratio = window.devicePixelRatio || 1;
    const width = Math.max(1, Math.round(this.canvas.clientWidth * ratio));
    const height = Math.max(1, Math.round(this.canvas.clientHeight * ratio));
    if (width === this.canvas.width && height === this.canvas.height && this.sharpness) return;
    this.canvas.width = width;
    this.canvas.height = height;
    this.move();
  }

  /** Draw soon, small while it moves, and sharp when it rests. */
  move() {
    this.moved = performance.now();
    if (!this.waiting) this.waiting = requestAnimationFrame(() => this.paint());
  }

  async paint() {
    this.waiting = 0;
    const turn = ++this.turn;
    if (!this.loaded) return;
    const { width, height } = this.canvas;
    const share = Math.min(1, Math.max(COARSEST, Math.sqrt(this.budget / (width * height))));
    if (share < 1) await this.small(Math.max(1, Math.round(width * share)), Math.max(1, Math.round(height * share)));
    const rest = share < 1 ? this.moved + REST - performance.now() : 0;
    if (rest > 0) await new Promise((wake) => setTimeout(wake, rest));
    if (turn === this.turn) await this.sharp(turn);
  }

  /** Draw fewer pixels and stretch them. */
  async small(width, height) {
    const gl = this.card.gl;
    const { canvas } = this;
    if (!this.low || this.low.width < width || this.low.height < height) {
      if (this.low) {
        gl.deleteTexture(this.low.texture);
        gl.deleteFramebuffer(this.low.buffer);
      }
      const texture = gl.createTexture();
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, width, height);
      const buffer = gl.createFramebuffer();
      gl.bindFramebuffer(gl.FRAMEBUFFER, buffer);
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
      this.low = { texture, buffer, width, height };
    }
    const start = performance.now();
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.low.buffer);
    this.card.draw(this.loaded, this.view, width, height);
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, this.low.buffer);
    gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, null);
    gl.blitFramebuffer(0, 0, width, height, 0, 0, canvas.width, canvas.height, gl.COLOR_BUFFER_BIT, gl.LINEAR);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    this.sharpness = width / canvas.width;
    this.measure(width * height, await this.card.done(start));
  }

  /** Draw all pixels, strip by strip from the top, until something moves again. */
  async sharp(turn) {
    const { width, height } = this.canvas;
    for (let top = height; top > 0; ) {
      const rows = Math.min(top, Math.max(Math.ceil(height / STRIPS), Math.round(this.budget / width)));
      const start = performance.now();
      if (!this.loaded) return;
      this.card.draw(this.loaded, this.view, width, height, top - rows, top);
      const took = await this.card.done(start);
      if (turn !== this.turn) return;
      this.measure(rows * width, took);
      top -= rows;
    }
    this.sharpness = 1;
    this.dispatchEvent(new Event("rest"));
  }

  /** Learn how much the card draws in time: more if it was quick, less if it was late. */
  measure(pixels, milliseconds) {
    if (milliseconds < PACE && pixels >= 0.7 * this.budget) this.budget = Math.min(2e7, this.budget * 1.5);
    if (milliseconds > 2 * PACE && pixels <= 1.4 * this.budget) this.budget = Math.max(4000, this.budget * 0.6);
  }

  /** Zoom by a factor, so that the point under (x, y), in CSS pixels of the canvas, stays where it is. */
  zoomAt(factor, x, y) {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, this.view.zoom * factor));
    const [u, v] = [x - width / 2, y - height / 2];
    const before = frame(this.view, width, height);
    const after = frame({ ...this.view, zoom }, width, height);
    const center = [0, 1].map(
      (i) => this.view.center[i] + (before.across[i] - after.across[i]) * u + (before.down[i] - after.down[i]) * v,
    );
    this.turnTo({ zoom, center });
  }

  /** Move what is seen by so many CSS pixels. */
  panBy(dx, dy) {
    const at = frame(this.view, this.canvas.clientWidth, this.canvas.clientHeight);
    this.turnTo({ center: [0, 1].map((i) => this.view.center[i] - at.across[i] * dx - at.down[i] * dy) });
  }

  turnTo(change) {
    this.look(change);
    this.dispatchEvent(new Event("view"));
  }
}

/** Drag, wheel and pinch. */
function listen(picture) {
  const { canvas } = picture;
  const fingers = new Map();
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const middle = () => {
    const all = [...fingers.values()];
    const at = [0, 1].map((i) => all.reduce((sum, finger) => sum + finger[i], 0) / all.length);
    return [...at, all.length > 1 ? Math.hypot(all[0][0] - all[1][0], all[0][1] - all[1][1]) : 0];
  };
  canvas.style.touchAction = "none";
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, place(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    const [x0, y0, gap0] = middle();
    fingers.set(event.pointerId, place(event));
    const [x, y, gap] = middle();
    if (gap0 && gap) picture.zoomAt(gap / gap0, x, y);
    picture.panBy(x - x0, y - y0);
  });
  for (const end of ["pointerup", "pointercancel"])
    canvas.addEventListener(end, (event) => fingers.delete(event.pointerId));
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const pixels = event.deltaY * [1, 16, 400][event.deltaMode];
      picture.zoomAt(Math.exp(-Math.max(-240, Math.min(240, pixels)) * (event.ctrlKey ? 0.01 : 0.0016)), ...place(event));
    },
    { passive: false },
  );
}
