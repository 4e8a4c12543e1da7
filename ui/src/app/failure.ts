/** Words for failures: the server's cause in the reader's language where it gave one, else what the status means. */
import { useI18n } from "vue-i18n";
import { ApiError } from "@/api/errors";
import { french } from "@/locales/errors.fr";
import { useToasts } from "@/stores/toasts";

const KNOWN = new Set([0, 400, 401, 403, 404, 409, 413, 422, 429, 500, 503]);

export function useFailure() {
  const { t, locale } = useI18n();
  const toasts = useToasts();

  function describe(error: unknown): string {
    if (!(error instanceof ApiError)) return t("failure.unexpected");
    if (error.failure !== null) return locale.value === "fr" ? french(error.failure) : error.failure.text;
    return KNOWN.has(error.status) ? t(`failure.status.${error.status}`) : t("failure.status.other", { status: error.status });
  }

  /** Shows a failed action: what was attempted, and why it failed. */
  function report(attempt: string, error: unknown): void {
    toasts.push({ kind: "error", title: attempt, detail: describe(error) });
  }

  return { describe, report };
}
