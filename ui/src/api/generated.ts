// Written by tools/api_types.py from the server's OpenAPI document; change the server instead.

/** What is known of a model. cases: it was fitted on; digest: SHA-256 of texts and types it was fitted on (salted). */
export interface About {
  version: string;
  made_at: string;
  cases: number;
  types: string[];
  pieces: number;
  temperature: number;
  threshold: number;
  aim: number;
  split: string;
  digest: string;
  pack: string;
  figures: Figures;
  simulated?: boolean;
}

/** Who is signed in; `acts` are what the role may do at all. */
export interface AccountView {
  login: string;
  name: Name;
  role: string;
  unit: string | null;
  unit_name: Name | null;
  town: string | null;
  grid: string | null;
  acts: string[];
}

export type Act = "accept" | "answer" | "arbitrate" | "archive" | "ask_check" | "ask_extension" | "ask_help" | "ask_suspension" | "ask_verify" | "cancel" | "check" | "close" | "deny" | "describe" | "dispatch" | "dispute" | "divide" | "escalate" | "feed_back" | "finish_task" | "grant" | "hand_back" | "look_back" | "merge" | "note" | "place" | "rate" | "rate_help" | "refute" | "register" | "reject" | "reopen" | "resume" | "return" | "retype" | "rework" | "self_handle" | "sign" | "split" | "start" | "supervise" | "suspend" | "take_task" | "urge" | "verify" | "withdraw_task";

/** What comes with an act. version: refuse if the case has moved on. note: words, sealed in the vault. */
export interface ActBody {
  version?: number | null;
  reason?: string | null;
  note?: string | null;
  unit?: string | null;
  support?: string[] | null;
  place?: Where | null;
  type?: string | null;
  outcome?: string | null;
  task?: number | null;
  order?: number | null;
  amount?: number | null;
  until?: string | null;
  score?: number | null;
  into?: string | null;
  basis?: string | null;
  attributes?: Record<string, boolean | number | string | null>;
  matters?: MatterBody[];
  happened_at?: string | null;
}

/** One thing that befell a running deadline. Nothing is overwritten: what it was before stays here. */
export interface Amendment {
  why: "dated" | "extended" | "reassigned" | "relimited" | "returned" | "suspended" | "transferred";
  at: string;
  before?: string | null;
  after?: string | null;
  since?: string | null;
  minutes?: number | null;
  owner?: string | null;
  amount?: number | null;
  unit?: "day" | "hour" | "minute" | "working_day" | "working_hour" | null;
  by?: string | null;
  reason?: string | null;
  marked?: ("overdue" | "soon")[];
}

/** A yes-or-no question about the row under a key. */
export interface AnswerQuery {
  grant: string;
  key: (string | number | boolean)[];
  ask: Question;
  purpose: string;
  case?: string;
}

/** One town; `center` is a point on its ground to put a label on, null without geometry. */
export interface AreaView {
  code: string;
  name: Name;
  kind: string;
  center: [number, number] | null;
}

/** A batch that came in. good: governed rows; of one that was turned away, none are. */
export interface Arrival {
  dataset: string;
  name: Name;
  owner: string;
  n: number;
  at: string;
  taken: boolean;
  rows: number;
  good: number;
  bad: number;
  score: number;
}

/** Who asked for a simulation, what was tried, and what the version was made of: a base version and the files rewritten. */
export interface Asked {
  by: string;
  note?: string;
  base?: string | null;
  files?: string[];
}

/** What reports of some types say besides: yes or no, one of `values`, or a number from `least` to `most` in `unit`. */
export interface AttributeView {
  code: string;
  name: Name;
  kind: "choice" | "number" | "yes_no";
  values: Named[];
  least: number;
  most: number;
  unit: string;
}

/** A batch with bad rows. taken: its good rows are governed. */
export interface BadBatch {
  n: number;
  taken: boolean;
  bad: number;
}

/** A cell as it stood in the file. header: what the file calls it. column: code of the contract's column, "" for none. */
export interface BadCell {
  header: string;
  column: string;
  value: string | null;
  masked?: boolean;
}

/** A row as it stood in its file. row: its number there, where it could be read at all. line: of one that could not be. */
export interface BadRow {
  file: string;
  row: number | null;
  faults: string[];
  cells?: BadCell[];
  line?: string | null;
}

/** The usual number of reports of an hour of this weekday, lowest and highest of the weeks before. */
export interface Band {
  low: number;
  high: number;
}

/** What one comparison adds. level: its number, -1 where a cell is missing. weight: in bits. frequency: of it, for rare values. */
export interface Bar {
  code: string;
  name: Name;
  level: number;
  how: string;
  words: Name;
  amount: number;
  m: number;
  u: number;
  weight: number;
  frequency?: number;
}

/** A batch. made: its newest file. why, allowed: of one turned away; percent of bad rows that would have passed. */
export interface BatchView {
  n: number;
  made: string | null;
  taken: boolean;
  why: "bad" | "drift" | null;
  allowed: number | null;
  contract: string;
  files: SourceFile[];
  rows: number;
  good: number;
  bad: number;
  repeated: number;
  score: number;
  faults: Record<string, number>;
  drift: Record<string, Drifted>;
  by: string;
}

/** One board. */
export interface BoardView {
  code: string;
  name: Name;
  level: string;
}

/** What became of it. batch: None where nothing was new. known: files that were in before, with their batch. */
export interface Brought {
  batch: BatchView | null;
  known: Record<string, number>;
  cases: string[];
}

/** A key business (核心业务). partners: departments that cooperate. inputs: codes of data items; the other tuples hold codes too. */
export interface Business {
  code: string;
  name: Name;
  lead: string;
  partners?: string[];
  board: string;
  runway?: string;
  level?: "community" | "district" | "grid" | "town";
  basis?: Name;
  trigger?: Name;
  inputs?: string[];
  outputs?: Name;
  steps?: Step[];
  systems?: string[];
  kpis?: string[];
  status?: "offline" | "online" | "partial";
  one_things?: string[];
  synthetic?: boolean;
}

/** One page. total: that fit. by_*: how they divide, by code. next: `after` of the next page. */
export interface BusinessPage {
  total: number;
  by_department: Record<string, number>;
  by_board: Record<string, number>;
  by_status: Record<string, number>;
  businesses: Business[];
  next: string | null;
}

/** One business with everything that its codes stand for. */
export interface BusinessView {
  business: Business;
  department: Name;
  partners: Name[];
  board: Name;
  runway: Name;
  items: MappedItem[];
  systems: System[];
  kpis: Kpi[];
  one_things: OneThing[];
}

/** One case at a glance; holds no personal data. */
export interface Card {
  id: string;
  number: string;
  position: number;
  version: number;
  state: string;
  type: string | null;
  board: string | null;
  town_board: string | null;
  town: string | null;
  community: string | null;
  grid: string | null;
  urgent: boolean;
  owner: string | null;
  source: string;
  level: string;
  reporter: string;
  external: string | null;
  reported_at: string;
  changed_at: string;
  due_at: string | null;
  stage_due_at: string | null;
  closed_at: string | null;
  wake_at: string | null;
  open: boolean;
  late: boolean;
  soon: boolean;
  needs: boolean;
  on_time: boolean | null;
  desk: string | null;
  lon: number | null;
  lat: number | null;
  outcome: string | null;
  subject: string;
  support: string[];
}

/** One data set. rank: how well it answers the words. grants: of the own unit that run now. asked: of it, that wait. */
export interface CatalogEntry {
  code: string;
  name: Name;
  note: Name;
  owner: string;
  owner_name: Name;
  source: string;
  level: "L1" | "L2" | "L3" | "L4";
  share: "conditional" | "not_shared" | "open";
  cycle: "daily" | "hourly" | "monthly" | "once" | "quarterly" | "weekly" | "yearly";
  columns: number;
  personal: boolean;
  rows: number | null;
  score: number | null;
  newest: string | null;
  age: number | null;
  late: boolean;
  synthetic: boolean;
  rank: number;
  grants: string[];
  asked: string[];
  mine: boolean;
  lineage: string;
}

