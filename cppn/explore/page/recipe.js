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

/** Does it have nodes and links instead of layers? */
export const isGraph = ({ network }) => Boolean(network.graph ?? network.random);

/** The activations, one for each affine map; of a graph none, whose nodes have theirs. */
export function acts(recipe) {
  if (isGraph(recipe)) return [];
  const { act, hidden } = recipe.network;
  return act.length === 1 ? Array(hidden.length + 1).fill(act[0]) : [...act];
}

// what each activation's text means: the server says so of every recipe that it shows
const known = new Map();

/** Remember what texts mean. */
export function learn(activations) {
  for (const one of activations) known.set(one.text, one);
}

/** An activation's name (of a formula, all of it), whether it is of the catalogue, and what differs from its defaults. */
export const parse = (text) => known.get(text) ?? { text, name: text, named: false, given: {}, parameters: {} };

/** The text of an activation with its parameters, which means this until the server says more. */
export function write(one) {
  const pairs = Object.entries(one.given).map(([key, value]) => `${key}=${+value.toFixed(6)}`);
  const text = pairs.length ? `${one.name}:${pairs.join(",")}` : one.name;
  if (!known.has(text)) learn([{ named: true, parameters: {}, ...one, text }]);
  return text;
}

/** The parameters that an activation takes, with their present values. */
export function parameters(text) {
  const { given, parameters } = parse(text);
  return Object.fromEntries(Object.entries(parameters).map(([key, about]) => [key, { ...about, value: given[key] ?? about.default }]));
}

/** Texts with a parameter set in each that has it; null if none has. */
export function setParameter(texts, key, value) {
  let any = false;
  const made = texts.map((text) => {
    const found = parameters(text)[key];
    if (!found) return text;
    any = true;
    const one = parse(text);
    const wanted = typeof value === "function" ? value(found.value) : value;
    const given = { ...one.given, [key]: Math.min(found.high, Math.max(found.low, wanted)) };
    return write({ ...one, given });
  });
  return any ? made : null;
}

/** A seed that nobody has seen. */
export const newSeed = () => crypto.getRandomValues(new Uint32Array(1))[0];

/** A whole number from text. Beyond those that a Number tells from the next it stays text, which the server reads. */
export const whole = (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text.trim());
