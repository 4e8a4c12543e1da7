import { describe, expect, it } from "vitest";
import { toDate } from "@/api/types";
import { selectProjects } from "@/pages/projects/selectProjects";
import type { Project } from "@/api/project";
import { relativeTime } from "./format";

describe("dates", () => {
  it("are read from text and from numbers", () => {
    expect(toDate("1700000000000")?.getTime()).toBe(1_700_000_000_000);
    expect(toDate(1_700_000_000_000.5)?.getFullYear()).toBe(2023);
    expect(toDate(null)).toBeNull();
    expect(toDate("")).toBeNull();
    expect(toDate("never")).toBeNull();
  });

  it("are told relative to now", () => {
    const now = new Date("2026-01-10T12:00:00Z");
    expect(relativeTime(new Date("2026-01-10T11:35:00Z"), now, "en")).toBe("25 minutes ago");
    expect(relativeTime(new Date("2026-01-09T11:00:00Z"), now, "fr")).toBe("hier");
    expect(relativeTime(new Date("2026-01-10T11:59:50Z"), now, "en")).toBe("now");
  });
});

describe("project list", () => {
  const project = (name: string, created: number, lastActivity: number | null) =>
    ({ name, created: String(created), lastActivity }) as Project;
  const list = [project("Kidney 10", 1, null), project("kidney 9", 2, 900), project("Breast", 3, 50)];
  const names = (projects: Project[]) => projects.map((one) => one.name);

  it("is searched without regard to case", () => {
    expect(names(selectProjects(list, " KID", "created", "en"))).toEqual(["kidney 9", "Kidney 10"]);
  });

  it("is ordered by name as people count, by activity, by age", () => {
    expect(names(selectProjects(list, "", "name", "en"))).toEqual(["Breast", "kidney 9", "Kidney 10"]);
    expect(names(selectProjects(list, "", "activity", "en"))).toEqual(["kidney 9", "Breast", "Kidney 10"]);
    expect(names(selectProjects(list, "", "created", "en"))).toEqual(["Breast", "kidney 9", "Kidney 10"]);
  });
});