/** The data sets that were found, the best first. at: of the moment ages are counted to. */
export interface CatalogPage {
  at: string;
  rows: CatalogEntry[];
}

/** A field in both records, as text. column names of their data sets. masked: a personal cell is not shown as it is. */
export interface CellPair {
  code: string;
  name: Name;
  left: string | null;
  right: string | null;
  masked: boolean;
}

/** What a cell must be. within: not longer ago than a span such as `30d`; ahead: not further off. or_empty: an empty cell will do. */
export interface CellTest {
  column: string;
  test: "ahead" | "at_least" | "at_most" | "empty" | "equal" | "one_of" | "there" | "within";
  value?: boolean | string | number | string[];
  or_empty?: boolean;
}

/** This running center: how true its data are, its languages and its clock. */
export interface Center {
  mode: string;
  mode_note: Name;
  city: CityBrief;
  languages: string[];
  timezone: string;
  now: string;
  speed: number;
  wall_open: boolean;
}

/** A case that is another one under the new rules. */
export interface Changed {
  id: string;
  number: string;
  type: string | null;
  town: string | null;
  owner_before: string | null;
  owner_after: string | null;
  row_before: string | null;
  row_after: string | null;
  due_before: string | null;
  due_after: string | null;
  late_before: boolean;
  late_after: boolean;
}

/** Cases that change. total: of all that fit; next: the place to ask after, or None. */
export interface ChangedPage {
  rows: ChangedRow[];
  total: number;
  next: number | null;
}

/** A case that changes, with its place among those of its simulation, from 1. */
export interface ChangedRow {
  n: number;
  case: Changed;
}

/** Checkpoints, newest first. next: the size to ask below for the next page, or None. */
export interface CheckpointPage {
  rows: CheckpointView[];
  next: number | null;
}

/** A checkpoint: the signed note over the first `size` entries, signed `at`. */
export interface CheckpointView {
  size: number;
  at: string;
  note: string;
}

/** One of several. code: as the act wants it; a number of a part or an order is written out. */
export interface Choice {
  code: string;
  name: Name;
}

/** The city behind this center. */
export interface CityBrief {
  id: string;
  name: Name;
  synthetic: boolean;
  notes: Name[];
}

/** Everything a screen needs to put the pack's codes into words. */
export interface CityView {
  id: string;
  name: Name;
  version: string;
  timezone: string;
  prefix: string;
  languages: string[];
  boards: BoardView[];
  areas: AreaView[];
  communities: Named[];
  units: UnitView[];
  types: TypeView[];
  attributes: AttributeView[];
  classes: Named[];
  sources: Named[];
  states: Named[];
  reasons: Named[];
  words: Record<string, Name>;
  levels: Record<string, Name>;
  synthetic: boolean;
  notes: Name[];
}

/** How rows come in now. next: when they are fetched next by the schedule; None where none is kept. runs: the newest, the newest first. */
export interface Collecting {
  schedule: Schedule | null;
  next: string | null;
  runs: RunView[];
  uploads: boolean;
  fetches: boolean;
  most_mb: number;
  tickets: TicketView[];
}

/** One column. headers: what it may be called in a file. upper: small letters a-z are read as capitals. */
export interface Column {
  code: string;
  name: Name;
  kind?: "date" | "integer" | "number" | "text" | "time" | "yes_no";
  unit?: string;
  headers?: string[];
  codes?: Record<string, Name>;
  split?: string;
  written?: string[];
  required?: boolean;
  personal?: boolean;
  upper?: boolean;
  least?: number | null;
  most?: number | null;
  mask?: Mask | null;
}

/** One column. filled: share of rows with a value, 0 to 1. distinct: about how many values. least, most: as text; None where they are not told. */
export interface ColumnProfile {
  code: string;
  filled: number;
  distinct: number;
  least?: string | null;
  most?: string | null;
  frequent?: Frequent[];
}

/** The cell of a column against a value; `in` takes several, `empty` and `filled` none. Days and times are ISO 8601 text. */
export interface Compare {
  kind: "cell";
  column: string;
  op: "empty" | "eq" | "filled" | "ge" | "gt" | "in" | "le" | "lt" | "ne";
  values?: (string | number | boolean)[];
}

/** What one base has there. total: rows; addresses: at how many addresses people are, None where rows are found by their point. */
export interface Concern {
  base: string;
  name: Name;
  kind: "certificates" | "economy" | "geospatial" | "legal_persons" | "places" | "population";
  within: number;
  total: number;
  addresses: number | null;
  built: boolean;
  counted: boolean;
  synthetic: boolean;
  rows: ConcernRow[];
}

/** A cell of a row in words. masked: it says something of a person, so part of it is hidden. */
export interface ConcernCell {
  code: string;
  name: Name;
  text: Name;
  masked: boolean;
}

/** A business, place or person. meters: from the case, None where it was found by its address. */
export interface ConcernRow {
  title: string;
  meters: number | null;
  cells: ConcernCell[];
}

/** All of it. placed: the case has a point. may_read: whoever asked may look at single persons, if a purpose is named. */
export interface Concerns {
  placed: boolean;
  may_read: boolean;
  found: Concern[];
}

/** One condition of a row: the column, what it asks, what the case is, whether that holds. */
export interface Condition {
  column: Name;
  asked: Name;
  found: Name;
  holds: boolean;
}

/** That the journal of the new checkpoint begins with that of the old one. */
export interface ConsistencyProof {
  format?: string;
  old: string;
  new: string;
  proof: string[];
}

/** How to reach the reporter; goes to the vault. */
export interface Contact {
  name?: string | null;
  phone?: string | null;
  email?: string | null;
}

/** A contract without its rules, which are told in words. The fields are those of core/dataset.py. */
export interface Contract {
  code: string;
  name: Name;
  version: string;
  owner: string;
  source: string;
  cycle: "daily" | "hourly" | "monthly" | "once" | "quarterly" | "weekly" | "yearly";
  format: "csv" | "jsonl" | "parquet" | "xlsx";
  encoding: "auto" | "gb18030" | "utf-8";
  each: "changes" | "whole";
  drift: "accept" | "quarantine" | "refuse";
  bad_share: number;
  level: "L1" | "L2" | "L3" | "L4";
  share: "conditional" | "not_shared" | "open";
  retention: number;
  missing: string[];
  columns: Column[];
  key: string[];
  made: "base" | "collected";
  note: Name;
  synthetic: boolean;
}

/** A data set as of a batch. rows: that it has then. earlier: batches before those that are told. mine: the reader answers for it. */
export interface ContractView {
  dataset: Contract;
  rules: RuleView[];
  rows: number;
  batches: BatchView[];
  earlier: number;
  newest: string | null;
  age: number | null;
  late: boolean;
  mine: boolean;
  collecting: Collecting | null;
}

/** The report of what is missing. total: gaps that fit; listed: the first of them. owners: names of the departments in it. */
export interface CoverageView {
  counts: GapCount[];
  total: number;
  listed: Gap[];
  owners: Record<string, Name>;
}

/** One SELECT over the tables of these grants, each named by the code of its data set. case: number of the case it is for. */
export interface DataQuery {
  sql: string;
  grants: string[];
  purpose: string;
  case?: string;
  format?: "arrow" | "csv" | "json" | "parquet";
  limit?: number;
}

