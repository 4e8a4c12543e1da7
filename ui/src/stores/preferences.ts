/** What a person chose about the look of the application, kept in this browser. */
import { defineStore } from "pinia";
import { ref, watchEffect } from "vue";
import { type Language, LANGUAGES, preferredLanguage, setLanguage } from "@/app/i18n";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "cytomine.preferences";

interface Stored {
  theme?: Theme;
  /** null follows the system. */
  contrast?: boolean | null;
  language?: Language;
}

function read(): Stored {
  try {
    return (JSON.parse(localStorage.getItem(KEY) ?? "{}") as Stored | null) ?? {};
  } catch {
    return {};
  }
}

export const usePreferences = defineStore("preferences", () => {
  const stored = read();
  const theme = ref<Theme>(THEMES.find((known) => known === stored.theme) ?? "system");
  const contrast = ref<boolean | null>(typeof stored.contrast === "boolean" ? stored.contrast : null);
  const language = ref<Language>(
    LANGUAGES.find((known) => known === stored.language) ?? preferredLanguage(navigator.languages),
  );
  const system = globalThis.matchMedia("(prefers-contrast: more)");
  const systemContrast = ref(system.matches);
  system.addEventListener("change", (event) => (systemContrast.value = event.matches));

  watchEffect(() => {
    const root = document.documentElement.dataset;
    if (theme.value === "system") delete root["theme"];
    else root["theme"] = theme.value;
    root["contrast"] = (contrast.value ?? systemContrast.value) ? "more" : "standard";
    setLanguage(language.value);
    localStorage.setItem(
      KEY,
      JSON.stringify({ theme: theme.value, contrast: contrast.value, language: language.value } satisfies Stored),
    );
  });

  function toggleContrast(on: boolean): void {
    contrast.value = on === systemContrast.value ? null : on;
  }

  return { theme, contrast, systemContrast, language, toggleContrast };
});
