/** Routes of the mock server: the part of the API that the user interface calls. */
import { annotations, imageNames, type MockAnnotation, ontologies, projects, terms, users } from "./data.ts";
import type { Tiff } from "./tiff.ts";

interface Reply {
  status: number;
  type: string;
  body: string | Buffer;
}

type Fields = Record<string, unknown>;
type Handler = (match: string[], fields: Fields, url: URL) => unknown;

let nextId = 1000;
let signedIn = false;
const undo = new Map<number, { back: () => void; forth: () => void }>();
const images = imageNames.map((name, index) => ({ id: 40 + index, project: index < 5 ? 30 : index < 7 ? 31 : 32, name }));
const uploads = new Map<number, number>();

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

function wrap(collection: unknown[]) {
  return { collection, offset: 0, perPage: collection.length, size: collection.length, totalPages: 1 };
}

function find<T extends { id: number }>(list: T[], id: string | undefined, name: string): T {
  const found = list.find((one) => one.id === Number(id));
  if (found === undefined) throw new Refusal(404, `${name} not found with filters : {id=${id}}`);
  return found;
}

function command(key: string, entity: unknown, back: () => void, forth: () => void) {
  const id = nextId++;
  undo.set(id, { back, forth });
  return { message: "done", command: id, [key]: entity };
}

function drop<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
}

function image(entry: (typeof images)[number]) {
  return {
    id: entry.id, project: entry.project, baseImage: entry.id, instanceFilename: entry.name,
    originalFilename: entry.name, contentType: "SVS", width: 2220, height: 2967, physicalSizeX: 0.499,
    physicalSizeY: 0.499, magnification: 20, numberOfAnnotations: annotations.filter((one) => one.image === entry.id).length,
    numberOfReviewedAnnotations: 0, created: String(Date.now() - 8e7),
  };
}

