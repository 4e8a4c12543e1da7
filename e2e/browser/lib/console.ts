/** Collects what the browser complains about: a test fails on any of it. */
import { expect, type Page } from "@playwright/test";

export class Complaints {
  private readonly found: string[] = [];
  private readonly expected: RegExp[] = [];

  constructor(page: Page) {
    page.on("console", (message) => {
      // A violation of the Content-Security-Policy is an error too, or a warning when it is only reported.
      if (message.type() === "error" || /content security policy/i.test(message.text())) {
        this.found.push(`${message.text()} (${message.location().url})`);
      }
    });
    page.on("pageerror", (error) => this.found.push(`uncaught: ${error.stack ?? error.message}`));
    page.on("crash", () => this.found.push("the page crashed"));
  }

  /** Says that one complaint belongs to the test, such as the browser's note on an answer 401. */
  expectOne(pattern: RegExp): void {
    this.expected.push(pattern);
  }

  check(): void {
    const left = [...this.found];
    for (const pattern of this.expected) {
      const index = left.findIndex((text) => pattern.test(text));
      expect(index, `the browser should have said ${String(pattern)}`).toBeGreaterThanOrEqual(0);
      left.splice(index, 1);
    }
    expect(left, "the browser complained").toEqual([]);
  }
}
