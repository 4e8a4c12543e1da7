// Checks objects of extensions of Kubernetes against the schemas of their makers, as packed for npm.
//
// Reads a JSON list of objects from standard input and writes a JSON list, one entry for each: null when it is valid, a text
// that says what is wrong, or false when no package holds its kind. The packages' validators see types, required fields and
// words, but pass over fields that do not exist; their types do not, so a program of all objects is given to TypeScript.
import path from "node:path";
import ts from "typescript";

const PACKAGES = {
  "cert-manager.io": "cert-manager",
  "external-secrets.io": "external-secrets",
  "gateway.networking.k8s.io": "gateway-api",
  "monitoring.coreos.com": "prometheus-operator",
  "traefik.io": "traefik",
};
const UNKNOWN_FIELD = [2353, 2561];
const PROGRAM = path.join(import.meta.dirname, "objects.ts");

const place = (object) => `@kubernetes-models/${PACKAGES[object.apiVersion.split("/")[0]]}/${object.apiVersion}/${object.kind}`;

async function judge(object) {
  let kinds;
  try {
    kinds = await import(place(object));
  } catch (fault) {
    if (["ERR_MODULE_NOT_FOUND", "ERR_PACKAGE_PATH_NOT_EXPORTED"].includes(fault.code)) return false;
    throw fault;
  }
  try {
    new kinds[object.kind](object).validate();
    return null;
  } catch (fault) {
    return fault.message;
  }
}

// A text for each object with a field that its type does not have.
function unknownFields(objects) {
  const lines = objects.map((object, number) => {
    const { apiVersion: _version, kind, ...rest } = object;
    return `import { ${kind} as Kind${number} } from "${place(object)}"; new Kind${number}(${JSON.stringify(rest)});`;
  });
  const source = lines.join("\n");
  const options = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, noEmit: true, skipLibCheck: true, strict: true, types: [] };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => name === PROGRAM || fileExists(name);
  host.readFile = (name) => (name === PROGRAM ? source : readFile(name));
  host.getSourceFile = (name, ...rest) => (name === PROGRAM ? ts.createSourceFile(name, source, rest[0]) : getSourceFile(name, ...rest));
  const program = ts.createProgram([PROGRAM], options, host);
  const found = new Map();
  for (const fault of program.getSemanticDiagnostics(program.getSourceFile(PROGRAM))) {
    // The code of an unknown field may stand at the end of a chain of reasons.
    let reason = fault.messageText;
    let unknown = UNKNOWN_FIELD.includes(fault.code) && reason;
    while (typeof reason === "object") {
      if (UNKNOWN_FIELD.includes(reason.code)) unknown = reason.messageText;
      reason = reason.next?.[0];
    }
    const line = ts.getLineAndCharacterOfPosition(fault.file, fault.start).line;
    if (unknown) found.set(line, typeof unknown === "string" ? unknown : unknown.messageText);
  }
  return found;
}

let text = "";
for await (const part of process.stdin) text += part;
const objects = JSON.parse(text);
const answers = [];
for (const object of objects) answers.push(await judge(object));
const known = objects.map((_, number) => number).filter((number) => answers[number] !== false);
for (const [line, reason] of unknownFields(known.map((number) => objects[number]))) answers[known[line]] ??= reason;
process.stdout.write(JSON.stringify(answers));
