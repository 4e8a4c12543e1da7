import { describe, expect, it } from "vitest";
import { preferredLanguage } from "@/app/i18n";
import en from "./en.json";
import fr from "./fr.json";

type Texts = { [key: string]: string | Texts };

function keysOf(texts: Texts, prefix = ""): string[] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === "string" ? [prefix + key] : keysOf(value, `${prefix}${key}.`),
  );
}

function textOf(texts: Texts, key: string): string {
  return key.split(".").reduce<Texts | string>((at, part) => (at as Texts)[part] ?? "", texts) as string;
}

const sources = import.meta.glob("/src/**/*.{ts,vue}", { query: "?raw", import: "default", eager: true }) as Record<string, string>;
const known = new Set(keysOf(en));

describe("translations", () => {
  it("every language has every text", () => {
    expect(keysOf(fr)).toEqual(keysOf(en));
  });

  it("every language uses the same values inside a text", () => {
    const values = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();
    for (const key of known) expect(values(textOf(fr, key)), key).toEqual(values(textOf(en, key)));
  });

  it("every text that the code names exists", () => {
    const missing: string[] = [];
    for (const [path, source] of Object.entries(sources)) {
      if (path.endsWith(".test.ts")) continue;
      for (const [, key] of source.matchAll(/\bt\(\s*["']([\w.]+)["']/g)) {
        if (key !== undefined && !known.has(key)) missing.push(`${path}: ${key}`);
      }
      for (const [, prefix] of source.matchAll(/\bt\(\s*`([\w.]+)\.\$\{/g)) {
        if (![...known].some((key) => key.startsWith(`${prefix}.`))) missing.push(`${path}: ${prefix}.*`);
      }
    }
    expect(missing).toEqual([]);
  });
});

describe("language of the browser", () => {
  it("is taken where there is a file for it", () => {
    expect(preferredLanguage(["fr-BE", "en"])).toBe("fr");
    expect(preferredLanguage(["pt", "de"])).toBe("en");
    expect(preferredLanguage([])).toBe("en");
  });
});
