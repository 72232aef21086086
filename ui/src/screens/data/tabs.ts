// Which pages of the data platform an account finds in its bar.
import { ASKERS } from "./grants";

const STEWARDS = ["admin", "steward"];

export interface Tab {
  path: string;
  name: string;
  roles?: string[];
}

const TABS: Tab[] = [
  { path: "/data", name: "today" },
  { path: "/data/catalog", name: "sets" },
  { path: "/data/quality", name: "quality" },
  { path: "/data/lineage", name: "lineage" },
  { path: "/data/requests", name: "requests" },
  { path: "/data/console", name: "console", roles: ASKERS },
  { path: "/data/inventory", name: "inventory" },
  { path: "/data/links", name: "links" },
  { path: "/data/quarantine", name: "quarantine", roles: [...STEWARDS, "unit_officer"] },
];

export const tabsOf = (role: string): Tab[] => TABS.filter((one) => !one.roles || one.roles.includes(role));
