/** From nothing to an annotated slide, and back to it: the main job of the product. */
import { expect, SLIDE, SLIDE_SIZE, test } from "../lib/test.ts";

interface Row {
  id: number;
  location: string;
  term: number[];
}

test("upload a slide, zoom in, draw a polygon with a term, come back to it", async ({ ui, page, server }) => {
  await ui.enter();
  await ui.createProject("Walk");
  await ui.uploadAndOpen(SLIDE, "CMU-1-Small-Region.svs");

  await ui.createTerm("Tumour");
  await page.getByRole("button", { name: "Full resolution" }).click();
  await expect(page).toHaveURL(/[?&]zoom=0(&|$)/);
  await expect(page.getByTestId("magnification")).toHaveText("20×");

  await ui.drawPolygon([0.4, 0.3], [0.6, 0.35], [0.5, 0.6]);
  await expect(ui.card.getByTestId("annotation-term")).toHaveText("Tumour");
  await expect(ui.card.getByText("µm²")).toBeVisible();

  const image = Number(/\/image\/(\d+)/.exec(page.url())?.[1]);
  const search = `/api/annotation.json?image=${image}&showWKT=true&showTerm=true`;
  const before = (await ui.api<{ collection: Row[] }>(search)).collection;
  expect(before).toHaveLength(1);
  expect(before[0]?.term).toHaveLength(1);
  // Where it was drawn, y from the bottom: the middle of the window is the middle of the slide.
  const points = [...(before[0]?.location ?? "").matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map((pair) => [Number(pair[1]), Number(pair[2])]);
  const [[x0 = 0, y0 = 0] = []] = points;
  expect(x0).toBeLessThan(SLIDE_SIZE.width / 2);
  expect(y0).toBeGreaterThan(SLIDE_SIZE.height / 2);

  const pixels = async () => {
    await page.mouse.move(5, 5);
    await ui.waitForSlide();
    await page.waitForTimeout(600);
    return page.screenshot({ clip: { x: 500, y: 200, width: 400, height: 400 } });
  };
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await expect(ui.card).toBeHidden();
  const address = page.url();
  const seen = await pixels();

  await page.reload();
  expect((await pixels()).equals(seen), "the same view with the polygon after a reload").toBe(true);
  expect(page.url()).toBe(address);

  await ui.click(0.5, 0.42);
  await expect(ui.card.getByTestId("annotation-term")).toHaveText("Tumour");

  await server.restart();
  await page.goto(server.url + new URL(address).pathname + new URL(address).search);
  expect((await pixels()).equals(seen), "the same view after the server was started again").toBe(true);
  expect((await ui.api<{ collection: Row[] }>(search)).collection).toEqual(before);
});
