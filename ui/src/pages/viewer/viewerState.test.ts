import { afterEach, describe, expect, it, vi } from "vitest";
import { ref } from "vue";
import { useHistory } from "./history";
import { useLayers } from "./layers";
import { readableMeasure } from "./measureUnit";
import { NEUTRAL, NO_TERM, useTerms } from "./terms";
import { keyMeaning, type KeyPress } from "./tools";

function press(key: string, held: Partial<KeyPress> = {}): KeyPress {
  return { key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held };
}

describe("keys", () => {
  it("choose tools", () => {
    expect(keyMeaning(press("s"))).toEqual({ tool: "select" });
    expect(keyMeaning(press("p"))).toEqual({ tool: "polygon" });
    expect(keyMeaning(press("P", { shiftKey: true }))).toEqual({ tool: "freehand" });
    expect(keyMeaning(press("S", { shiftKey: true }))).toBeNull();
  });

  it("undo and redo on every system", () => {
    expect(keyMeaning(press("z", { ctrlKey: true }))).toEqual({ action: "undo" });
    expect(keyMeaning(press("z", { metaKey: true }))).toEqual({ action: "undo" });
    expect(keyMeaning(press("Z", { metaKey: true, shiftKey: true }))).toEqual({ action: "redo" });
    expect(keyMeaning(press("y", { ctrlKey: true }))).toEqual({ action: "redo" });
  });

  it("leave the browser's own combinations alone", () => {
    for (const key of ["s", "p", "r", "c", "+", "0", "ArrowLeft"]) {
      expect(keyMeaning(press(key, { ctrlKey: true }))).toBeNull();
    }
    expect(keyMeaning(press("ArrowLeft", { altKey: true }))).toBeNull();
    expect(keyMeaning(press("Tab"))).toBeNull();
  });

  it("move, and are shown by a question mark", () => {
    expect(keyMeaning(press("ArrowUp"))).toEqual({ pan: [0, -1] });
    expect(keyMeaning(press("?", { shiftKey: true }))).toEqual({ action: "help" });
    expect(keyMeaning(press("Delete"))).toEqual({ action: "delete" });
  });
});

describe("terms", () => {
  const list = ref([
    { id: 2, name: "Tumour", color: "#ff0000", ontology: 1 },
    { id: 1, name: "Stroma", color: "#00ff00", ontology: 1 },
  ]);

  it("colour annotations with one term; none and several are neutral", () => {
    const terms = useTerms(list);
    expect(terms.colorOf([2])).toBe("#ff0000");
    expect(terms.colorOf([])).toBe(NEUTRAL);
    expect(terms.colorOf([1, 2])).toBe(NEUTRAL);
    expect(terms.colorOf([99])).toBe(NEUTRAL);
  });

  it("hide an annotation only when all of its terms are hidden", () => {
    const terms = useTerms(list);
    terms.toggle(1);
    expect(terms.isVisible([1])).toBe(false);
    expect(terms.isVisible([1, 2])).toBe(true);
    terms.toggle(2);
    expect(terms.isVisible([1, 2])).toBe(false);
    expect(terms.isVisible([])).toBe(true);
    terms.toggle(NO_TERM);
    expect(terms.isVisible([])).toBe(false);
  });

  it("show the one chosen for drawing, and forget it when it is deleted", () => {
    const terms = useTerms(list);
    terms.toggle(2);
    terms.choose(2);
    expect(terms.isVisible([2])).toBe(true);
    expect(terms.active.value?.name).toBe("Tumour");
    list.value = list.value.filter((term) => term.id !== 2);
    expect(terms.active.value).toBeNull();
  });
});

describe("layers", () => {
  const users = ref([
    { id: 1, username: "zoe", name: "zoe", firstname: "", lastname: "" },
    { id: 2, username: "ann", name: "Ann Bo", firstname: "Ann", lastname: "Bo" },
    { id: 3, username: "me", name: "me", firstname: "", lastname: "" },
  ]);

  it("put the own one first, then by name", () => {
    expect(useLayers(users, 3).layers.value.map((layer) => layer.name)).toEqual(["me", "Ann Bo", "zoe"]);
  });

  it("hide and show one by one and all at once", () => {
    const layers = useLayers(users, 3);
    layers.change(2, { visible: false });
    layers.change(2, { opacity: 0.9 });
    expect(layers.visibleUsers.value).toEqual([3, 1]);
    expect(layers.opacityOf(2)).toBe(0.9);
    layers.toggleAll();
    expect(layers.visibleUsers.value).toEqual([]);
    layers.toggleAll();
    expect(layers.visibleUsers.value).toHaveLength(3);
    expect(layers.opacityOf(2)).toBe(0.9);
  });
});

describe("history", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("undoes and redoes the commands of this viewer by name", async () => {
    const asked: string[] = [];
    vi.stubGlobal("fetch", (path: string) => {
      asked.push(path);
      return Promise.resolve(new Response('{"collection": []}'));
    });
    const history = useHistory();
    expect(await history.undo()).toBe(false);
    await history.change(() => Promise.resolve({ command: 7 }));
    await history.change(() => Promise.resolve({ command: 9 }));
    await history.undo();
    await history.undo();
    expect(history.canUndo.value).toBe(false);
    await history.redo();
    expect(asked).toEqual(["/api/command/9/undo.json", "/api/command/7/undo.json", "/api/command/7/redo.json"]);
    await history.change(() => Promise.resolve({ command: 11 }));
    expect(history.canRedo.value).toBe(false);
  });

  it("keeps the command when undoing fails", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("{}", { status: 400 })));
    const history = useHistory();
    await history.change(() => Promise.resolve({ command: 7 }));
    await expect(history.undo()).rejects.toMatchObject({ status: 400 });
    expect(history.canUndo.value).toBe(true);
    expect(history.canRedo.value).toBe(false);
  });
});

describe("measures", () => {
  it.each([
    [106, "micron²", { value: 106, unit: "um2" }],
    [2_500_000, "micron²", { value: 2.5, unit: "mm2" }],
    [1.25, "mm", { value: 1.25, unit: "mm" }],
    [0.5, "mm", { value: 500, unit: "um" }],
    [40, "pixels²", { value: 40, unit: "px2" }],
    [40, "pixels", { value: 40, unit: "px" }],
    [40, null, { value: 40, unit: "px" }],
  ])("%d %s", (value, unit, expected) => {
    expect(readableMeasure(value, unit)).toEqual(expected);
  });
});
