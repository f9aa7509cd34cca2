/** A graphics card that draws shaders: compiles each text once, and keeps weights as textures. */

const ROW = 1024; // texels of a row of the weights' texture, as shader.py lays them

const VERTEX = `#version 300 es
void main() { gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0); }`;

const head = (parameters) => `#version 300 es
precision highp float; precision highp int; precision highp sampler2D;
uniform sampler2D weights, table;
uniform float parameters[${parameters}];
uniform vec2 size, center, across, down;
out vec4 color;
vec4 weight(int k) { return texelFetch(weights, ivec2(k % ${ROW}, k / ${ROW}), 0); }
float parameter(int k) { return parameters[k]; }
vec3 entry(int k) { return texelFetch(table, ivec2(k, 0), 0).rgb; }
`;

const MAIN = `
void main() {
  float u = gl_FragCoord.x - 0.5 * size.x, v = 0.5 * size.y - gl_FragCoord.y;
  color = vec4(picture(center + across * u + down * v, vec2(u, v), across, down, 0.5 * size), 1.0);
}`;

/** Where in the plane the pixels of a view lie: `cppn.view.frame` for a canvas of width × height. */
export function frame(view, width, height) {
  const half = view.extent / view.zoom;
  const across = (2 * half) / (view.stretch ? width : Math.min(width, height));
  const down = (2 * half) / (view.stretch ? height : Math.min(width, height));
  const angle = (-view.rotate * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return { center: [...view.center], across: [across * cos, across * sin], down: [down * sin, -down * cos] };
}

/** Are the pixels so small that 24 bits would place them less than 4 bits apart? */
export function isDeep(at) {
  const step = Math.min(Math.hypot(...at.across), Math.hypot(...at.down));
  return step < 2 ** -20 * Math.max(1, Math.abs(at.center[0]), Math.abs(at.center[1]));
}

/** Why a shader cannot be drawn. */
export class CardError extends Error {}

export class Card {
  /** `canvas`: an HTML or offscreen canvas. Throws CardError where there is no WebGL 2. */
  constructor(canvas) {
    this.canvas = canvas;
    this.gl = canvas.getContext("webgl2", {
      alpha: false, antialias: false, depth: false, preserveDrawingBuffer: true, powerPreference: "high-performance",
    });
    if (!this.gl) throw new CardError("this browser has no WebGL 2");
    this.reset();
  }

  /** Forget all that was on the card, which a lost context has forgotten too. */
  reset() {
    this.programs = new Map();
    this.compiled = 0;
    this.vertex = null;
  }

  /** Put a shader, {source, weights, parameters, table}, on the card; what is returned is `draw`n and `release`d. */
  load(shader, old = null) {
    const gl = this.gl;
    const rows = Math.max(1, Math.ceil(shader.weights.length / 4 / ROW));
    if (rows > gl.getParameter(gl.MAX_TEXTURE_SIZE)) throw new CardError("the network is too big for this card");
    const program = this.program(shader);
    const padded = new Float32Array(rows * ROW * 4);
    padded.set(shader.weights);
    const weights = this.texture(padded, ROW, rows, old?.weights);
    let table = old?.table ?? null;
    if (shader.table) {
      const texels = new Float32Array((shader.table.length / 3) * 4);
      for (let i = 0; i < shader.table.length; ++i) texels[Math.floor(i / 3) * 4 + (i % 3)] = shader.table[i];
      table = this.texture(texels, texels.length / 4, 1, table);
    }
    return { program, weights, table, parameters: shader.parameters };
  }

  release(loaded) {
    if (loaded?.weights) this.gl.deleteTexture(loaded.weights);
    if (loaded?.table) this.gl.deleteTexture(loaded.table);
  }

  program(shader) {
    const source = head(shader.parameters.length) + shader.source + MAIN;
    if (this.programs.has(source)) return this.programs.get(source);
    const gl = this.gl;
    const program = gl.createProgram();
    this.vertex ??= this.part(gl.VERTEX_SHADER, VERTEX);
    const fragment = this.part(gl.FRAGMENT_SHADER, source);
    gl.attachShader(program, this.vertex);
    gl.attachShader(program, fragment);
    gl.linkProgram(program);
    gl.deleteShader(fragment);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
      const said = gl.getShaderInfoLog(fragment) || gl.getProgramInfoLog(program) || "";
      throw new CardError(`this card cannot draw the network: ${said.split("\n")[0].slice(0, 120)}`);
    }
    const places = {};
    for (const name of ["weights", "table", "parameters", "size", "center", "across", "down"])
      places[name] = gl.getUniformLocation(program, name);
    const made = { program, places };
    if (this.programs.size > 60) this.programs.clear();
    this.programs.set(source, made);
    ++this.compiled;
    return made;
  }

  part(kind, source) {
    const shader = this.gl.createShader(kind);
    this.gl.shaderSource(shader, source);
    this.gl.compileShader(shader);
    return shader;
  }

  texture(texels, width, height, old) {
    const gl = this.gl;
    const texture = old ?? gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, width, height, 0, gl.RGBA, gl.FLOAT, texels);
    return texture;
  }

  /** Draw what `load` gave on width × height pixels of the bound framebuffer, or on their rows from `low` to `high`. */
  draw(loaded, view, width, height, low = 0, high = height) {
    const gl = this.gl;
    const { program, places } = loaded.program;
    const at = frame(view, width, height);
    gl.useProgram(program);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, loaded.table);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, loaded.weights);
    gl.uniform1i(places.weights, 0);
    gl.uniform1i(places.table, 1);
    gl.uniform1fv(places.parameters, loaded.parameters);
    gl.uniform2f(places.size, width, height);
    for (const name of ["center", "across", "down"]) gl.uniform2f(places[name], ...at[name]);
    gl.viewport(0, 0, width, height);
    gl.enable(gl.SCISSOR_TEST);
    gl.scissor(0, low, width, high - low);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.disable(gl.SCISSOR_TEST);
  }

  /** Wait until the card has done what it was told; the milliseconds since `start`. */
  async done(start) {
    const gl = this.gl;
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    while (fence && !gl.isContextLost()) {
      const state = gl.clientWaitSync(fence, 0, 0);
      if (state !== gl.TIMEOUT_EXPIRED) break;
      await new Promise((wake) => setTimeout(wake, 2));
    }
    gl.deleteSync(fence);
    return performance.now() - start;
  }
}
