/** What is kept, and what the server draws. */

export class Kept {
  constructor(strip, state, server, say) {
    Object.assign(this, { strip, state, server, say });
    this.others = new BroadcastChannel("cppn-kept"); // tabs of the same server
    this.others.addEventListener("message", () => this.refresh());
  }

  async keep() {
    try {
      const kept = await this.server.ask("POST", "/api/keep", { recipe: this.state.recipe });
      this.add(kept);
      this.others.postMessage(kept.id);
      this.say(`Kept as ${kept.file}`);
    } catch (error) {
      this.say(`It could not be kept: ${error.message}`, true);
    }
  }

  /** Show all that is kept, the newest first. */
  fill(all) {
    this.strip.replaceChildren();
    for (const kept of all) this.add(kept);
  }

  async refresh() {
    try {
      this.fill((await this.server.ask("GET", "/api/kept")).kept);
    } catch {
      // it is filled when the server is back
    }
  }

  add(kept) {
    const item = document.createElement("li");
    const go = document.createElement("button");
    const picture = document.createElement("img");
    picture.src = `/kept/${encodeURIComponent(kept.id)}.png`;
    picture.alt = "";
    picture.loading = "lazy";
    go.title = kept.name;
    go.setAttribute("aria-label", `Go to ${kept.name}`);
    go.append(picture);
    go.addEventListener("click", () => this.state.go(kept.recipe));
    const drop = document.createElement("button");
    drop.className = "drop";
    drop.textContent = "×";
    drop.setAttribute("aria-label", `Remove ${kept.name}`);
    drop.addEventListener("click", async () => {
      try {
        await this.server.ask("DELETE", `/api/kept/${encodeURIComponent(kept.id)}`);
        item.remove();
        this.others.postMessage(kept.id);
        this.say(`Removed ${kept.name}`);
      } catch (error) {
        this.say(error.message, true);
      }
    });
    item.append(go, drop);
    this.strip.append(item);
  }
}

const BUSY = new Set(["waiting", "drawing"]);

export class Drawings {
  constructor(list, server, say) {
    Object.assign(this, { list, server, say });
    this.told = new Set();
  }

  /** Ask for a drawing, and follow it until it is done. */
  async draw(wanted) {
    await this.server.ask("POST", "/api/draw", wanted);
    this.follow();
  }

  async follow(quietly = false) {
    if (this.following) return;
    this.following = true;
    try {
      for (let busy = true; busy; ) {
        const { jobs } = await this.server.ask("GET", "/api/draw");
        if (quietly) for (const job of jobs) if (!BUSY.has(job.state)) this.told.add(job.id); // they were, elsewhere
        quietly = false;
        this.show(jobs);
        busy = this.busy = jobs.some((job) => BUSY.has(job.state));
        if (busy) await new Promise((wake) => setTimeout(wake, 300));
      }
    } catch (error) {
      this.say(error.message, true);
    } finally {
      this.following = false;
    }
  }

  show(jobs) {
    this.list.replaceChildren(
      ...jobs.slice(-12).reverse().map((job) => {
        const item = document.createElement("li");
        item.dataset.state = job.state;
        const text = document.createElement("span");
        text.textContent = { waiting: "waits", drawing: `${Math.round(100 * job.share)} %`, done: `done: ${job.file}`, cancelled: "cancelled", failed: job.error }[job.state];
        text.textContent = `${job.name} ${job.size}: ${text.textContent}`;
        text.className = job.state === "failed" ? "bad" : "";
        item.append(text);
        if (BUSY.has(job.state)) {
          const stop = document.createElement("button");
          stop.type = "button";
          stop.className = "plain";
          stop.textContent = "Cancel";
          stop.addEventListener("click", () => this.server.ask("DELETE", `/api/draw/${job.id}`).catch((error) => this.say(error.message, true)));
          const bar = document.createElement("progress");
          bar.max = 1;
          bar.value = job.share;
          bar.setAttribute("aria-label", `Drawing ${job.name}`);
          item.append(stop, bar);
        }
        return item;
      }),
    );
    for (const job of jobs) {
      if (this.told.has(job.id) || BUSY.has(job.state)) continue;
      this.told.add(job.id);
      if (job.state === "done") this.say(`Drawn: ${job.file}`);
      if (job.state === "failed") this.say(`${job.name}: ${job.error}`, true);
    }
  }
}