/** A request for data. purpose: what for, in words. application: the system or matter that uses them. case: its number, if any. */
export interface DataRequest {
  dataset: string;
  kind?: "return" | "use";
  purpose: string;
  application: string;
  case?: string;
  terms: Terms;
  area_column?: string;
}

/** Every data set of the pack, by owner and name. */
export interface DatasetList {
  at: string;
  rows: DatasetRow[];
}

/** A data set. score: of its last batch, percent, None where there is none. change: against the mean of those before. */
export interface DatasetQuality {
  code: string;
  name: Name;
  owner: string;
  level: string;
  score: number | null;
  change: number | null;
  rows: number;
  bad: number;
  age: number | null;
  freshness: "fresh" | "late" | "none";
  hours_late: number;
  turned_away: number;
  tickets: number;
  trend: ScorePoint[];
  faults: RuleFault[];
}

/** A data set: what its contract says in short, and what its batches say. columns: how many. mine: the reader answers for it. */
export interface DatasetRow {
  rows: number;
  batches: number;
  turned_away: number;
  bad: number;
  newest: string | null;
  age: number | null;
  late: boolean;
  score: number | null;
  trend: number[];
  code: string;
  name: Name;
  owner: string;
  level: "L1" | "L2" | "L3" | "L4";
  share: "conditional" | "not_shared" | "open";
  cycle: "daily" | "hourly" | "monthly" | "once" | "quarterly" | "weekly" | "yearly";
  each: "changes" | "whole";
  columns: number;
  personal: boolean;
  synthetic: boolean;
  mine: boolean;
}

/** What came in on a day of the center's calendar. */
export interface DayRow {
  day: string;
  batches: number;
  turned_away: number;
  rows: number;
  bad: number;
}

/** One limit running for one stage of a case. On time means at `due_at` or before. */
export interface Deadline {
  stage: "accept" | "check" | "dispatch" | "sign" | "solve" | "support";
  limit: string;
  calendar: string;
  unit: "day" | "hour" | "minute" | "working_day" | "working_hour";
  started_at: string;
  due_at: string | null;
  soon_at: string | null;
  amount?: number;
  paused_at?: string | null;
  left?: number | null;
  met_at?: string | null;
  marked?: ("overdue" | "soon")[];
  office?: string;
  by_owner?: boolean;
  owner?: string | null;
  missing?: number | null;
  amended?: Amendment[];
  reminders?: Reminder[];
}

/** A deadline with its explanation, step by step. */
export interface DeadlineView {
  deadline: Deadline;
  steps: Name[];
}

/** The data sets of a unit. batches, rows, bad, turned_away: of the last 24 hours. score: percent, as in see_quality. */
export interface DepartmentRow {
  unit: string;
  datasets: number;
  batches: number;
  rows: number;
  bad: number;
  turned_away: number;
  late: number;
  score: number | null;
  trend: number[];
}

/** What is known so far of a report that is being entered; the fields of a report, each of them optional. */
export interface Draft {
  type?: string | null;
  place?: Where | null;
  text?: string | null;
  contact?: Contact | null;
  happened_at?: string | null;
}

/** Columns of a file that the contract does not know, and columns of the contract that it lacks. */
export interface Drifted {
  added?: string[];
  missing?: string[];
}

/** How the due time of one step came about, in words; and whether it was kept. */
export interface DueStory {
  state: string;
  due_at: string | null;
  met_at: string | null;
  late: boolean;
  steps: Name[];
}

/** Likely duplicates, likeliest first. compared: cases in the reader's scope that were looked at; more: there were others. */
export interface Duplicates {
  rows: Likely[];
  compared: number;
  more: boolean;
  words: boolean;
  learned: boolean;
}

/** Something flows from one place to another; how: in a word. */
export interface Edge {
  origin: string;
  target: string;
  how?: string;
}

/** At least one of them holds. */
export interface Either {
  kind: "or";
  of: (Compare | Every | Either)[];
}

/** Why a subject is erased: a code such as `request` or `retention`. */
export interface EraseBody {
  reason: string;
}

/** The journal position of the erasure. */
export interface EraseReply {
  subject: string;
  position: number;
}

/** One time that nobody had answered: when, which limit, and who was told. */
export interface Escalation {
  at: string;
  limit: string;
  to: string;
}

/** All of them hold. */
export interface Every {
  kind: "and";
  of: (Compare | Every | Either)[];
}

/** How many rows of the batch fail a rule. name: of the check, in words; columns: what it reads. */
export interface FaultCount {
  id: string;
  name: Name;
  columns: string[];
  rows: number;
}

/** GeoJSON; `outline` is the district, `towns` another collection. */
export interface FeatureCollection {
  type: string;
  features: Record<string, unknown>[];
  outline: Record<string, unknown> | null;
  towns: Record<string, unknown>;
}

/** A count, how many of them are late, and the case-list query that opens the rows. */
export interface Figure {
  count: number;
  query: string;
  late?: number;
}

/** A figure of one group. key: a code, or the start of the hour, day ... as it stands in the table. value: None where there is none. */
export interface FigurePart {
  key: string;
  value: number | null;
  rows: number;
}

/** A figure as it was over earlier batches. */
export interface FigurePast {
  at: string;
  value: number | null;
}

/** One figure: numerator of denominator. value: their share, None where nothing counts; low, high: its 95 % interval. */
export interface FigureView {
  code: string;
  version: number;
  numerator: number;
  denominator: number;
  value: number | null;
  low: number;
  high: number;
  few: boolean;
  rows: string;
  all_rows: string;
}

/** What was measured on cases that the model had not seen. */
export interface Figures {
  cases: number;
  accuracy: number;
  top3: number;
  macro_f1: number;
  coverage: number;
  precision: number;
  ece: number;
  usual: number;
}

/** A pattern at a unit, without the login: persons are not scored. rows: the case list of the cases that make it. */
export interface FindingView {
  pattern: string;
  unit: string;
  name: Name;
  hits: number;
  of: number;
  low: number;
  high: number;
  score: number;
  p: number;
  flagged: boolean;
  rows: string;
}

/** How many cases go from one unit to another. */
export interface Flow {
  before: string;
  after: string;
  cases: number;
}

/** Link models before bases. may_run: the reader may have one run at once. */
export interface FollowerList {
  at: string;
  may_run: boolean;
  rows: FollowerView[];
}

/** What became of a run. made: the number of the run or version; None: nothing was new. */
export interface FollowerRan {
  made: number | null;
}

/** A link model or a base. follows: the data sets it is made of, or the link model of a base. schedule, pause: minutes; neither: by hand. */
export interface FollowerView {
  what: string;
  kind: "base" | "link";
  code: string;
  name: Name;
  follows: Name[];
  schedule: Schedule | null;
  pause: number;
  behind: boolean;
  next: string | null;
  made: number;
  made_at: string | null;
  runs: RunView[];
}

/** A value that many rows have. */
export interface Frequent {
  value: string;
  rows: number;
  name?: Name | null;
}

/** When a pattern that flatters the figures is called out (core/gaming.py); all of it defaults of ours [U]. */
export interface GamingRules {
  alpha?: number;
  ratio?: number;
  least?: number;
  last_share?: number;
  burst_minutes?: number;
  flaps?: number;
  split_cases?: number;
  split_meters?: number;
  split_minutes?: number;
  few?: number;
}

/** What was looked for, and found or not, at every unit with cases, at a moment. cases: how many were looked at. */
export interface GamingView {
  at: string;
  since: string;
  until: string;
  cases: number;
  rules: GamingRules;
  findings: FindingView[];
  past?: boolean;
}

