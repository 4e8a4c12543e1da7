/** Dates, numbers and measures in the reader's language. */
import { useI18n } from "vue-i18n";
import { type Timestamp, toDate } from "@/api/types";

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export function relativeTime(date: Date, now: Date, language: string): string {
  const seconds = (date.getTime() - now.getTime()) / 1000;
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return format.format(Math.round(seconds / length), unit);
  }
  return format.format(0, "second");
}

export function useFormat() {
  const { locale } = useI18n();

  function number(value: number, digits = 0): string {
    return new Intl.NumberFormat(locale.value, { maximumFractionDigits: digits }).format(value);
  }

  /** Three significant digits, for measures. */
  function measure(value: number): string {
    return new Intl.NumberFormat(locale.value, {
      maximumSignificantDigits: Math.abs(value) >= 100 ? 15 : 3,
      maximumFractionDigits: 0,
      roundingPriority: Math.abs(value) >= 100 ? "lessPrecision" : "auto",
    }).format(value);
  }

  function bytes(value: number): string {
    const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
    const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log(Math.max(1, value)) / Math.log(1000))));
    return new Intl.NumberFormat(locale.value, {
      style: "unit",
      unit: units[power] ?? "byte",
      unitDisplay: "short",
      maximumFractionDigits: power > 0 ? 1 : 0,
    }).format(value / 1000 ** power);
  }

  function dateTime(value: Timestamp | undefined): string {
    const date = toDate(value);
    if (date === null) return "–";
    return new Intl.DateTimeFormat(locale.value, { dateStyle: "medium", timeStyle: "short" }).format(date);
  }

  function ago(value: Timestamp | undefined): string {
    const date = toDate(value);
    return date === null ? "–" : relativeTime(date, new Date(), locale.value);
  }

  return { number, measure, bytes, dateTime, ago };
}
