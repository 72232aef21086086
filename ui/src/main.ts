// Starts the screens: theme, session, router, words. One chunk per screen.
import { createApp } from "vue";
import App from "./App.vue";
import { readSession } from "./api/session";
import "./kit/tokens.css";
import "./kit/ground.css";
import { router } from "./router";
import { i18n } from "./words";

void readSession().then(() => {
  createApp(App).use(i18n).use(router).mount("#app");
});
