/** Every tool of the viewer, and the way back. */
import { expect, SLIDE, test } from "../lib/test.ts";

interface Row {
  id: number;
  location: string;
}

test("draw with every tool, modify, delete, undo, redo", async ({ ui, page }) => {
  await ui.enter();
  await ui.createProject("Editing");
  await ui.uploadAndOpen(SLIDE, "CMU-1-Small-Region.svs");
  const image = Number(/\/image\/(\d+)/.exec(page.url())?.[1]);
  const shapes = async () => {
    const { collection } = await ui.api<{ collection: Row[] }>(`/api/annotation.json?image=${image}&showWKT=true`);
    return collection.map((row) => row.location).sort();
  };
  const create = () => ui.stored("POST", "/api/userannotation.json");

  await ui.tool("Point").click();
  let stored = create();
  await ui.click(0.5, 0.2);
  await stored;

  await ui.tool("Rectangle").click();
  await ui.click(0.4, 0.3);
  stored = create();
  await ui.click(0.55, 0.45);
  await stored;

  await ui.tool("Freehand polygon").click();
  stored = create();
  await ui.trace([0.4, 0.6], [0.5, 0.6], [0.5, 0.7], [0.4, 0.7]);
  await stored;

  await ui.drawPolygon([0.55, 0.6], [0.65, 0.62], [0.6, 0.8]);
  const drawn = await shapes();
  expect(drawn.filter((wkt) => wkt.startsWith("POINT"))).toHaveLength(1);
  expect(drawn.filter((wkt) => wkt.startsWith("POLYGON"))).toHaveLength(3);

  // The polygon is selected: drag its last corner.
  await ui.tool("Modify").click();
  stored = ui.stored("PUT", /^\/api\/userannotation\/\d+\.json$/);
  await ui.trace([0.6, 0.8], [0.62, 0.88]);
  await stored;
  const modified = await shapes();
  expect(modified).not.toEqual(drawn);
  expect(modified).toHaveLength(drawn.length);

  stored = ui.stored("GET", /^\/api\/command\/\d+\/undo\.json$/);
  await page.keyboard.press("Control+z");
  await stored;
  expect(await shapes()).toEqual(drawn);

  stored = ui.stored("GET", /^\/api\/command\/\d+\/redo\.json$/);
  await page.keyboard.press("Control+y");
  await stored;
  expect(await shapes()).toEqual(modified);

  await ui.tool("Select").click();
  await ui.click(0.475, 0.375);
  await expect(ui.card).toBeVisible();
  await page.keyboard.press("Delete");
  stored = ui.stored("DELETE", /^\/api\/userannotation\/\d+\.json$/);
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await stored;
  await expect(ui.card).toBeHidden();
  expect(await shapes()).toHaveLength(drawn.length - 1);

  stored = ui.stored("GET", /^\/api\/command\/\d+\/undo\.json$/);
  await ui.tool("Undo").click();
  await stored;
  expect(await shapes()).toEqual(modified);
});

test("give and take terms, hide terms and layers", async ({ ui, page }) => {
  await ui.enter();
  await ui.createProject("Terms");
  await ui.uploadAndOpen(SLIDE, "CMU-1-Small-Region.svs");
  await ui.createTerm("Stroma");
  await ui.createTerm("Necrosis");
  await ui.drawPolygon([0.4, 0.3], [0.6, 0.35], [0.5, 0.6]);
  await expect(ui.card.getByTestId("annotation-term")).toHaveText("Necrosis");
  await expect(page.getByRole("listitem").filter({ hasText: "(you)" })).toContainText("1 Annotations");

  let stored = ui.stored("POST", /^\/api\/annotation\/\d+\/term\/\d+\.json$/);
  await ui.card.getByRole("button", { name: "Add term" }).click();
  await page.getByRole("menuitem", { name: "Stroma" }).click();
  await stored;
  await expect(ui.card.getByTestId("annotation-term")).toHaveText(["Necrosis", "Stroma"], { useInnerText: true });

  stored = ui.stored("DELETE", /^\/api\/annotation\/\d+\/term\/\d+\.json$/);
  await ui.card.getByRole("button", { name: "Remove Necrosis" }).click();
  await stored;
  await expect(ui.card.getByTestId("annotation-term")).toHaveText(["Stroma"]);

  // What is hidden cannot be clicked.
  await ui.tool("Select").click();
  await page.getByRole("button", { name: "Deselect" }).click();
  await page.getByRole("button", { name: "Hide Stroma" }).click();
  await ui.click(0.5, 0.42);
  await expect(ui.card).toBeHidden();
  await page.getByRole("button", { name: "Show Stroma" }).click();
  await ui.click(0.5, 0.42);
  await expect(ui.card).toBeVisible();

  await page.keyboard.press("Escape");
  await page.keyboard.press("q");
  await page.waitForTimeout(500);
  await ui.click(0.5, 0.42);
  await expect(ui.card).toBeHidden();
});