/** One thing that is missing. of: code of what lacks it (`data set.column` for columns). owner: who answers for it, or "". */
export interface Gap {
  kind: "business_offline" | "business_without_items" | "business_without_kpi" | "business_without_systems" | "column_without_item" | "dataset_unused" | "item_unused" | "item_without_dataset" | "item_without_owner" | "kpi_without_indicator" | "personal_without_mask" | "system_unused" | "system_without_owner";
  of: string;
  name: Name;
  owner: string;
}

/** How often something is missing. of: how many there are that could lack it. owners: missing by department ("" nobody). */
export interface GapCount {
  kind: "business_offline" | "business_without_items" | "business_without_kpi" | "business_without_systems" | "column_without_item" | "dataset_unused" | "item_unused" | "item_without_dataset" | "item_without_owner" | "kpi_without_indicator" | "personal_without_mask" | "system_unused" | "system_without_owner";
  name: Name;
  missing: number;
  of: number;
  owners: Record<string, number>;
}

/** A request and what became of it. given: the terms that hold, once there are any. ends_at: end of its last day. */
export interface Grant {
  id: string;
  version: number;
  dataset: string;
  kind: "return" | "use";
  state: GrantState;
  applicant: string;
  owner: string;
  asked_by: string;
  town?: string | null;
  purpose: string;
  application: string;
  case?: string;
  share: "conditional" | "not_shared" | "open";
  level: "L1" | "L2" | "L3" | "L4";
  contract: string;
  asked: Terms;
  given?: Terms | null;
  two_persons?: boolean;
  needs_case?: boolean;
  requested_at: string;
  changed_at: string;
  granted_at?: string | null;
  ends_at?: string | null;
  checked_by?: string | null;
  approved_by?: string | null;
  confirmed_by?: string | null;
  ended_by?: string | null;
  reason?: string;
  rule?: string;
  overruled?: boolean;
  renewed?: number;
  deadlines?: Deadline[];
  escalations?: Escalation[];
  wake_at?: string | null;
}

/** An act on a request or grant. terms: of an approval, where they are narrower than asked; until: of a renewal. */
export interface GrantAct {
  act: "approve" | "clear" | "confirm" | "dispute" | "overrule" | "refuse" | "renew" | "revoke" | "uphold" | "withdraw";
  reason?: string;
  terms?: Terms | null;
  until?: string | null;
  version?: number | null;
}

/** One grant with everything that was told of it. */
export interface GrantDetail {
  view: GrantView;
  history: GrantStep[];
  limits: DueStory[];
}

/** One page of them, newest first. next: cursor or None. */
export interface GrantPage {
  rows: GrantView[];
  next: string | null;
}

export type GrantState = "checking" | "confirming" | "disputed" | "expired" | "granted" | "refused" | "reviewing" | "revoked" | "upheld" | "withdrawn";

/** One entry about a grant: what, who, when, and the reason or note given. position: in the journal. */
export interface GrantStep {
  what: string;
  at: string;
  actor: string;
  name: Name | null;
  words: string;
  position: number;
}

/** A grant as somebody sees it. acts: what they may do now. due_at: of the limit that runs; late: it has passed. */
export interface GrantView {
  grant: Grant;
  dataset: Name;
  acts: ShareAct[];
  due_at: string | null;
  late: boolean;
  usable: boolean;
}

/** A column that can be asked for. how: plain, mask or hash. */
export interface GrantedColumn {
  code: string;
  name: Name;
  kind: string;
  how: "hash" | "mask" | "plain";
}

/** A table for the console: its name in SQL, the grant it comes by, and its columns. */
export interface GrantedTable {
  name: string;
  grant: string;
  dataset: Name;
  rows: boolean;
  needs_case: boolean;
  purpose: string;
  columns: GrantedColumn[];
  answers: string[];
  by_key: boolean;
  key: string[];
}

/** Every table that the reader's unit may ask questions of now. */
export interface GrantedTables {
  tables: GrantedTable[];
}

/** The figures of one group, in the order of the definitions. key "": cases without one. */
export interface GroupView {
  key: string;
  name: Name;
  figures: FigureView[];
}

/** What a figure is divided by: a column; per: the hour, day ... it falls in; level: the area of that level above the code in it. */
export interface Grouping {
  column: string;
  per?: "" | "day" | "hour" | "month" | "year";
  level?: string;
}

/** One line of the stream: what happened to which case. No personal data. */
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

/** One issue with its cases, newest first, and what they say more than others do; no terms for those who may not read. */
export interface HotIssue {
  view: IssueView;
  cards: Card[];
  terms: Term[];
}

/** What the last scan found, as far as the actor may see all of it. at: when it was; None: never yet. */
export interface HotIssues {
  issues: IssueView[];
  at?: string | null;
  position?: number | null;
  cases?: number;
  alpha?: number;
  every_hours?: number;
  history_days?: number;
}

/** One hour of the curve, from its first instant, with the queries of both figures. */
export interface Hour {
  since: string;
  reported: number;
  closed: number;
  reported_query: string;
  closed_query: string;
}

/** An act of this state that the actor may not do, and why. */
export interface ImpossibleAct {
  act: Act;
  why: Name;
}

/** The hashes that lead from the entry at `position` to the root of the checkpoint, in base64, lowest first. */
export interface InclusionView {
  position: number;
  proof: string[];
  checkpoint: string;
}

/** A figure. version: digest of its file. of: code of a data set or of a subject table. */
export interface Indicator {
  code: string;
  version: string;
  name: Name;
  unit?: string;
  owner?: string;
  board?: string;
  better?: "band" | "less" | "more";
  target?: number | null;
  normal?: [number, number] | null;
  stale_hours?: number;
  digits?: number;
  of: string;
  where?: CellTest[];
  measure?: "count" | "distinct" | "least" | "mean" | "most" | "share" | "sum";
  column?: string;
  among?: CellTest[];
  group?: Grouping | null;
  source?: string;
  note?: Name;
  standing?: "U" | "V";
  synthetic?: boolean;
}

/** Every figure, with its first groups. */
export interface IndicatorList {
  indicators: IndicatorView[];
}

/** A figure now, or as of a batch. rows: of the table; counted: of them, those it counts. standing: last batch of each data set. */
export interface IndicatorView {
  indicator: Indicator;
  value: number | null;
  state: "normal" | "off" | "unknown";
  rows: number;
  counted: number;
  parts: FigurePart[];
  groups: Record<string, Name>;
  more: boolean;
  standing: Record<string, number>;
  datasets: string[];
  as_of: string | null;
  age: number | null;
  stale: boolean;
  stale_hours: number | null;
  score: number | null;
  trend: FigurePast[];
}

/** One thing an act takes. usual: what it will mostly be, as text. choices: None, anything of its kind. */
export interface Input {
  name: "amount" | "attributes" | "into" | "matters" | "note" | "order" | "outcome" | "photos" | "place" | "score" | "support" | "task" | "type" | "unit" | "until";
  required?: boolean;
  instead?: "" | "photos" | "reason";
  usual?: string;
  choices?: Choice[] | null;
  most?: number | null;
  measure?: Name;
}

/** One cluster. what: `all`, `type` or `words`. type: where it is of one type. */
export interface Issue {
  id: string;
  what: string;
  grids: string[];
  radius_km: number;
  days: number;
  cases: string[];
  expected: number;
  ratio: number;
  p: number;
  type?: string | null;
  types?: [string, number][];
}

/** An issue as it is listed. count: its cases. since: when its time begins. query: the case list of exactly its cases. */
export interface IssueView {
  issue: Issue;
  count: number;
  since: string;
  town: string | null;
  query: string;
}

/** A data item (数据项): what a business needs to know. dataset, column: what carries it; empty where nothing does yet. */
export interface Item {
  code: string;
  name: Name;
  unit?: string;
  owner?: string;
  systems?: string[];
  dataset?: string;
  column?: string;
  synthetic?: boolean;
}