function points(wkt: string): [number, number][] {
  return [...wkt.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map((pair) => [Number(pair[1]), Number(pair[2])]);
}

function full(entry: MockAnnotation) {
  const ring = points(entry.location);
  let area = 0;
  let length = 0;
  ring.forEach(([x, y], index) => {
    const [nx, ny] = ring[index + 1] ?? [x, y];
    area += (x * ny - nx * y) / 2;
    length += Math.hypot(nx - x, ny - y);
  });
  return {
    ...entry, slice: entry.image * 10, project: find(images, String(entry.image), "ImageInstance").project, area: Math.abs(area) * 0.249, areaUnit: "micron²",
    perimeter: (length * 0.499) / 1000, perimeterUnit: "mm", created: String(entry.created),
  };
}

function addAnnotation(fields: Fields) {
  const created: MockAnnotation = {
    id: nextId++, image: Number(fields["image"]), user: 1, location: String(fields["location"]), term: (fields["term"] as number[]) ?? [], created: Date.now(),
  };
  annotations.push(created);
  return command("annotation", full(created), () => drop(annotations, created), () => annotations.push(created));
}

function search(fields: Fields) {
  const wanted = String(fields["users"]).split(",").map(Number);
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = String(fields["bbox"]).split(",").map(Number);
  const inBox = (entry: MockAnnotation) => points(entry.location).some(([x, y]) => x >= x0 && x <= x1 && y >= y0 && y <= y1);
  return wrap(annotations.filter((entry) => entry.image * 10 === fields["slice"] && wanted.includes(entry.user) && inBox(entry)).map(full));
}

function setTerm(annotation: string | undefined, term: string | undefined, on: boolean) {
  const entry = find(annotations, annotation, "UserAnnotation");
  const apply = (add: boolean) => () => {
    entry.term = entry.term.filter((id) => id !== Number(term));
    if (add) entry.term.push(Number(term));
  };
  apply(on)();
  return command("annotationterm", {}, apply(!on), apply(on));
}

function addTo<T extends { id: number }>(list: T[], key: string, item: T) {
  list.push(item);
  return command(key, item, () => drop(list, item), () => list.push(item));
}

const ROUTES: [method: string, path: RegExp, handler: Handler][] = [
  ["POST", /^\/session$/, (_, fields) => {
    if (fields["password"] !== (process.env["MOCK_PASSWORD"] ?? fields["password"])) throw new Refusal(401, "wrong");
    signedIn = true;
    return { user: users[0] };
  }],
  ["GET", /^\/session$/, () => {
    if (!signedIn) throw new Refusal(401, "no session");
    return { user: users[0] };
  }],
  ["DELETE", /^\/session$/, () => ((signedIn = false), {})],
  ["GET", /^\/api\/project\.json$/, () => wrap(projects)],
  ["POST", /^\/api\/project\.json$/, (_, fields) => {
    if (projects.some((one) => one.name === fields["name"])) throw new Refusal(409, `A project named ${String(fields["name"])} exists already: choose another name.`);
    const [model] = projects as [(typeof projects)[number]];
    return addTo(projects, "project", { ...model, id: nextId++, name: String(fields["name"]), ontology: fields["ontology"] as number, numberOfImages: 0, numberOfAnnotations: 0, lastActivity: Date.now() });
  }],
  ["GET", /^\/api\/project\/(\d+)\.json$/, ([id]) => find(projects, id, "Project")],
  ["PUT", /^\/api\/project\/(\d+)\.json$/, ([id], fields) => Object.assign(find(projects, id, "Project"), { name: fields["name"] })],
  ["DELETE", /^\/api\/project\/(\d+)\.json$/, ([id]) => drop(projects, find(projects, id, "Project")) ?? {}],
  ["GET", /^\/api\/project\/(\d+)\/imageinstance\.json$/, ([id]) => wrap(images.filter((one) => one.project === Number(id)).map(image))],
  ["GET", /^\/api\/project\/(\d+)\/term\.json$/, ([id]) => wrap(terms.filter((one) => one.ontology === find(projects, id, "Project").ontology))],
  ["GET", /^\/api\/project\/(\d+)\/userlayer\.json$/, () => wrap(users)],
  ["GET", /^\/api\/imageinstance\/(\d+)\.json$/, ([id]) => image(find(images, id, "ImageInstance"))],
  ["DELETE", /^\/api\/imageinstance\/(\d+)\.json$/, ([id]) => drop(images, find(images, id, "ImageInstance")) ?? {}],
  ["GET", /^\/api\/imageinstance\/(\d+)\/sliceinstance\/reference\.json$/, ([id]) => ({ id: Number(id) * 10, image: Number(id), project: find(images, id, "ImageInstance").project, channel: 0, zStack: 0, time: 0 })],
  ["GET", /^\/api\/ontology\.json$/, () => wrap(ontologies)],
  ["POST", /^\/api\/ontology\.json$/, (_, fields) => addTo(ontologies, "ontology", { id: nextId++, name: String(fields["name"]), user: 1, created: String(Date.now()) })],
  ["PUT", /^\/api\/ontology\/(\d+)\.json$/, ([id], fields) => Object.assign(find(ontologies, id, "Ontology"), { name: fields["name"] })],
  ["DELETE", /^\/api\/ontology\/(\d+)\.json$/, ([id]) => drop(ontologies, find(ontologies, id, "Ontology")) ?? {}],
  ["GET", /^\/api\/ontology\/(\d+)\/term\.json$/, ([id]) => wrap(terms.filter((one) => one.ontology === Number(id)))],
  ["POST", /^\/api\/term\.json$/, (_, fields) => addTo(terms, "term", { id: nextId++, name: String(fields["name"]), color: String(fields["color"]), ontology: Number(fields["ontology"]), parent: null })],
  ["PUT", /^\/api\/term\/(\d+)\.json$/, ([id], fields) => Object.assign(find(terms, id, "Term"), { name: fields["name"], color: fields["color"] })],
  ["DELETE", /^\/api\/term\/(\d+)\.json$/, ([id]) => drop(terms, find(terms, id, "Term")) ?? {}],
  ["GET", /^\/api\/storage\.json$/, () => wrap([{ id: 50, name: "admin", user: 1 }])],
  ["GET", /^\/api\/uploadedfile\/(\d+)\.json$/, ([id]) => {
    const asked = (uploads.get(Number(id)) ?? 0) + 1;
    uploads.set(Number(id), asked);
    return { id: Number(id), originalFilename: "slide", size: 1, status: asked > 3 ? 100 : 30 };
  }],
  ["GET", /^\/api\/sliceinstance\/(\d+)\/annotationindex\.json$/, ([slice]) => {
    const here = annotations.filter((one) => one.image * 10 === Number(slice));
    return wrap(users.map(({ id }) => ({ user: id, countAnnotation: here.filter((one) => one.user === id).length })));
  }],
  ["POST", /^\/api\/annotation\/search\.json$/, (_, fields) => search(fields)],
  ["GET", /^\/api\/annotation\.json$/, (_, __, url) => wrap(annotations.filter((one) => one.image === Number(url.searchParams.get("image"))).map(full))],
  ["POST", /^\/api\/userannotation\.json$/, (_, fields) => addAnnotation(fields)],
  ["GET", /^\/api\/userannotation\/(\d+)\.json$/, ([id]) => full(find(annotations, id, "UserAnnotation"))],
  ["PUT", /^\/api\/userannotation\/(\d+)\.json$/, ([id], fields) => {
    const entry = find(annotations, id, "UserAnnotation");
    const [before, after] = [entry.location, String(fields["location"])];
    entry.location = after;
    return command("annotation", full(entry), () => (entry.location = before), () => (entry.location = after));
  }],
  ["DELETE", /^\/api\/userannotation\/(\d+)\.json$/, ([id]) => {
    const entry = find(annotations, id, "UserAnnotation");
    drop(annotations, entry);
    return command("annotation", full(entry), () => annotations.push(entry), () => drop(annotations, entry));
  }],
  ["POST", /^\/api\/annotation\/(\d+)\/term\/(\d+)\.json$/, ([annotation, term]) => setTerm(annotation, term, true)],
  ["DELETE", /^\/api\/annotation\/(\d+)\/term\/(\d+)\.json$/, ([annotation, term]) => setTerm(annotation, term, false)],
  ["GET", /^\/api\/command\/(\d+)\/(undo|redo)\.json$/, ([id, way]) => {
    undo.get(Number(id))?.[way === "undo" ? "back" : "forth"]();
    return wrap([{ success: true }]);
  }],
];

function picture(path: string, slide: Tiff | null): Reply | null {
  if (!/\.(png|jpg)$/.test(path)) return null;
  if (slide === null) return { status: 404, type: "text/plain", body: "" };
  const tile = /\/tx\/(\d+)\/ty\/(\d+)\.jpg$/.exec(path);
  if (tile !== null) return { status: 200, type: "image/jpeg", body: slide.tile(Number(tile[1]), Number(tile[2])) };
  if (path.endsWith("/crop.png")) return { status: 200, type: "image/jpeg", body: slide.tile(3, 4) };
  return { status: 200, type: "image/svg+xml", body: slide.thumbnail() };
}

function pyramid(slide: Tiff | null) {
  const { width, height, tileWidth, tileHeight } = slide?.level ?? { width: 2220, height: 2967, tileWidth: 240, tileHeight: 240 };
  const [columns, rows] = [Math.ceil(width / tileWidth), Math.ceil(height / tileHeight)];
  const tier = { zoom: 0, level: 0, width, height, tile_width: tileWidth, tile_height: tileHeight, downsampling_factor: 1, downsample: 1, n_tiles: columns * rows, n_tx: columns, n_ty: rows };
  return { n_tiers: 1, tiers: [tier], version: "mock" };
}

function upload(data: Buffer, project: number) {
  const name = /filename="([^"]+)"/.exec(data.toString("latin1"))?.[1] ?? "slide";
  // The first bytes of TIFF, PNG and JPEG, after the head of the part.
  if (!/\r\n\r\n(II\*|MM|\x89PNG|\xff\xd8)/.test(data.toString("latin1"))) {
    throw new Refusal(400, `${name} is not a slide: its first bytes match no known format. Upload SVS, TIFF, JPEG or PNG.`);
  }
  const id = nextId++;
  images.push({ id: nextId++, project, name });
  return [{ status: 200, name, size: String(data.length), uploadedFile: { id }, images: [] }];
}

export function answer(method: string, url: URL, data: Buffer, slide: Tiff | null): Reply {
  const json = (status: number, value: unknown): Reply => ({ status, type: "application/json", body: JSON.stringify(value) });
  try {
    if (url.pathname === "/upload") return json(200, upload(data, Number(url.searchParams.get("idProject"))));
    if (url.pathname.endsWith("/pyramid.json")) return json(200, pyramid(slide));
    const drawn = picture(url.pathname, slide);
    if (drawn !== null) return drawn;
    for (const [wanted, path, handler] of ROUTES) {
      const match = method === wanted ? path.exec(url.pathname) : null;
      const fields = data.length > 0 ? (JSON.parse(data.toString()) as Fields) : {};
      if (match !== null) return json(200, handler(match.slice(1), fields, url));
    }
    return json(404, { title: "Not Found", detail: `${method} ${url.pathname}` });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const list = [{ status: 500, error: error.message, files: [{ size: 0, error: error.message }] }];
    return json(error.status, url.pathname === "/upload" ? list : { errors: { message: error.message } });
  }
}
