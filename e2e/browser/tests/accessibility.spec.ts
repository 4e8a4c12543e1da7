/** Automatic checks of every page (names, roles, contrast), in light and dark, and what they cannot see: the keyboard. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, SLIDE, test } from "../lib/test.ts";

async function check(page: Page, name: string): Promise<void> {
  // Colours are measured: movements must have ended.
  await page.waitForTimeout(400);
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`);
  expect(found, name).toEqual([]);
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`pages are accessible in ${colorScheme} colours`, async ({ ui, page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await ui.open("/login");
    await check(page, "sign-in");
    await ui.enter();
    await ui.createProject(`Accessible ${colorScheme}`);
    await check(page, "empty project");
    await ui.upload(SLIDE);
    await expect(page.getByRole("link", { name: "CMU-1-Small-Region.svs" }).first()).toBeVisible();
    await check(page, "project");
    await ui.open("/projects");
    await expect(page.getByRole("link", { name: `Accessible ${colorScheme}` })).toBeVisible();
    await check(page, "projects");
    await ui.open("/ontology");
    await page.getByRole("button", { name: "New term" }).click();
    await check(page, "new term");
    await page.keyboard.press("Escape");
    await ui.open("/projects");
    await page.getByRole("link", { name: `Accessible ${colorScheme}` }).click();
    await page.getByRole("link", { name: "CMU-1-Small-Region.svs" }).first().click();
    await ui.waitForSlide();
    await ui.drawPolygon([0.4, 0.3], [0.6, 0.35], [0.5, 0.6]);
    await check(page, "viewer");
    await page.keyboard.press("Shift+?");
    await check(page, "shortcuts");
  });
}

test("a shape can be drawn by keyboard alone", async ({ ui, page }) => {
  await ui.enter();
  await ui.createProject("Keyboard");
  await ui.uploadAndOpen(SLIDE, "CMU-1-Small-Region.svs");
  await ui.slide.focus();
  await page.keyboard.press("p");
  for (const move of ["ArrowRight", "ArrowDown", "ArrowLeft"]) {
    await page.keyboard.press("Space");
    const before = page.url();
    await page.keyboard.press(move);
    await expect(page).not.toHaveURL(before);
  }
  const stored = ui.stored("POST", "/api/userannotation.json");
  await page.keyboard.press("Enter");
  await stored;
  await expect(ui.card).toBeVisible();
});

test("the interface speaks French", async ({ ui, page }) => {
  await ui.enter();
  await page.getByRole("button", { name: /preferences/ }).click();
  await page.getByRole("menuitemradio", { name: "Français" }).click();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("heading", { name: "Projets", level: 1 })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "fr");
  await page.reload();
  await expect(page.getByRole("heading", { name: "Projets", level: 1 })).toBeVisible();
});
