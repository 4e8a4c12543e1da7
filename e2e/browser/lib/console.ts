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

  /** Says that complaints of a kind belong to the test, such as the browser's note on an answer 401. */
  expect(pattern: RegExp): void {
    this.expected.push(pattern);
  }

  check(): void {
    let left = this.found;
    for (const pattern of this.expected) {
      expect(left.join("\n"), "the browser should have complained").toMatch(pattern);
      left = left.filter((text) => !pattern.test(text));
    }
    expect(left, "the browser complained").toEqual([]);
  }
}