/** One page of them. */
export interface ItemPage {
  total: number;
  items: ItemRow[];
  next: string | null;
}

/** A data item and how many businesses need it. */
export interface ItemRow {
  item: Item;
  businesses: number;
}

/** A data set that is joined: `on` pairs columns of those before (`dataset.column`) with its own. keep: rows without a match stay. */
export interface Join {
  dataset: string;
  on: [string, string][];
  keep?: boolean;
}

/** What stands of a pair. holds: it counts in the next run; where two persons are asked for, both said the same. */
export interface Judgment {
  verdict: "different" | "open" | "same" | "unsure";
  reason: string;
  by: string[];
  at: string;
  holds: boolean;
}

/** Public keys of this journal in the order in which they signed; the last one signs today. origin: whose journal. */
export interface KeysView {
  origin: string;
  keys: VerifierKey[];
}

/** A figure that businesses are held to. indicator: the code of what computes it; empty where nothing does yet. */
export interface Kpi {
  code: string;
  name: Name;
  unit?: string;
  better?: "less" | "more";
  indicator?: string;
  synthetic?: boolean;
}

/** A data set that is late. newest: when its newest file was made; due: when another one was. */
export interface LateRow {
  dataset: string;
  name: Name;
  owner: string;
  newest: string;
  due: string;
}

/** A resource: of the pack's ledger, or a data set. */
export interface LedgerRow {
  kind: "application" | "cloud" | "component" | "dataset" | "sensor";
  code: string;
  name: Name;
  owner: string;
  stage: string;
  count: number;
  unit: string;
  note: Name;
  synthetic: boolean;
}

/** by_kind, by_stage: how many rows of each there are in all (of applications, by where they come from). */
export interface LedgerView {
  by_kind: Record<string, number>;
  by_stage: Record<string, number>;
  rows: LedgerRow[];
}

/** A case that may tell of the same matter. parts: what speaks for and against it, in log-odds; they and `prior` make `odds`. */
export interface Likely {
  id: string;
  number: string;
  type: string | null;
  state: string;
  open: boolean;
  reported_at: string;
  closed_at: string | null;
  into: string;
  earlier: boolean;
  probability: number;
  odds: number;
  prior: number;
  parts: Part[];
}

/** The part of the graph around `start`, nodes in the order of the flow. */
export interface LineageView {
  start: string;
  nodes: Node[];
  edges: Edge[];
}

/** All link models of the pack. */
export interface LinkModelList {
  rows: LinkModelView[];
}

/** A link model with what became of it. waiting: pairs of its newest run that nobody answered; answered: pairs that people spoke of. */
export interface LinkModelView {
  code: string;
  name: Name;
  entity: string;
  inputs: string[];
  match: number;
  review: number;
  two_person: boolean;
  stated: string;
  synthetic: boolean;
  note: Name;
  comparisons: Bar[];
  waiting: number;
  answered: number;
  last: LinkRun | null;
  at: string | null;
  trained: LinkTrained | null;
}

/** A run. folder: where its pairs and groups lie. trained: number of the training its parameters are of, 0: the pack's own. */
export interface LinkRun {
  fact: "linked";
  happened_at?: string | null;
  n: number;
  folder: string;
  version: string;
  trained: number;
  match: number;
  review: number;
  inputs: Record<string, number>;
  judged: number;
  records: number;
  pairs: number;
  links: number;
  waiting: number;
  entities: number;
  largest: number;
  kept: number;
  seconds?: number;
}

/** Parameters were learned from the data. shape: of the model they belong to. inputs: newest batch of each data set they stand on. */
export interface LinkTrained {
  fact: "link_trained";
  happened_at?: string | null;
  shape: string;
  version: string;
  parameters: Parameters;
  inputs: Record<string, number>;
  pairs: number;
}

/** Another case, one the actor may see. */
export interface Linked {
  id: string;
  number: string;
  state: string;
  type: string | null;
}

/** A kept simulation as lists show it. by: the login that asked for it, None for the command line. note: what was tried. */
export interface Listed {
  id: string;
  at: string;
  version: string;
  by: string | null;
  note: string;
  since: string;
  until: string;
  cases: number;
  moved: number;
  late_before: number;
  late_after: number;
}

/** The work of a unit before and after: cases it owns at the end, and how many of them were solved late or are. */
export interface Load {
  unit: string;
  before: number;
  after: number;
  late_before: number;
  late_after: number;
}

/** A data item of a business. dataset_name, column_name: of what carries it, where something does. */
export interface MappedItem {
  item: Item;
  dataset_name: Name | null;
  column_name: Name | null;
}

/** How a personal column is shown to whoever may not read it: so many characters kept at each end. */
export interface Mask {
  first?: number;
  last?: number;
}

/** A matter that the report tells of besides its first. place: a point, where it is another than that of the report. */
export interface MatterBody {
  type: string;
  place?: Where | null;
  attributes?: Record<string, boolean | number | string>;
  note?: string | null;
}

/** A definition in words. of: what a case must be to count below the line; counts: above it as well. */
export interface MetricView {
  code: string;
  version: number;
  name: Name;
  period: Name;
  of: Name[];
  counts: Name[];
  better: "less" | "more";
  source: string;
  standing: "U" | "V";
}

/** Figures at a position of the journal, for the period from `since` until before `until`. */
export interface MetricsView {
  position: number;
  at: string;
  since: string;
  until: string;
  by: "all" | "board" | "grid" | "post" | "town" | "type" | "unit";
  metrics: MetricView[];
  total: FigureView[];
  groups: GroupView[];
  cases: number;
  opened: number;
  past?: boolean;
}

/** Yes, no, or unknown; nothing else of the row. */
export interface MinimalAnswer {
  answer: "no" | "unknown" | "yes";
}

/** The model in use, with its figures; None where none was trained. */
export interface ModelView {
  about: About | null;
}

/** A name in Chinese and English; either may stand in for the other. */
export interface Name {
  zh?: string;
  en?: string;
}

/** A code and its name. */
export interface Named {
  code: string;
  name: Name;
}

/** What waits for a person of the center, and why (one case may have several reasons). */
export interface Needs {
  count: number;
  query: string;
  urgent: Figure;
  late: Figure;
  desk: Figure;
}

/** A report as somebody sends it. `external` is the sender's own number, taken once per source. */
export interface NewReport {
  type?: string | null;
  place?: Where | null;
  text?: string | null;
  contact?: Contact | null;
  source?: string | null;
  happened_at?: string | null;
  urgent?: boolean | null;
  external?: string | null;
  attributes?: Record<string, boolean | number | string>;
}

/** Cases reported from `since` until before `until`, decided again under a version the center keeps. */
export interface NewSimulation {
  since: string;
  until: string;
  base?: string | null;
  files?: Record<string, string>;
  note?: string;
}

/** same: of one person, legal person or place; different; unsure; open takes back what was said. reason: no names in it. */
export interface NewVerdict {
  verdict: "different" | "open" | "same" | "unsure";
  reason?: string;
}

/** One place of the graph. id: `kind:code`; of a base and its golden columns as of a data set and its columns. owner: who answers for it. at, rows, score: where they are known. */
export interface Node {
  id: string;
  kind: "base" | "batch" | "column" | "dataset" | "file" | "golden" | "indicator" | "link" | "provider" | "screen" | "subject" | "vital_sign";
  name: Name;
  owner?: string;
  at?: string | null;
  rows?: number | null;
  score?: number | null;
  count?: number;
  digest?: string;
  personal?: boolean;
}

/** A one-thing (一件事): several businesses done as one. app: whether the program has it. */
export interface OneThing {
  code: string;
  name: Name;
  lead?: string;
  stage?: "building" | "planned" | "running";
  synthetic?: boolean;
}

