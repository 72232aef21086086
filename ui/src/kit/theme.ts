// Dark or light. Walls are dark unless the address says otherwise; desks remember what was chosen.
import { computed, readonly, ref } from "vue";

export type Theme = "dark" | "light";
const KEY = "northbank.theme";
const current = ref<Theme>("dark");

export const theme = readonly(current);
export const isDark = computed(() => current.value === "dark");

function asked(): Theme | null {
  const word = new URLSearchParams(location.search).get("theme");
  return word === "dark" || word === "light" ? word : null;
}

function set(next: Theme): void {
  current.value = next;
  document.documentElement.dataset.theme = next;
}

export function applyTheme(place: "wall" | "desk"): void {
  const kept = localStorage.getItem(KEY) === "light" ? "light" : "dark";
  set(asked() ?? (place === "wall" ? "dark" : kept));
}

export function switchTheme(): void {
  const next: Theme = current.value === "dark" ? "light" : "dark";
  localStorage.setItem(KEY, next);
  set(next);
}
