/** What a person does, in words; tests read as a list of them. */
import { expect, type Locator, type Page } from "@playwright/test";
import type { Server } from "./server.ts";

export class Ui {
  constructor(
    readonly page: Page,
    private readonly server: Pick<Server, "url" | "password">,
  ) {}

  async open(path: string): Promise<void> {
    await this.page.goto(this.server.url + path);
  }

  async signIn(password = this.server.password): Promise<void> {
    await this.open("/login");
    await this.signInHere(password);
  }

  /** Fills the sign-in form in view. */
  async signInHere(password = this.server.password): Promise<void> {
    await this.page.getByLabel("Username").fill("admin");
    await this.page.getByLabel("Password", { exact: true }).fill(password);
    await this.page.getByRole("button", { name: "Sign in" }).click();
  }

  /** Signs in and waits for the list of projects. */
  async enter(): Promise<void> {
    await this.signIn();
    await expect(this.page.getByRole("heading", { name: "Projects", level: 1 })).toBeVisible();
  }

  /** Makes a project with an ontology of its own and shows it. */
  async createProject(name: string): Promise<void> {
    await this.open("/projects");
    await this.page.getByRole("button", { name: /New project|Create your first project/ }).first().click();
    const dialog = this.page.getByRole("dialog");
    await dialog.getByLabel("Name").fill(name);
    await dialog.getByRole("button", { name: "Create project" }).click();
    await expect(this.page.getByRole("heading", { name, level: 1 })).toBeVisible();
  }

  async upload(...files: (string | { name: string; mimeType: string; buffer: Buffer })[]): Promise<void> {
    await this.page.getByTestId("upload-input").setInputFiles(files as string[]);
  }

  /** Uploads a slide to the project in view and opens it. */
  async uploadAndOpen(path: string, name: string): Promise<void> {
    await this.upload(path);
    await this.page.getByRole("link", { name }).first().click();
    await this.waitForSlide();
  }

  /** Waits until the viewer shows the slide at rest. */
  async waitForSlide(): Promise<void> {
    await expect(this.slide).toBeVisible();
    await expect(this.page).toHaveURL(/[?&]zoom=/);
    await this.page.waitForLoadState("networkidle");
  }

  get slide(): Locator {
    return this.page.getByTestId("slide");
  }

  get card(): Locator {
    return this.page.getByTestId("annotation-card");
  }

  async createTerm(name: string): Promise<void> {
    await this.page.getByRole("button", { name: "New term" }).click();
    const dialog = this.page.getByRole("dialog");
    await dialog.getByLabel("Name").fill(name);
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(dialog).toBeHidden();
  }

  tool(name: string): Locator {
    return this.page.getByRole("group", { name: "Tools" }).getByRole("button", { name, exact: true });
  }

  /** Places given as fractions of the slide's window. */
  private async at(x: number, y: number): Promise<{ x: number; y: number }> {
    const box = await this.slide.boundingBox();
    if (box === null) throw new Error("the slide is not in view");
    return { x: box.x + box.width * x, y: box.y + box.height * y };
  }

  async click(x: number, y: number): Promise<void> {
    const place = await this.at(x, y);
    await this.page.mouse.move(place.x, place.y);
    await this.page.mouse.click(place.x, place.y);
  }

  /** Presses at the first place, moves over the others and lets go at the last. */
  async trace(first: [number, number], ...others: [number, number][]): Promise<void> {
    const start = await this.at(...first);
    await this.page.mouse.move(start.x, start.y);
    await this.page.mouse.down();
    for (const other of others) {
      const place = await this.at(...other);
      await this.page.mouse.move(place.x, place.y, { steps: 6 });
    }
    await this.page.mouse.up();
  }

  /** Clicks the corners and finishes with Enter; resolves when the server has stored the shape. */
  async drawPolygon(...corners: [number, number][]): Promise<void> {
    await this.tool("Polygon").click();
    for (const corner of corners) {
      await this.click(...corner);
      // Two quick clicks would be a double click, which ends the shape.
      await this.page.waitForTimeout(350);
    }
    const stored = this.stored("POST", "/api/userannotation.json");
    await this.page.keyboard.press("Enter");
    await stored;
    await expect(this.card).toBeVisible();
  }

  /** Waits for the good answer to a request. */
  async stored(method: string, path: string | RegExp): Promise<void> {
    const matches = (pathname: string) => (typeof path === "string" ? pathname === path : path.test(pathname));
    const response = await this.page.waitForResponse(
      (one) => one.request().method() === method && matches(new URL(one.url()).pathname),
    );
    expect(response.status(), `${method} ${response.url()}`).toBe(200);
  }

  /** Asks the API with the browser's session. */
  async api<T>(path: string): Promise<T> {
    const response = await this.page.request.get(this.server.url + path);
    expect(response.status(), path).toBe(200);
    return (await response.json()) as T;
  }
}
