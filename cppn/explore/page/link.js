/** A recipe as the end of an address: JSON, packed, in letters that addresses may have. */

export const LONGEST = 32_000; // letters: beyond, programs cut links off

const letters = (bytes) => {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const through = async (data, stream) => new Uint8Array(await new Response(new Blob([data]).stream().pipeThrough(stream)).arrayBuffer());

/** The text that stands for a recipe; empty if it would be too long. */
export async function pack(recipe) {
  const data = new TextEncoder().encode(JSON.stringify(recipe));
  if (data.length > 40 * LONGEST) return "";
  const text = letters(await through(data, new CompressionStream("deflate-raw")));
  return text.length > LONGEST ? "" : `r=${text}`;
}

/** The recipe that a text stands for, or null if there is none. Throws if it is damaged. */
export async function unpack(text) {
  const found = /^#?r=([\w-]*)$/.exec(text);
  if (!found) {
    if (text.length > 1) throw new Error("it is no picture's");
    return null;
  }
  if (found[1].length > LONGEST) throw new Error("it is too long");
  const recipe = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(await bounded(bytes(found[1]))));
  if (typeof recipe !== "object" || recipe === null || Array.isArray(recipe)) throw new Error("it holds no recipe");
  return recipe;
}

/** Unpack, but no more than a recipe may be. */
async function bounded(data) {
  const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > 40 * LONGEST) {
      await reader.cancel();
      throw new Error("it is too long");
    }
    parts.push(value);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
