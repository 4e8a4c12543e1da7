/** The made-up contents of the mock server. */

export interface MockAnnotation {
  id: number;
  image: number;
  user: number;
  location: string;
  term: number[];
  created: number;
}

const hour = 3_600_000;
const now = Date.now();

export const users = [
  { id: 1, username: "admin", firstname: "Ada", lastname: "Moreau", fullName: "Ada Moreau (admin)" },
  { id: 2, username: "jchen", firstname: "Jun", lastname: "Chen", fullName: "Jun Chen (jchen)" },
];

export const ontologies = [
  { id: 10, name: "Breast morphology", user: 1, created: String(now - 900 * hour) },
  { id: 11, name: "Renal cortex", user: 1, created: String(now - 500 * hour) },
];

export const terms = [
  { id: 20, name: "Tumour", color: "#e5484d", ontology: 10, parent: null },
  { id: 21, name: "Stroma", color: "#46a758", ontology: 10, parent: null },
  { id: 22, name: "Necrosis", color: "#ffc53d", ontology: 10, parent: null },
  { id: 23, name: "Lymphocytes", color: "#0588f0", ontology: 10, parent: null },
  { id: 24, name: "Glomerulus", color: "#8e4ec6", ontology: 11, parent: null },
];

function project(id: number, name: string, ontology: number | null, age: number, images: number, annotations: number) {
  return {
    id,
    name,
    ontology,
    ontologyName: ontologies.find((one) => one.id === ontology)?.name ?? null,
    numberOfImages: images,
    numberOfAnnotations: annotations,
    numberOfReviewedAnnotations: 0,
    membersCount: 2,
    created: String(now - 900 * hour),
    lastActivity: now - age * hour,
  };
}

export const projects = [
  project(30, "Invasive carcinoma, cohort B", 10, 0.4, 5, 3),
  project(31, "Kidney transplant biopsies", 11, 30, 2, 48),
  project(32, "Ki-67 scoring pilot", 10, 200, 1, 0),
  project(33, "Teaching set 2026", null, 700, 0, 0),
];

export const imageNames = ["CMU-1-Small-Region.svs", "TCGA-A2-A0T2.svs", "B-1107 HE.svs", "B-1108 HE.svs", "B-1109 Ki-67.tiff", "K-0031.svs", "K-0032.svs", "Ki67-1.svs"];

function ring(x: number, y: number, radius: number, waves: number): string {
  const points = Array.from({ length: 41 }, (_, index) => {
    const angle = (2 * Math.PI * (index % 40)) / 40;
    const r = radius * (1 + 0.16 * Math.sin(waves * angle) + 0.07 * Math.cos(5 * angle));
    return `${(x + r * Math.cos(angle)).toFixed(1)} ${(y + r * 0.8 * Math.sin(angle)).toFixed(1)}`;
  });
  return `POLYGON ((${points.join(", ")}))`;
}

/** Y counts from the bottom edge. */
export const annotations: MockAnnotation[] = [
  { id: 101, image: 40, user: 1, location: ring(760, 1900, 330, 3), term: [20], created: now - 30 * hour },
  { id: 102, image: 40, user: 2, location: ring(1500, 2240, 260, 2), term: [21], created: now - 26 * hour },
  { id: 103, image: 40, user: 1, location: ring(1460, 1120, 180, 4), term: [22], created: now - 5 * hour },
  { id: 104, image: 40, user: 2, location: ring(620, 1980, 70, 2), term: [23], created: now - 4 * hour },
  { id: 105, image: 40, user: 1, location: ring(1000, 700, 230, 3), term: [], created: now - 3 * hour },
  { id: 106, image: 40, user: 1, location: "POINT (1180 1500)", term: [23], created: now - hour },
];
