/** Pictures that the graphics card cannot draw come from the server, and are shown in the canvas's place. */

const REST = 200; // milliseconds without a change before the server is asked
const MOST = 1280; // pixels a side

export class StandIn {
  constructor(image, server) {
    Object.assign(this, { image, server });
    this.turn = 0;
  }

  hide() {
    ++this.turn;
    this.image.hidden = true;
    this.image.removeAttribute("src");
  }

  /** Ask for a picture of this recipe, coarsely first. */
  async show(recipe) {
    const turn = ++this.turn;
    await new Promise((wake) => setTimeout(wake, this.image.hidden ? 0 : REST));
    for (const share of [0.25, 1]) {
      if (turn !== this.turn) return;
      const scale = Math.min(1, MOST / Math.max(innerWidth, innerHeight)) * share;
      const [width, height] = [innerWidth, innerHeight].map((side) => Math.max(1, Math.round(side * scale)));
      const answer = await this.server.fetch("POST", "/api/preview", { recipe, width, height });
      const url = URL.createObjectURL(await answer.blob());
      if (turn !== this.turn) return URL.revokeObjectURL(url);
      if (this.image.src.startsWith("blob:")) URL.revokeObjectURL(this.image.src);
      this.image.src = url;
      this.image.hidden = false;
    }
    this.image.dataset.drawn = String(turn);
  }
}
