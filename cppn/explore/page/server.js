/** What the page asks of its server. */

/** The server does not answer. */
export class Gone extends Error {}

export class Server extends EventTarget {
  gone = false;

  /** Ask; returns what the server says. Throws Gone, or an Error in the server's words. */
  async ask(method, path, body) {
    const answer = await this.fetch(method, path, body);
    return answer.json();
  }

  /** The shader of a recipe: what the server says of it, and the numbers as floats. */
  async shader(recipe) {
    const data = await (await this.fetch("POST", "/api/shader", { recipe })).arrayBuffer();
    const length = new DataView(data).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
    let at = 4 + length;
    const take = (count) => {
      const floats = new Float32Array(data, at, count);
      at += 4 * count;
      return floats;
    };
    if (!head.source) return head;
    head.weights = take(4 * head.texels);
    head.parameters = take(head.parameters);
    head.table = head.table ? take(3 * 512) : null;
    return head;
  }

  async fetch(method, path, body) {
    let answer;
    try {
      answer = await fetch(path, {
        method,
        headers: body === undefined ? {} : { "Content-Type": "application/json" },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    } catch {
      this.turn(true);
      throw new Gone("the server does not answer");
    }
    this.turn(false);
    if (answer.ok) return answer;
    const said = await answer.json().catch(() => ({}));
    throw new Error(said.error ?? `the server says ${answer.status}`);
  }

  turn(gone) {
    if (gone === this.gone) return;
    this.gone = gone;
    this.dispatchEvent(new Event(gone ? "gone" : "back"));
    if (gone) this.listen();
  }

  /** Ask every now and then whether it is there again. */
  async listen() {
    while (this.gone) {
      await new Promise((wake) => setTimeout(wake, 1500));
      await this.fetch("GET", "/api/alive").catch(() => {});
    }
  }
}
