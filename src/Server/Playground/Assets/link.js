// The link that reproduces what is on the screen: everything is in the fragment, which no server sees.

const fields = ["prompt", "negative", "model", "style", "size", "seed", "steps", "guidance"];

/** The fragment of an order, of policies with their overrides, and of what the frames show. */
export function fragmentOf({ order, policies, show }) {
  const parameters = new URLSearchParams();
  for (const name of fields) {
    if (order[name]) parameters.set(name, order[name]);
  }
  policies.forEach(({ id, overrides }, index) => {
    parameters.set(`${index + 1}`, id);
    for (const [name, text] of Object.entries(overrides)) parameters.set(`${index + 1}.${name}`, text);
  });
  if (show !== "pictures") parameters.set("show", show);
  return `#${parameters}`;
}

/** What a fragment says, or null where it says nothing. */
export function parseFragment(fragment, mostPolicies) {
  const parameters = new URLSearchParams(fragment.replace(/^#/, ""));
  if (!parameters.has("prompt")) return null;
  const policies = [];
  for (let index = 1; index <= mostPolicies; index++) {
    const id = parameters.get(`${index}`);
    if (!id) continue;
    const prefix = `${index}.`;
    policies.push({ id, overrides: Object.fromEntries([...parameters].filter(([name]) => name.startsWith(prefix)).map(([name, text]) => [name.slice(prefix.length), text])) });
  }
  return {
    order: Object.fromEntries(fields.filter(name => parameters.has(name)).map(name => [name, parameters.get(name)])),
    policies,
    show: parameters.get("show") === "differences" ? "differences" : "pictures",
  };
}
