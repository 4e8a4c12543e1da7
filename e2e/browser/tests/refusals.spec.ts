/** What people see when something is refused. */
import { expect, test } from "../lib/test.ts";

test("a wrong password says so and keeps what was typed", async ({ ui, page, complaints }) => {
  complaints.expect(/401/);
  await ui.signIn("certainly not this");
  await expect(page.getByRole("alert")).toHaveText("Username or password is wrong.");
  await expect(page.getByLabel("Username")).toHaveValue("admin");
});

test("a link that needs a session comes back after signing in", async ({ ui, page }) => {
  await ui.open("/ontology");
  await expect(page).toHaveURL(/\/login\?next=/);
  await ui.signInHere();
  await expect(page.getByRole("heading", { name: "Ontologies", level: 1 })).toBeVisible();
});

test("a file that is no slide is refused with its cause, and can be taken off the list", async ({ ui, page, complaints }) => {
  complaints.expect(/400/);
  await ui.enter();
  await ui.createProject("Refused");
  await ui.upload({ name: "notes.svs", mimeType: "application/octet-stream", buffer: Buffer.from("just some notes\n".repeat(50)) });
  const row = page.getByRole("region", { name: "Uploads" });
  await expect(row.getByRole("alert")).toContainText("notes.svs");
  await expect(row.getByRole("button", { name: "Try again" })).toBeVisible();
  await row.getByRole("button", { name: "Take off the list" }).click();
  await expect(row).toBeHidden();
  await expect(page.getByRole("heading", { name: "Add the first slide" })).toBeVisible();
});

test("a project that does not exist is explained", async ({ ui, page, complaints }) => {
  complaints.expect(/404/);
  await ui.enter();
  await ui.open("/project/999999999/images");
  await expect(page.getByText("The project could not be opened")).toBeVisible();
});

test("a name that exists is refused in the form", async ({ ui, page, complaints }) => {
  complaints.expect(/409|400/);
  await ui.enter();
  await ui.createProject("Twice");
  await ui.open("/projects");
  await page.getByRole("button", { name: "New project" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Twice");
  await dialog.getByRole("combobox").click();
  await page.getByRole("option", { name: "No ontology" }).click();
  await dialog.getByRole("button", { name: "Create project" }).click();
  await expect(dialog.getByLabel("Name")).toHaveAttribute("aria-invalid", "true");
});
