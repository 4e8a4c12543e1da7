/** Start of the web application. */
import "@fontsource-variable/inter";
import "@/styles/tokens.css";
import "@/styles/base.css";
import "@/styles/dialog.css";
import { VueQueryPlugin } from "@tanstack/vue-query";
import { createPinia } from "pinia";
import { createApp } from "vue";
import App from "./App.vue";
import { i18n } from "./app/i18n";
import { queryClient } from "./app/queryClient";
import { router } from "./app/router";

createApp(App).use(createPinia()).use(i18n).use(VueQueryPlugin, { queryClient }).use(router).mount("#app");
