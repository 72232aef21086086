// Who is signed in, and which center this is. Read once, again after signing in or out.
import { computed, readonly, ref, shallowRef } from "vue";
import { call } from "./client";
import type { City, GridMap, Session } from "./types";
import { clock } from "@/live/clock";

const current = shallowRef<Session | null>(null);
const failed = ref(false);
let cityOnce: Promise<City> | null = null;
let gridsOnce: Promise<GridMap> | null = null;

export const session = readonly(current);
export const account = computed(() => current.value?.account ?? null);
export const center = computed(() => current.value?.center ?? null);
export const unreachable = readonly(failed);

export async function readSession(): Promise<Session | null> {
  try {
    const found = await call.session();
    current.value = found;
    failed.value = false;
    clock.zone(found.center.timezone);
    clock.sync(found.center.now, found.center.speed);
    return found;
  } catch {
    failed.value = true;
    return null;
  }
}

export async function signIn(login: string, password: string): Promise<void> {
  await call.signIn(login, password);
  await readSession();
}

export async function signOut(): Promise<void> {
  await call.signOut().catch(() => undefined);
  cityOnce = null;
  await readSession();
}

/** The city's words and codes; asked for once. */
export function city(): Promise<City> {
  cityOnce ??= call.city().catch((error: unknown) => {
    cityOnce = null;
    throw error;
  });
  return cityOnce;
}

/** The shapes of the district; asked for once. */
export function grids(): Promise<GridMap> {
  gridsOnce ??= call.grids().catch((error: unknown) => {
    gridsOnce = null;
    throw error;
  });
  return gridsOnce;
}

/** Whether any shape was drawn by a program; the map then says so. */
export function isSynthetic(shapes: GridMap | null): boolean {
  return center.value?.city.synthetic === true || (shapes?.features.some((row) => row.properties.synthetic) ?? false);
}

const OPENS: Record<string, string[]> = {
  admin: ["wall", "desk", "reports", "lab", "data"],
  leader: ["wall", "desk", "reports", "lab", "data"],
  duty_officer: ["desk", "wall", "reports", "lab", "data"],
  intake: ["desk", "wall"],
  wall: ["wall"],
  town_officer: ["town", "wall", "reports", "data"],
  unit_officer: ["unit", "reports", "data"],
  grid_worker: ["town"],
  steward: ["data"],
};

/** The screens an account may open, the likeliest first. */
export function screensOf(role: string | null, wallOpen: boolean): string[] {
  if (role === null) return wallOpen ? ["wall"] : [];
  return OPENS[role] ?? ["wall"];
}
