/** Title of the browser's tab. */
import { toValue, watchEffect, type MaybeRefOrGetter } from "vue";
import { useI18n } from "vue-i18n";

export function usePageTitle(title: MaybeRefOrGetter<string | undefined>): void {
  const { t } = useI18n();
  watchEffect(() => {
    const text = toValue(title);
    document.title = text === undefined ? t("app.name") : `${text} · ${t("app.name")}`;
  });
}