/** One record of urging or supervision laid over a case. n: its number in the case, from 1. */
export interface Order {
  n: number;
  kind: "interview" | "leader" | "order" | "reminder" | "urge";
  unit: string;
  issued_at: string;
  by: string;
  rung?: string | null;
  percent?: number;
  due_at?: string | null;
  lapsed?: boolean;
  answered_at?: string | null;
}

/** A department. score: mean over its data sets that have one, weighed by rows (each at least as one thousandth of the largest). */
export interface OwnerQuality {
  owner: string;
  score: number | null;
  change: number | null;
  datasets: number;
  collected: number;
  late: number;
  turned_away: number;
  tickets: number;
  rows: number;
  bad: number;
}

/** A file of rules of a version. text: empty where the pack does without it. */
export interface PackFile {
  version: string;
  name: string;
  text: string;
}

/** Versions of the pack, newest first. live: the one in force. files: what of it can be rewritten for a trial. */
export interface PackList {
  live: string;
  versions: PackVersion[];
  files: string[];
  people: Record<string, Name>;
}

/** A pack version that can be tried. published_at: when it was last put in force; live: it is in force now. */
export interface PackVersion {
  version: string;
  kept_at: string;
  live: boolean;
  published_at: string | null;
  published_by: string | null;
  reason: string | null;
  simulation: string | null;
  note: string;
}

/** One page of cards. total: count of all rows of the query at `position`. next: cursor or None. */
export interface Page {
  position: number;
  total: number;
  rows: Card[];
  next: string | null;
  capped?: boolean;
  past?: boolean;
  at?: string | null;
}

/** A pair in the queue. left, right: keyed digests of two records. weight: in bits. levels: of each comparison, -1 where a cell is missing. */
export interface PairBrief {
  left: string;
  right: string;
  left_dataset: string;
  right_dataset: string;
  probability: number;
  weight: number;
  levels: number[];
  judgment: Judgment | null;
}

/** One page. run: number of the run they are of; 0 where nothing was linked yet. may_answer: whoever asked may answer pairs. */
export interface PairPage {
  run: number;
  total: number;
  may_answer: boolean;
  rows: PairBrief[];
}

/** One pair with its reasons. together: the newest run holds both for one. gone: a record is no longer there. purposes: to choose from. */
export interface PairView {
  left: string;
  right: string;
  left_dataset: string;
  right_dataset: string;
  waterfall: Waterfall;
  cells: CellPair[];
  judgment: Judgment | null;
  together: boolean;
  gone: boolean;
  may_answer: boolean;
  may_unmask: boolean;
  two_person: boolean;
  run: number;
}

/** What training learned. levels: for each comparison the m and u of its levels, in their order. */
export interface Parameters {
  prior: number;
  levels: Record<string, [number, number][]>;
}

/** One thing compared: its level, what the level adds to the log-odds, and the measure behind it. */
export interface Part {
  name: "address" | "place" | "reporter" | "state" | "text" | "time" | "type";
  level: string;
  weight?: number;
  value?: number | null;
}

/** That an answer tells of the past: its position and moment, and the areas of the case as they were called then. */
export interface Past {
  position: number;
  at: string;
  places?: Place[];
}

/** A photo in the vault. */
export interface PhotoRef {
  id: string;
  url: string;
}

/** A column of a subject table: its code there, and the data set and column it comes from. name: empty for that column's own. */
export interface Picked {
  code: string;
  dataset: string;
  column: string;
  name?: Name;
}

/** An area as it was called on a day, and the official code that it bore. */
export interface Place {
  code: string;
  name: Name;
  division: string | null;
}

/** An act the actor may do now. primary: the likely one. takes: what its form asks for. at_once: one press is enough. */
export interface PossibleAct {
  act: Act;
  primary: boolean;
  needs_reason: boolean;
  at_once: boolean;
  takes: Input[];
}

/** RFC 9457 problem details with two fields of ours: `code` for programs, `do` for people. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  do: string;
  errors?: ProblemsDetail[];
}

/** One wrong field: where it stands and what is wrong with it. */
export interface ProblemsDetail {
  path: string;
  message: string;
}

/** A data set as of its batches. few: values of fewer rows are left out. */
export interface Profile {
  dataset: string;
  batch: number;
  rows: number;
  few: number;
  columns: ColumnProfile[];
}

/** Everything. */
export interface Quality {
  score: number | null;
  datasets: DatasetQuality[];
  owners: OwnerQuality[];
}

/** The scores. owners: names of the departments in it. columns: by data set, names of the columns that failing rules look at. */
export interface QualityView {
  quality: Quality;
  owners: Record<string, Name>;
  columns: Record<string, Record<string, Name>>;
}

/** Bad rows of batch `n` (none: 0). batches: the newest that have bad rows. faults: by rule, the most frequent first. */
export interface QuarantineView {
  dataset: string;
  n: number;
  batches: BadBatch[];
  faults: FaultCount[];
  total: number;
  rows: BadRow[];
  clear: boolean;
}

/** An answer as JSON. rows: arrays in the order of the columns. cut: there are more rows than were asked for. */
export interface QueryAnswer {
  columns: QueryColumn[];
  rows: ((string | number | boolean | null)[])[];
  cut: boolean;
}

/** A column of an answer, with the type the engine gives it. */
export interface QueryColumn {
  name: string;
  type: string;
}

/** exists: is there such a row. equals, at_least, at_most: against `value`. one_of: among `values`. */
export interface Question {
  what: "age_at_least" | "at_least" | "at_most" | "equals" | "exists" | "one_of";
  column?: string;
  value?: string | number | boolean | null;
  values?: (string | number | boolean)[];
  years?: number | null;
  on?: string | null;
}

/** A share of rows; rate is None when nothing was due. */
export interface Ratio {
  met: number;
  due: number;
  rate: number | null;
  query: string;
  met_query: string;
}

/** Records of readings, newest first. next: the id to ask after for the next page, or None. */
export interface ReadingPage {
  rows: ReadingRow[];
  next: number | null;
}

/** One opening of the vault. pieces: how many were opened together. number: of the case. name: of the reader, if known. */
export interface ReadingRow {
  id: number;
  at: string;
  actor: string;
  purpose: string;
  kind: string;
  case: string | null;
  subject: string;
  pieces: number;
  number?: string | null;
  name?: Name | null;
}

/** Why a case is where it is. row: the row it went by, None where an officer chose or nobody was found. */
export interface Reasons {
  row: string | null;
  owner: string | null;
  pack: string;
  pack_now: string;
  judged_at: string;
  values: ValueUsed[];
  rows: RowView[];
  hindrance?: Name | null;
}

/** That a report was taken: its case number, its entry, and the signed checkpoint the proof leads to. */
export interface Receipt {
  position: number;
  entry: string;
  proof: string[];
  format?: string;
  number: string;
  checkpoint: string;
}

/** The moment at which so many percent of a solving time are gone. */
export interface Reminder {
  percent: number;
  at: string;
}

/** What became of a report. */
export interface ReportReply {
  id: string;
  number: string;
  state: string;
  type: string | null;
  grid: string | null;
  community: string | null;
  town: string | null;
  owner: string | null;
  row: string | null;
  at_desk: boolean;
  due_at: string | null;
  deadlines: Deadline[];
  position: number;
}

/** One look-back at a closed case. day: days after its end. called: it is on the list of the desk. */
export interface Review {
  n: number;
  day: number;
  due_at: string;
  called?: boolean;
  result?: string | null;
  by?: string | null;
}

/** A row of the library about this case. followed: the case went by it; taken: it would today. */
export interface RowView {
  row: string;
  note: Name;
  basis: Name;
  duty_list: string | null;
  owner: string | null;
  support: string[];
  escalate_to: string | null;
  may_refuse: boolean;
  auto: boolean;
  followed: boolean;
  taken: boolean;
  fits: boolean;
  why: Name;
  conditions: Condition[];
}

