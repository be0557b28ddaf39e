// What a card shows, as code: C#, configuration, and a command.
import { bodyOf } from "./order.js";
import { jsonOf } from "./settings.js";

/** A program that makes the picture with the library. */
export function csharp(order, model, card) {
  const given = card.values.filter(isGiven);
  const lines = given.map(({ setting, text }) => `    o.${setting.name} = ${literalOf(setting, text)};`);
  const settings = lines.length > 0 ? `o =>\n{\n${lines.join("\n")}\n}` : "";
  const name = card.policy.id === card.policy.kind ? "" : settings ? `${quote(card.policy.id)}, ` : quote(card.policy.id);
  const request = [
    `Seed = ${order.seed}`,
    `Steps = ${order.steps}`,
    `Guidance = ${floating(Number(order.guidance), "f")}`,
    ...(order.style ? [`Style = ${quote(order.style)}`] : []),
    ...(order.negative ? [`NegativePrompt = ${quote(order.negative)}`] : []),
    ...(sidesOf(order) ? [`Width = ${sidesOf(order)[0]}`, `Height = ${sidesOf(order)[1]}`] : []),
  ];
  const usings = ["CachePolicies", "CachePolicies.Hosting", ...(given.some(g => g.setting.kind === "choice") ? ["CachePolicies.Policies"] : []), "CachePolicies.Reporting", "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Hosting"];
  return `${usings.map(u => `using ${u};`).join("\n")}

var builder = Host.CreateApplicationBuilder(args);
builder.Add${card.policy.method}(${name}${settings}).UseModel(${quote(`models/${model}`)});
using var host = builder.Build();

var generator = host.Services.GetRequiredService<ITextToImageGenerator>();
var result = await generator.GenerateImageAsync(new(${quote(order.prompt)})
{
${request.map(r => `    ${r},`).join("\n")}
});
Png.Save("picture.png", result.Image);
`;
}

/** The settings as configuration. */
export function appsettings(card) {
  const section = {};
  for (const { setting, text } of card.values.filter(isGiven)) {
    const path = setting.name.split(".");
    const holder = path.slice(0, -1).reduce((place, part) => place[part] ??= {}, section);
    holder[path.at(-1)] = jsonOf(setting, text);
  }
  const { id, kind } = card.policy;
  const server = id === kind ? {} : { Server: { Policies: { [id]: kind } } };
  return `${JSON.stringify({ ...server, CachePolicies: { DefaultPolicy: id, [id]: section } }, null, 2)}\n`;
}

/** The request as a command. */
export function curl(order, card, needsKey) {
  const body = JSON.stringify(bodyOf(order, card.policy.id, card.json, false), null, 2);
  const address = new URL("v1/images/generations", document.baseURI);
  const key = needsKey ? ' \\\n  -H "Authorization: Bearer $KEY"' : "";
  return `curl --fail-with-body ${shell(address.href)} \\\n  -H "Content-Type: application/json"${key} \\\n  -d ${shell(body)} | jq -r '.data[0].b64_json' | base64 --decode > picture.png\n`;
}

/** Whether a setting must be given: it was set here, or differs from what the library does by itself. */
function isGiven({ setting, text, isOverride }) {
  return isOverride || text !== setting.default;
}

function literalOf(setting, text) {
  if (text === "null") return "null";
  switch (setting.kind) {
    case "flag": case "whole_number": return text;
    case "number": return floating(Number(text), setting.type === "float" ? "f" : "d");
    case "numbers": return `[${text.split(",").filter(n => n !== "").join(", ")}]`;
    case "choice": return `${setting.type}.${text}`;
    default: return quote(text);
  }
}

function floating(value, suffix) {
  return `${value}${suffix}`;
}

function sidesOf(order) {
  return /^\d+x\d+$/.test(order.size ?? "") ? order.size.split("x") : null;
}

/** A C# string: JSON's escapes are C#'s, but for line ends that only C# ends a line at. */
function quote(text) {
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029]/g, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A word for a POSIX shell. Control characters cannot be in it: JSON escapes them. */
function shell(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
