// What the screens call the server's types, and the few shapes that are not part of its OpenAPI document
// (live ticks, the map's foreign members). Everything else is generated.
import type { Card, Center, Happening, Problem, Session as AnySession, SeeCasesDetail, Tiles } from "./generated";

export type {
  AccountView as Account,
  ActBody,
  AreaView as Area,
  Card,
  CityView as City,
  Deadline,
  Draft,
  Duplicates,
  Figure,
  Happening,
  HotIssue,
  HotIssues,
  IssueView,
  Likely,
  Name,
  NewReport as ReportBody,
  Page,
  Reasons,
  Snapshot,
  Suggested,
  Tiles,
  TimelineStep as Step,
  UnitView,
} from "./generated";

export type Act =
  | "accept" | "reject" | "dispatch" | "sign" | "start" | "suspend" | "resume" | "feed_back"
  | "check" | "rework" | "close" | "return" | "reopen" | "place" | "retype" | "note";

export type Session = Omit<AnySession, "center"> & { center: Omit<Center, "mode"> & { mode: "live" | "simulated" | "replay" } };

export interface PossibleAct {
  act: Act;
  primary: boolean;
  needs_reason: boolean;
}
export type CaseDetail = Omit<SeeCasesDetail, "acts" | "impossible"> & {
  acts: PossibleAct[];
  impossible: { act: Act; why: { zh?: string; en?: string } }[];
};

/** Anything with a code and a name. */
export interface Coded {
  code: string;
  name: { zh?: string; en?: string };
}

/** One frame of the live stream. */
export interface Tick {
  position: number;
  at: string;
  tiles?: Tiles;
  cards?: Card[];
  stream?: Happening[];
  gone?: string[];
}

export type ProblemBody = Pick<Problem, "status" | "detail" | "code"> & Partial<Problem>;

export type GridProperties = { code: string; name_zh: string; name_en: string; town: string; synthetic?: boolean };
export interface GridMap extends GeoJSON.FeatureCollection<GeoJSON.Polygon | GeoJSON.MultiPolygon, GridProperties> {
  outline?: GeoJSON.Geometry | GeoJSON.Feature | null;
  towns?: GeoJSON.FeatureCollection;
}