/** The rows under the key, as the grant shows them; none where there is none, or none that was granted. */
export interface RowsAnswer {
  rows: (Record<string, string | number | boolean | null>)[];
}

/** Rows by key: a value for each key column, in the contract's order. */
export interface RowsQuery {
  grant: string;
  key: (string | number | boolean)[];
  purpose: string;
  case?: string;
}

/** A row of rules that differs. what: added, removed, changed, or moved among the rows that are tried in order. */
export interface RuleChange {
  table: string;
  code: string;
  what: string;
  fields: RuleField[];
}

/** Rows that fail a rule, over the batches of a trend. share: percent of their rows. rising: more often in the last than before. */
export interface RuleFault {
  rule: string;
  rows: number;
  share: number;
  rising: boolean;
}

/** A value of a row of rules in two versions. */
export interface RuleField {
  name: string;
  before: string;
  after: string;
}

/** A rule: its id as counts bear it, what it checks in words, the columns, its share of the score, the data set it refers to. */
export interface RuleView {
  id: string;
  check: string;
  name: Name;
  columns: string[];
  weight: number;
  dataset: string;
}

/** A run that was told. slot: the moment it was due. batch: that it brought. why: it failed. */
export interface RunView {
  at: string;
  slot: string;
  batch: number | null;
  why: Name | null;
}

/** An attribute that a step changed. None: the case does not say it. */
export interface Said {
  code: string;
  before?: boolean | number | string | null;
  after?: boolean | number | string | null;
}

/** A few rows as texts. made_up: they were made from the contract alone, and are nobody's. synthetic: the data set is invented. */
export interface SampleView {
  rows: (Record<string, string | number | boolean | null>)[];
  made_up: boolean;
  synthetic: boolean;
  batch: number;
}

/** hours: between runs of every hour. at: hours:minutes; of every hour the minutes count. on: day of week (1 Monday) or month. */
export interface Schedule {
  every: "day" | "hour" | "month" | "week";
  hours?: number;
  at?: string;
  on?: number;
  working_days?: boolean;
}

/** One batch of a trend. at: when its newest file was made. taken: else it was turned away. */
export interface ScorePoint {
  n: number;
  at: string | null;
  score: number;
  rows: number;
  bad: number;
  taken: boolean;
}

/** Everything a desk shows of one case. people: the names of those who acted, by login, as far as they have accounts. */
export interface SeeCasesDetail {
  case: Card;
  position: number;
  timeline: TimelineStep[];
  acts: PossibleAct[];
  impossible: ImpossibleAct[];
  people: Record<string, Name>;
  person: Words | null;
  erased: boolean;
  photos: PhotoRef[];
  why: Why;
  deadlines: DeadlineView[];
  tasks: Task[];
  orders: Order[];
  wish: Wish | null;
  review_at: string | null;
  reviews: Review[];
  merged: number;
  parent: Linked | null;
  children: Linked[];
  recurs: Linked | null;
  attributes: Record<string, boolean | number | string>;
  origin: Linked | null;
  divided: number;
  offspring: Linked[];
  past?: Past | null;
}

/** What a screen asks first. */
export interface Session {
  account: AccountView | null;
  center: Center;
}

export type ShareAct = "approve" | "clear" | "confirm" | "dispute" | "escalate" | "expire" | "overrule" | "refuse" | "renew" | "revoke" | "uphold" | "withdraw";

/** Login and password. */
export interface SignIn {
  login: string;
  password: string;
}

/** A value at a time. */
export interface SignReading {
  at: string;
  value: number;
}

/** The account and the token; browsers get the token as a cookie as well. */
export interface SignedIn {
  account: AccountView;
  token: string;
}

/** Kept simulations, newest first. run: the one under way, or the last one if the center stopped meanwhile. */
export interface SimulationPage {
  rows: Listed[];
  next: string | null;
  run: SimulationRun | null;
  live: string;
  people: Record<string, Name>;
}

/** A simulation under way, or one that ended without a result. done, total: entries. fault: why it failed, for people. */
export interface SimulationRun {
  id: string;
  state: "done" | "failed" | "interrupted" | "running" | "stopped";
  asked: Asked;
  version: string;
  at: string;
  since: string;
  until: string;
  cases: number;
  total: number;
  done?: number;
  fault?: Name | null;
}

/** A kept simulation. before: versions the cases went by; compared: the newest of them, which `rules` start from. */
export interface SimulationSums {
  id: string;
  at: string;
  version: string;
  live: boolean;
  asked: Asked | null;
  since: string;
  until: string;
  summary: Summary;
  units: Load[];
  flows: Flow[];
  listed: number;
  before: string[];
  compared: string | null;
  rules: RuleChange[] | null;
  more: number;
}

/** One simulation: as it runs or ended lately, and its result once that is kept. people: names by login. */
export interface SimulationView {
  run: SimulationRun | null;
  result: SimulationSums | null;
  people: Record<string, Name>;
}

/** Figures, open cards (and those of the last hours) and the newest happenings, all of one position. */
export interface Snapshot {
  position: number;
  at: string;
  scope: string;
  tiles: Tiles;
  cards: Card[];
  stream: Happening[];
  past?: boolean;
  partial?: boolean;
  cursor?: string;
}

/** A file that a batch came from. digest: SHA-256 of its bytes. changed: last, by its sender. rows: in it, good and bad. */
export interface SourceFile {
  name: string;
  digest: string;
  bytes: number;
  changed: string;
  rows?: number;
}

export type State = "accepted" | "arbitration" | "archived" | "cancelled" | "check_pending" | "checked" | "closed" | "dispatched" | "escalated" | "extension_requested" | "feedback" | "handling" | "merged" | "rated" | "registered" | "rejected" | "reopened" | "reported" | "returned" | "rework" | "self_handled" | "signed" | "suspended" | "suspension_requested" | "verify_pending";

/** One step of a business and the time it may take. */
export interface Step {
  name: Name;
  amount: number;
  unit: "day" | "hour" | "minute" | "working_day" | "working_hour";
}

/** A table of a warehouse. rows: good ones it stands on; of a subject table those of its first data set. batches: told of, or versions of a base. */
export interface StoredTable {
  code: string;
  name: Name;
  holds: "base" | "dataset" | "subject";
  owner: string;
  owner_name: Name;
  level: "L1" | "L2" | "L3" | "L4";
  rows: number;
  batches: number;
  newest: string | null;
  late: boolean;
  score: number | null;
  reach: "ask" | "closed" | "granted" | "open" | "owns";
  synthetic: boolean;
}

/** A subject table. version: digest of its file. first: the data set whose rows it has. */
export interface Subject {
  code: string;
  version: string;
  name: Name;
  owner: string;
  first: string;
  joins?: Join[];
  columns: Picked[];
  note?: Name;
  synthetic?: boolean;
}

/** Every subject table. */
export interface SubjectList {
  subjects: SubjectView[];
}

/** A subject table: what it is made of, and its columns with the marks they have in their data sets. */
export interface SubjectView {
  subject: Subject;
  level: "L1" | "L2" | "L3" | "L4";
  columns: Column[];
  datasets: Record<string, Name>;
  indicators: string[];
}

/** The words of a report, as far as they are written. They are not kept. */
export interface SuggestBody {
  text: string;
}

/** Types the words speak of, the likely first; none where there is no model or it knows nothing in them. */
export interface Suggested {
  suggestions?: Suggestion[];
  sure?: boolean;
  model?: string | null;
  threshold?: number | null;
}

/** One type. confidence: how often such a suggestion is right. pieces: of the text, the strongest first. */
export interface Suggestion {
  type: string;
  confidence: number;
  pieces?: string[];
}

