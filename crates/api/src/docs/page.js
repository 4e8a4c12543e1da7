// Shows /api/openapi.json: operations by tag, each with its parameters, body, answers and examples.

const METHODS = ["get", "post", "put", "delete"];

function element(name, content, attributes = {}) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  for (const part of [content].flat()) if (part !== null && part !== undefined) made.append(part);
  return made;
}

/** The type of a schema in a few words. */
function kind(schema) {
  if (schema === undefined) return "";
  if (schema.$ref !== undefined) return schema.$ref.split("/").pop();
  const ways = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (ways !== undefined) return [...new Set(ways.map(kind))].join(schema.allOf ? " & " : " | ");
  if (schema.type === "array") return `${kind(schema.items)}[]`;
  return [schema.type ?? "any"].flat().join(" | ");
}

/** Every named schema that a schema leads to, by name. */
function named(schema, schemas, found = new Map()) {
  for (const [, name] of JSON.stringify(schema).matchAll(/#\/components\/schemas\/(\w+)/g)) {
    if (!found.has(name)) {
      found.set(name, schemas[name]);
      named(schemas[name], schemas, found);
    }
  }
  return found;
}

function table(heads, rows) {
  const head = element("tr", heads.map((text) => element("th", text, { scope: "col" })));
  return element("table", [element("thead", head), element("tbody", rows.map((row) => element("tr", row.map((cell) => element("td", cell)))))]);
}

function keys(schema) {
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(([name, key]) => [
    element("code", name),
    kind(key) + (required.has(name) ? "" : ", may be absent"),
    key.description ?? "",
  ]);
  return table(["Key", "Type", "Meaning"], rows);
}

function content(title, media, schemas) {
  const parts = [];
  for (const [type, { schema, example }] of Object.entries(media ?? {})) {
    parts.push(element("h3", `${title}: ${type}, ${kind(schema)}`));
    if (example !== undefined) parts.push(element("pre", JSON.stringify(example, null, 2)));
    for (const [name, own] of named(schema, schemas)) {
      if (own?.properties !== undefined) parts.push(element("details", [element("summary", name), keys(own)]));
    }
  }
  return parts;
}

/** What a reference leads to, or the thing itself. */
function resolved(thing, spec) {
  if (thing.$ref === undefined) return thing;
  return thing.$ref.slice(2).split("/").reduce((found, part) => found[part], spec);
}

function operation(path, method, stated, spec) {
  const schemas = spec.components.schemas;
  const summary = element("summary", [
    element("span", method.toUpperCase(), { class: "method" }),
    element("code", path),
    stated.summary,
  ]);
  const shown = element("details", summary);
  shown.addEventListener("toggle", () => {
    if (shown.childElementCount > 1) return;
    if (stated.parameters !== undefined) {
      shown.append(element("h3", "Parameters"));
      const rows = stated.parameters.map((one) => resolved(one, spec)).map((one) => [
        element("code", one.name),
        `${one.in}, ${kind(one.schema)}`,
        one.description ?? "",
      ]);
      shown.append(table(["Name", "Type", "Meaning"], rows));
    }
    shown.append(...content("Body", stated.requestBody?.content, schemas));
    for (const [status, answer] of Object.entries(stated.responses)) {
      if (status < "400") shown.append(...content(`${status} ${answer.description}`, answer.content, schemas));
    }
    shown.append(element("h3", "Refusals"));
    const refusals = Object.entries(stated.responses).filter(([status]) => status >= "400");
    shown.append(table(["Status", "Meaning"], refusals.map(([status, answer]) => [status, resolved(answer, spec).description])));
  });
  return shown;
}

function show(spec) {
  const wanted = document.getElementById("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const byTag = new Map(spec.tags.map((tag) => [tag.name, []]));
  let count = 0;
  for (const [path, item] of Object.entries(spec.paths)) {
    for (const method of METHODS) {
      const stated = item[method];
      if (stated === undefined) continue;
      const text = `${method} ${path} ${stated.summary} ${stated.tags[0]}`.toLowerCase();
      if (!wanted.every((word) => text.includes(word))) continue;
      count += 1;
      byTag.get(stated.tags[0]).push(operation(path, method, stated, spec));
    }
  }
  const sections = [...byTag].filter(([, list]) => list.length > 0);
  document.getElementById("operations").replaceChildren(
    ...sections.map(([tag, list]) => element("section", [element("h2", tag), ...list])),
  );
  document.getElementById("count").textContent = `${count} operations`;
}

const answer = await fetch("/api/openapi.json");
if (answer.ok) {
  const spec = await answer.json();
  document.getElementById("about").textContent = spec.info.description;
  document.getElementById("filter").addEventListener("input", () => show(spec));
  show(spec);
} else {
  document.getElementById("operations").textContent = `The description cannot be read: ${answer.status}`;
}
