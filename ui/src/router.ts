// Which address shows which screen, and who has to sign in first.
import { createRouter, createWebHistory } from "vue-router";
import { account, center, screensOf } from "./api/session";
import { applyTheme } from "./kit/theme";

const desk = () => import("./screens/desk/Desk.vue");

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: "/", name: "start", component: () => import("./screens/start/Start.vue") },
    { path: "/wall", name: "wall", component: () => import("./screens/wall/Wall.vue") },
    { path: "/desk", name: "desk", component: desk },
    { path: "/town", name: "town", component: desk },
    { path: "/unit", name: "unit", component: desk },
    { path: "/reports", name: "reports", component: () => import("./screens/reports/Reports.vue") },
    { path: "/lab", name: "lab", component: () => import("./screens/lab/Lab.vue") },
    { path: "/reports/readings", name: "readings", component: () => import("./screens/reports/Readings.vue") },
    {
      path: "/data", component: () => import("./screens/data/DataFrame.vue"),
      children: [
        { path: "", name: "data", component: () => import("./screens/data/Overview.vue") },
        { path: "catalog", name: "data-catalog", component: () => import("./screens/data/Catalog.vue") },
        { path: "sets/:code", name: "data-set", component: () => import("./screens/data/DataSet.vue") },
        { path: "quality", name: "data-quality", component: () => import("./screens/data/Quality.vue") },
        { path: "lineage", name: "data-lineage", component: () => import("./screens/data/Lineage.vue") },
        { path: "inventory", name: "data-inventory", component: () => import("./screens/data/Inventory.vue") },
        { path: "requests", name: "data-requests", component: () => import("./screens/data/Requests.vue") },
        { path: "console", name: "data-console", component: () => import("./screens/data/Console.vue") },
        { path: "links", name: "data-links", component: () => import("./screens/data/Links.vue") },
        { path: "quarantine", name: "data-quarantine", component: () => import("./screens/data/Quarantine.vue") },
      ],
    },
    { path: "/portal/receipt", name: "receipt", component: () => import("./screens/receipt/Receipt.vue") },
    { path: "/:rest(.*)*", redirect: "/" },
  ],
});

router.beforeEach((to) => {
  const name = String(to.name ?? "start");
  if (name === "start") return true;
  if (name === "receipt" && !to.query.case) return true; // whoever holds a receipt checks it without an account
  if (account.value) return true;
  if (name === "wall" && center.value?.wall_open) return true;
  return { name: "start", query: { to: to.fullPath } };
});

router.afterEach((to) => {
  document.documentElement.classList.toggle("wall-scale", to.name === "wall");
  applyTheme(to.name === "wall" ? "wall" : "desk");
});

/** The first screen of an account: where signing in leads when nothing else was asked for. */
export function homeOf(role: string): string {
  return screensOf(role, true)[0] ?? "wall";
}
