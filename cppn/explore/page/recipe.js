/** Recipes as the page changes them; what they mean is the server's to say. */

/** A recipe with fields replaced, as `cppn.Recipe.change`: {network: {…}, color: {…}, view: {…}, "": {seed: 7}}. */
export function change(recipe, changes) {
  const made = structuredClone(recipe);
  if (changes.network || changes.color || "seed" in (changes[""] ?? {})) {
    delete made.name;
    delete made.description;
  }
  for (const [section, fields] of Object.entries(changes)) {
    const target = section ? (made[section] ??= {}) : made;
    for (const [key, value] of Object.entries(fields))
      if (value === null) delete target[key];
      else target[key] = value;
  }
  if (changes.network || "seed" in (changes[""] ?? {})) delete made.color?.measured;
  return made;
}

/** The activations, one for each affine map. */
export function acts(recipe) {
  const { act, hidden } = recipe.network;
  return act.length === 1 ? Array(hidden.length + 1).fill(act[0]) : [...act];
}

/** `cos:freq=7.9,iters=2` taken apart; of a formula the name is all of it. */
export function parse(text, catalogue) {
  const [name, rest] = [text.split(":")[0].trim(), text.slice(text.indexOf(":") + 1)];
  const entry = catalogue.activations.find((one) => one.name === name);
  if (entry || /^[a-z]\w*:/.test(text)) {
    const given = {};
    if (text.includes(":"))
      for (const pair of rest.split(",")) {
        const [key, value] = pair.split("=");
        given[key.trim()] = Number(value);
      }
    return { name, entry, given };
  }
  const own = /^(.*):((?:[a-z]+=[-+.\de]+,?)+)$/.exec(text); // a formula with parameters
  if (!own) return { name: text, entry: null, given: {} };
  const given = Object.fromEntries(own[2].split(",").filter(Boolean).map((pair) => [pair.split("=")[0], Number(pair.split("=")[1])]));
  return { name: own[1], entry: null, given };
}

/** The text of an activation with its parameters. */
export function write({ name, given }) {
  const pairs = Object.entries(given).map(([key, value]) => `${key}=${+value.toFixed(6)}`);
  return pairs.length ? `${name}:${pairs.join(",")}` : name;
}

/** The parameters that an activation takes, with their present values. */
export function parameters(text, catalogue) {
  const { name, entry, given } = parse(text, catalogue);
  const found = {};
  for (const [key, about] of Object.entries(entry?.parameters ?? {})) found[key] = { ...about, value: given[key] ?? about.default };
  if (!entry)
    for (const [key, about] of Object.entries(catalogue.parameters))
      if (new RegExp(`\\b${key}\\b`).test(name)) found[key] = { ...about, value: given[key] ?? about.default };
  return found;
}

/** Texts with a parameter set in each that has it; null if none has. */
export function setParameter(texts, key, value, catalogue) {
  let any = false;
  const made = texts.map((text) => {
    const found = parameters(text, catalogue)[key];
    if (!found) return text;
    any = true;
    const parsed = parse(text, catalogue);
    const wanted = typeof value === "function" ? value(found.value) : value;
    return write({ ...parsed, given: { ...parsed.given, [key]: Math.min(found.high, Math.max(found.low, wanted)) } });
  });
  return any ? made : null;
}

/** A seed that nobody has seen. */
export const newSeed = () => crypto.getRandomValues(new Uint32Array(1))[0];

/** A whole number from text. Beyond those that a Number tells from the next it stays text, which the server reads. */
export const whole = (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text.trim());
