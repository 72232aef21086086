// What the screens call the server's types, and the few shapes that are not part of its OpenAPI document
// (live ticks, the map's foreign members). Everything else is generated.
import type { Card, Center, Happening, Problem, Session as AnySession, Tiles } from "./generated";

export type {
  AccountView as Account,
  Act,
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
  Input,
  IssueView,
  Likely,
  Linked,
  MatterBody as Matter,
  Name,
  NewReport as ReportBody,
  Order,
  Page,
  PossibleAct,
  Reasons,
  Review,
  SeeCasesDetail as CaseDetail,
  Snapshot,
  Suggested,
  Task,
  Tiles,
  TimelineStep as Step,
  UnitView,
} from "./generated";

export type Session = Omit<AnySession, "center"> & { center: Omit<Center, "mode"> & { mode: "live" | "simulated" | "replay" } };

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
