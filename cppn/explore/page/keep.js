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
const ENDED = 12; // drawings of which the list still tells, and all that are busy

export class Drawings {
  constructor(list, server, say) {
    Object.assign(this, { list, server, say });
    this.told = new Set();
    this.rows = new Map(); // they stay, or a press on their buttons would be lost
  }

  /** Ask for a drawing, and follow it until it is done. */
  async draw(wanted) {
    await this.server.ask("POST", "/api/draw", wanted);
    this.follow();
  }

  async follow(quietly = false) {
    this.wanted = true; // one may be new since the server last answered
    if (this.following) return;
    this.following = true;
    try {
      while (this.wanted || this.busy) {
        this.wanted = false;
        const { jobs } = await this.server.ask("GET", "/api/draw");
        if (quietly) for (const job of jobs) if (!BUSY.has(job.state)) this.told.add(job.id); // they were, elsewhere
        quietly = false;
        this.show(jobs);
        this.busy = jobs.some((job) => BUSY.has(job.state));
        if (this.busy) await new Promise((wake) => setTimeout(wake, 300));
      }
    } catch (error) {
      this.busy = false;
      this.say(error.message, true);
    } finally {
      this.following = false;
    }
  }

  show(jobs) {
    const listed = jobs.filter((job, i) => BUSY.has(job.state) || i >= jobs.length - ENDED);
    for (const [id, row] of this.rows) {
      if (listed.some((job) => job.id === id)) continue;
      row.remove();
      this.rows.delete(id);
    }
    for (const job of listed) {
      if (!this.rows.has(job.id)) {
        this.rows.set(job.id, this.row(job));
        this.list.prepend(this.rows.get(job.id));
      }
      this.fill(this.rows.get(job.id), job);
    }
    for (const job of jobs) {
      if (this.told.has(job.id) || BUSY.has(job.state)) continue;
      this.told.add(job.id);
      if (job.state === "done") this.say(`Drawn: ${job.file}`);
      if (job.state === "failed") this.say(`${job.name}: ${job.error}`, true);
    }
  }

  row(job) {
    const row = document.createElement("li");
    const stop = document.createElement("button");
    stop.type = "button";
    stop.className = "plain";
    stop.textContent = "Cancel";
    stop.addEventListener("click", () => this.server.ask("DELETE", `/api/draw/${job.id}`).catch((error) => this.say(error.message, true)));
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.setAttribute("aria-label", `Drawing ${job.name}`);
    row.append(document.createElement("span"), stop, bar);
    return row;
  }

  fill(row, job) {
    const [text, stop, bar] = row.children;
    const how = { waiting: "waits", drawing: `${Math.round(100 * job.share)} %`, done: `done: ${job.file}`, cancelled: "cancelled", failed: job.error };
    row.dataset.state = job.state;
    text.textContent = `${job.name} ${job.size}: ${how[job.state]}`;
    text.classList.toggle("bad", job.state === "failed");
    bar.value = job.share;
    stop.hidden = bar.hidden = !BUSY.has(job.state);
  }
}
