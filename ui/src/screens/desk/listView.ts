// How somebody wants the list: which columns, how dense. Remembered on this device for each account.
import { computed, ref, watch } from "vue";
import { account } from "@/api/session";

/** Columns beside the type, in the order of a row: the first three stand in its second line, the others in a third. */
export const COLUMNS = ["town", "owner", "state", "number", "board", "source", "reported"] as const;
export type Column = (typeof COLUMNS)[number];
export const DENSITIES = ["compact", "comfortable"] as const;
export type Density = (typeof DENSITIES)[number];
export interface ListView {
  density: Density;
  columns: Column[];
}

const SECOND: readonly Column[] = ["town", "owner", "state"];
const USUAL: ListView = { density: "compact", columns: ["town", "owner", "state"] };

/** What was kept, as far as it still means something. */
export function readView(kept: string | null): ListView {
  try {
    const found = JSON.parse(kept ?? "{}") as Partial<ListView>;
    const columns = Array.isArray(found.columns) ? COLUMNS.filter((one) => found.columns?.includes(one)) : USUAL.columns;
    return { density: DENSITIES.find((one) => one === found.density) ?? USUAL.density, columns };
  } catch {
    return USUAL;
  }
}

export function linesOf(view: ListView): { second: Column[]; third: Column[] } {
  return { second: view.columns.filter((one) => SECOND.includes(one)), third: view.columns.filter((one) => !SECOND.includes(one)) };
}

/** The height of a row in desk pixels. */
export function heightOf(view: ListView): number {
  const { second, third } = linesOf(view);
  const lines = 1 + (second.length ? 1 : 0) + (third.length ? 1 : 0);
  return view.density === "compact" ? 16 + 20 * lines : 24 + 22 * lines;
}

export function useListView() {
  const key = computed(() => `northbank.list.${account.value?.login ?? ""}`);
  const view = ref<ListView>(USUAL);
  watch(key, (next) => (view.value = readView(localStorage.getItem(next))), { immediate: true });
  return computed({
    get: () => view.value,
    set: (next: ListView) => {
      view.value = next;
      localStorage.setItem(key.value, JSON.stringify(next));
    },
  });
}