/** The sums. reproduced: cases whose history the rules of their day give again exactly, of all `cases`. */
export interface Summary {
  cases: number;
  entries: number;
  reproduced: number;
  decided: number;
  kept: number;
  moved: number;
  redated: number;
  late_before: number;
  late_after: number;
  newly_late: number;
  no_longer_late: number;
  spared: number;
  needed: number;
}

/** A computer system of a department; owner may be nobody, which is a gap. */
export interface System {
  code: string;
  name: Name;
  owner?: string;
  level?: "city" | "district" | "national";
  synthetic?: boolean;
}

/** Every system. */
export interface SystemList {
  systems: SystemRow[];
}

/** A system, how many businesses run on it and how many data items it keeps. */
export interface SystemRow {
  system: System;
  businesses: number;
  items: number;
}

/** The part of a supporting unit in a case, beside the lead's own work. n: its number in the case, from 1. */
export interface Task {
  n: number;
  unit: string;
  state: "asked" | "finished" | "handed_back" | "taken" | "withdrawn";
  asked_at: string;
  deadline?: Deadline | null;
  ended_at?: string | null;
}

/** A term said in `inside` of the texts; `elsewhere`: share of the other texts that say it. */
export interface Term {
  text: string;
  inside: number;
  elsewhere: number;
}

/** fields: columns that are read. shown: how a personal one is (`mask` where it is not named; hash: a pseudonym of this grant alone). answers: columns that are asked yes-or-no questions about, and never read. rows: None for all. by_key: rows may be looked up by whoever knows their key. until: the last day. */
export interface Terms {
  fields?: string[];
  shown?: Record<string, "hash" | "mask" | "plain">;
  answers?: string[];
  rows?: Compare | Every | Either | null;
  by_key?: boolean;
  until: string;
}

/** The case that asks the provider to correct a batch. id: where the reader may see the case itself. */
export interface TicketView {
  batch: number;
  number: string;
  state: State;
  id: string | null;
}

/** All figures of the wall at one position. */
export interface Tiles {
  needs_person: Needs;
  open: Figure;
  soon: Figure;
  by_board: Record<string, Figure>;
  by_town: Record<string, Figure>;
  by_state: Record<string, Figure>;
  by_grid: Record<string, number>;
  reported_today: Figure;
  closed_today: Figure;
  on_time: Ratio;
  hours: Hour[];
  usual?: Band[] | null;
}

/** One entry of a case's history. seconds: how long after the step before it. note: words, if they may be read. */
export interface TimelineStep {
  position: number;
  version: number;
  what: string;
  at: string;
  recorded_at: string;
  actor: string;
  pack: string;
  rule?: string | null;
  reason?: string | null;
  note?: string | null;
  note_erased?: boolean;
  photos?: PhotoRef[];
  basis?: string | null;
  owner?: string | null;
  unit?: string | null;
  support?: string[];
  order?: string | null;
  outcome?: string | null;
  result?: string | null;
  score?: number | null;
  amount?: number | null;
  measure?: string | null;
  until?: string | null;
  other?: Linked | null;
  others?: Linked[];
  said?: Said[];
  days?: number | null;
  meters?: number | null;
  ended?: boolean | null;
  stage?: string | null;
  why?: string | null;
  type?: string | null;
  grid?: string | null;
  due_at?: string | null;
  seconds?: number;
}

/** What came in since `since`. rows: read, good and bad. datasets: that had a batch. silent: data sets that never had one. */
export interface TodayView {
  at: string;
  since: string;
  datasets: number;
  batches: number;
  turned_away: number;
  rows: number;
  good: number;
  bad: number;
  silent: number;
  arrivals: Arrival[];
  late: LateRow[];
  days: DayRow[];
  departments: DepartmentRow[];
  filling?: boolean;
}

/** One type of the catalog. */
export interface TypeView {
  code: string;
  name: Name;
  klass: string;
  board: string;
  urgent: boolean;
  gb: string | null;
  attributes: string[];
}

/** One unit that can own cases. */
export interface UnitView {
  code: string;
  name: Name;
  kind: string;
  area: string | null;
}

/** Records of uses, newest first. next: the id to ask after for the next page, or None. */
export interface UsePage {
  rows: UseRow[];
  next: number | null;
}

/** One question under one grant: who, when, what for, and how many rows came out. */
export interface UseRow {
  id: number;
  at: string;
  actor: string;
  unit: string;
  grant: string;
  dataset: string;
  what: string;
  purpose: string;
  case: string;
  rows: number;
  outcome: string;
}

/** One thing the decision was made from. */
export interface ValueUsed {
  name: Name;
  value: Name;
}

/** apart: the two are not the same matter and are not proposed again; false takes it back. */
export interface Verdict {
  apart: boolean;
}

/** What holds now, and since which position of the journal. */
export interface VerdictReply {
  apart: boolean;
  position: number;
}

/** What stands of the pair now: None where nothing is said of it. */
export interface VerdictView {
  judgment: Judgment | null;
}

/** A public key of the journal (`name+id+key`), in use since the journal had `since` entries. */
export interface VerifierKey {
  verifier: string;
  since: number;
  at: string;
}

/** A sign. indicator: the figure it reads. object: what it is a sign of (an asset or an area), in words. period: between readings. */
export interface VitalSign {
  code: string;
  name: Name;
  board: string;
  runway?: string;
  object?: Name;
  unit?: string;
  indicator: string;
  owner: string;
  period_minutes?: number;
  normal: [number, number];
  levels?: number[];
  above?: boolean;
  hysteresis?: number;
  hold?: number;
  stale_hours: number;
  plan?: string;
  digits?: number;
  note?: Name;
  standing?: "U" | "V";
  synthetic?: boolean;
}

/** Every sign, the most urgent first, unknown ones before normal ones. */
export interface VitalSignList {
  signs: VitalSignView[];
}

/** A sign now. value: the newest reading, also of a stale sign, whose level is unknown. at: its time. age: hours. */
export interface VitalSignView {
  sign: VitalSign;
  board: Name;
  value: number | null;
  level: "blue" | "normal" | "orange" | "red" | "unknown" | "yellow";
  inside: boolean | null;
  at: string | null;
  age: number | null;
  stale: boolean;
  readings: SignReading[];
  score: number | null;
  rows: number;
}

/** One warehouse. unit: whose it is, "" for the district's. rows, batches: without subject tables, which have none of their own. */
export interface Warehouse {
  unit: string;
  name: Name;
  rows: number;
  batches: number;
  newest: string | null;
  late: number;
  score: number | null;
  mine: number;
  tables: StoredTable[];
}

/** The district's first, then one for each department that answers for a data set. */
export interface WarehouseList {
  at: string;
  warehouses: Warehouse[];
}

/** Why a pair has its probability: `prior` and the bars add up to `weight`, all in bits. */
export interface Waterfall {
  prior: number;
  bars: Bar[];
  weight: number;
  probability: number;
}

/** A point (WGS84 degrees), an address in words, or both. The address goes to the vault. */
export interface Where {
  lon?: number | null;
  lat?: number | null;
  address?: string | null;
}

/** Why the case went where it is: the routing row, and the values it was decided by. */
export interface Why {
  row: string | null;
  owner: string | null;
  note: Name;
  may_return: boolean;
  type: string | null;
  level: string;
  town: string | null;
  escalate_to: string | null;
}

/** What an owner asked the center for. amount: of the solving deadline's own unit; until: when a suspension is reviewed. */
export interface Wish {
  by: string;
  at: string;
  amount?: number | null;
  until?: string | null;
}

/** What the vault keeps of a report as one sealed piece. */
export interface Words {
  text?: string | null;
  address?: string | null;
  contact?: Contact | null;
}
