/** What a user does first after `helm install`. */
import { expect, test } from "@playwright/test";
import { Complaints } from "../lib/console.ts";
import { Ui } from "../lib/ui.ts";

function given(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: this test is called by e2e/cluster/three_steps.py`);
  return value;
}

test("sign in, see the slide, draw, find it again", async ({ page }) => {
  const complaints = new Complaints(page);
  const ui = new Ui(page, { url: given("CYTOMINE_URL"), password: given("CYTOMINE_PASSWORD") });
  const tiles: number[] = [];
  page.on("response", (response) => {
    if (/\/api\/sliceinstance\/\d+\/(normalized-)?tile\//.test(response.url())) tiles.push(response.status());
  });

  await ui.enter();
  expect(await page.evaluate(() => window.isSecureContext)).toBe(true);
  await ui.open(given("CYTOMINE_IMAGE_PATH"));
  await ui.waitForSlide();
  await page.getByRole("button", { name: "Full resolution" }).click();
  await expect.poll(() => tiles.length, { message: "tiles were asked for" }).toBeGreaterThan(3);

  await ui.drawPolygon([0.4, 0.3], [0.6, 0.35], [0.5, 0.6]);
  const image = given("CYTOMINE_IMAGE_PATH").split("/").at(-1);
  const search = `/api/annotation.json?image=${image}&showWKT=true`;
  // By the page: only the browser knows the address behind the name.
  const stored = (): Promise<{ id: number; location: string }[]> =>
    page.evaluate(async (path) => (await (await fetch(path)).json()).collection, search);
  const drawn = await stored();
  expect(drawn.length).toBeGreaterThan(0);

  await page.reload();
  await ui.waitForSlide();
  expect(await stored()).toEqual(drawn);
  expect(tiles.every((status) => status === 200 || status === 304), `tiles: ${tiles}`).toBe(true);
  complaints.check();
});
