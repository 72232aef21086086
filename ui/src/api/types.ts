// What the server says and takes, as the contract of the HTTP face states it. Types only.

export interface Name {
  zh: string;
  en: string;
}

export type CaseState =
  | "reported" | "accepted" | "dispatched" | "signed" | "handling" | "suspended"
  | "feedback" | "checked" | "closed" | "returned" | "rejected" | "reopened";

export type Act =
  | "accept" | "reject" | "dispatch" | "sign" | "start" | "suspend" | "resume" | "feed_back"
  | "check" | "rework" | "close" | "return" | "reopen" | "place" | "retype" | "note";

export interface Account {
  login: string;
  name: string;
  role: string;
  unit: string | null;
  unit_name: Name | null;
  town: string | null;
  grid?: string | null;
  acts: string[];
}

export interface Session {
  account: Account | null;
  center: {
    mode: "live" | "simulated" | "replay";
    mode_note: Name | null;
    city: { id: string; name: Name; synthetic: boolean; notes: Name[] };
    languages: string[];
    timezone: string;
    now: string;
    speed: number;
    wall_open: boolean;
  };
}

export interface Coded {
  code: string;
  name: Name;
}
export interface Area extends Coded {
  kind?: string;
  center?: [number, number] | null;
}
export interface UnitRow extends Coded {
  kind?: string;
  area?: string | null;
}
export interface TypeRow extends Coded {
  klass: string;
  board: string;
  urgent: boolean;
  gb?: string | null;
}

export interface City {
  id: string;
  name: Name;
  version: string;
  timezone: string;
  prefix: string;
  boards: (Coded & { level: string })[];
  areas: Area[];
  communities?: Coded[];
  units: UnitRow[];
  types: TypeRow[];
  classes: Coded[];
  sources: (Coded & { level?: string })[];
  states: Coded[];
  reasons: Coded[];
  words: Record<string, Name>;
  synthetic: boolean;
  notes: Name[];
}

export interface Card {
  id: string;
  number: string;
  position: number;
  version: number;
  state: CaseState;
  type: string | null;
  board: string | null;
  town_board: string | null;
  town: string | null;
  community: string | null;
  grid: string | null;
  urgent: boolean;
  owner: string | null;
  source: string;
  reported_at: string;
  changed_at: string;
  due_at: string | null;
  stage_due_at: string | null;
  closed_at: string | null;
  open: boolean;
  late: boolean;
  soon: boolean;
  needs: boolean;
  on_time: boolean | null;
  desk: string | null;
  lon: number | null;
  lat: number | null;
  outcome: string | null;
}

export interface Happening {
  position: number;
  id: string;
  number: string;
  what: string;
  at: string;
  type: string | null;
  town: string | null;
  grid: string | null;
  state: string;
  urgent: boolean;
  late: boolean;
  owner: string | null;
}

export interface Figure {
  count: number;
  query: string;
  late?: number;
}

export interface Tiles {
  needs_person: { count: number; query: string; urgent: Figure; late: Figure; desk: Figure };
  open: Figure;
  soon: Figure;
  by_board: Record<string, Figure>;
  by_town: Record<string, Figure>;
  by_state: Record<string, Figure>;
  by_grid: Record<string, number>;
  reported_today: Figure;
  closed_today: Figure;
  on_time: { met: number; due: number; rate: number | null; query: string; met_query: string };
  hours: { since: string; reported: number; closed: number; reported_query: string; closed_query: string }[];
  usual: { low: number; high: number }[] | null;
}

export interface Snapshot {
  position: number;
  at: string;
  as_of?: string;
  tiles: Tiles;
  cards: Card[];
  stream: Happening[];
}

export interface Tick {
  position: number;
  at: string;
  tiles?: Tiles;
  cards?: Card[];
  stream?: Happening[];
  gone?: string[];
}

export interface Page {
  position: number;
  total: number;
  rows: Card[];
  next: string | null;
}

export interface Deadline {
  stage: string;
  limit: string;
  calendar: string;
  unit: string;
  started_at: string;
  due_at: string;
  soon_at: string;
  paused_at?: string | null;
  left?: number | null;
  met_at?: string | null;
  marked?: string[];
}

/** One entry of a case's history; fields that do not apply are left out. */
export interface Step {
  position: number;
  version: number;
  what: string;
  at: string;
  recorded_at: string;
  actor: string;
  rule?: string;
  reason?: string;
  note?: string;
  note_erased?: boolean;
  owner?: string;
  outcome?: string;
  stage?: string;
  why?: string;
  type?: string;
  grid?: string;
  due_at?: string;
  seconds?: number;
}

export interface PossibleAct {
  act: Act;
  primary: boolean;
  needs_reason: boolean;
}

export interface Person {
  text?: string | null;
  address?: string | null;
  contact?: { name?: string | null; phone?: string | null; email?: string | null } | null;
}

export interface CaseDetail {
  case: Card;
  position: number;
  timeline: Step[];
  acts: PossibleAct[];
  impossible: { act: Act; why: Name }[];
  person: Person | null;
  erased: boolean;
  photos: { id: string; url: string }[];
  why: {
    row: string | null;
    owner: string | null;
    note: Name;
    may_return: boolean;
    type: string | null;
    level: string;
    town: string | null;
    escalate_to: string | null;
  };
  deadlines: { deadline: Deadline; steps: Name[] }[];
}

export interface ProblemBody {
  type?: string;
  title?: string;
  status: number;
  detail: string;
  code: string;
  do?: string;
  errors?: { path: string; message: string }[];
}

export interface ReportBody {
  type?: string;
  place?: { lon?: number; lat?: number; address?: string };
  text?: string;
  contact?: { name?: string; phone?: string; email?: string };
  source?: string;
  urgent?: boolean;
}

export interface ActBody {
  version?: number;
  reason?: string;
  note?: string;
  unit?: string;
  place?: { lon?: number; lat?: number; address?: string };
  type?: string;
  outcome?: string;
}

export type GridProperties = { code: string; name_zh: string; name_en: string; town: string; synthetic?: boolean };
export interface GridMap extends GeoJSON.FeatureCollection<GeoJSON.Polygon | GeoJSON.MultiPolygon, GridProperties> {
  outline?: GeoJSON.Geometry | GeoJSON.Feature | null;
  towns?: GeoJSON.FeatureCollection;
}
