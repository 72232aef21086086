// The one place that talks HTTP: JSON in, JSON or a Problem out, never a silent failure.
import type {
  VitalSignList, ChangedPage, Concerns, GamingView, InclusionView, KeysView, MetricsView, NewSimulation, PackFile, PackList, ReadingPage, Receipt, SimulationPage, SimulationRun, SimulationView,
} from "./generated";
import type {
  ActBody, Act, Card, CaseDetail, City, Draft, Duplicates, GridMap, HotIssue, HotIssues, Page, ProblemBody, Reasons, ReportBody, Session, Snapshot, Suggested,
} from "./types";

/** A request the server understood and turned down, or that never arrived (status 0). */
export class Problem extends Error {
  constructor(readonly body: ProblemBody) {
    super(body.detail);
  }
  get status(): number {
    return this.body.status;
  }
  get code(): string {
    return this.body.code;
  }
}

let language = "zh";
export function speak(next: string): void {
  language = next;
}

async function send(path: string, init: RequestInit, accept: string): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("Accept", accept);
  headers.set("Accept-Language", language);
  try {
    return await fetch(path, { credentials: "same-origin", ...init, headers });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Problem({ status: 0, code: "unreachable", detail: "" });
  }
}

/** A file, whatever is in it. */
export async function file(path: string, init: RequestInit = {}): Promise<Blob> {
  const answer = await send(path, init, "*/*");
  if (!answer.ok) throw new Problem(asProblem(answer.status, await answer.json().catch(() => null)));
  return answer.blob();
}

export async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const answer = await send(path, init, "application/json");
  if (answer.status === 204) return undefined as T;
  const kind = answer.headers.get("content-type") ?? "";
  const body: unknown = kind.includes("json") ? await answer.json().catch(() => null) : null;
  if (!answer.ok) throw new Problem(asProblem(answer.status, body));
  if (body === null) throw new Problem({ status: answer.status, code: "unreadable", detail: "" });
  return body as T;
}

/** A file on its way to the server; told: which share of it has left. Only this way of asking says how far it is. */
export function upload<T>(path: string, name: string, body: File, told: (share: number) => void): Promise<T> {
  const form = new FormData();
  form.append(name, body, body.name);
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Accept-Language", language);
    request.upload.onprogress = (event) => told(event.lengthComputable ? event.loaded / event.total : 0);
    request.upload.onload = () => told(1);
    request.onerror = () => failed(new Problem({ status: 0, code: "unreachable", detail: "" }));
    request.onload = () => (request.status < 300 ? done(request.response as T) : failed(new Problem(asProblem(request.status, request.response))));
    request.send(form);
  });
}

function asProblem(status: number, body: unknown): ProblemBody {
  const found = (body ?? {}) as Partial<ProblemBody>;
  return { ...found, status, code: found.code ?? `http_${status}`, detail: found.detail ?? found.title ?? "" };
}

export function json(method: string, body: unknown, key?: string): RequestInit {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (key) headers["Idempotency-Key"] = key;
  return { method, headers, body: JSON.stringify(body) };
}

/** A document alone, or with photos as a form: the document is its part of that name. */
function withPhotos(name: string, body: unknown, photos: File[], key: string): RequestInit {
  if (photos.length === 0) return json("POST", body, key);
  const form = new FormData();
  form.append(name, JSON.stringify(body));
  for (const photo of photos) form.append("photo", photo, photo.name);
  return { method: "POST", body: form, headers: { "Idempotency-Key": key } };
}

/** A key for one submission: sending it again can never do the thing twice. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const api = "/api/v1";
export const part = encodeURIComponent;

export const call = {
  session: () => ask<Session>(`${api}/session`),
  signIn: (login: string, password: string) => ask<unknown>(`${api}/session`, json("POST", { login, password })),
  signOut: () => ask<void>(`${api}/session`, { method: "DELETE" }),
  city: () => ask<City>(`${api}/city`),
  grids: () => ask<GridMap>(`${api}/map/grids`),
  wall: () => ask<Snapshot>(`${api}/wall`),
  wallThen: (asOf: string, after: number | null, signal: AbortSignal) =>
    ask<Snapshot>(`${api}/wall?as_of=${part(asOf)}${after === null ? "" : `&after=${after}`}`, { signal }),
  cases: (query: string, signal?: AbortSignal) => ask<Page>(`${api}/cases?${query}`, signal ? { signal } : {}),
  suggest: (text: string, signal: AbortSignal) => ask<Suggested>(`${api}/suggestions`, { ...json("POST", { text }), signal }),
  suggestFor: (id: string, signal: AbortSignal) => ask<Suggested>(`${api}/cases/${part(id)}/suggestions`, { signal }),
  hotIssue: (id: string) => ask<HotIssue>(`${api}/hot-issues/${part(id)}`),
  metrics: (query: string) => ask<MetricsView>(`${api}/metrics?${query}`),
  readings: (query: string) => ask<ReadingPage>(`${api}/readings?${query}`),
  gaming: (query: string) => ask<GamingView>(`${api}/metrics/gaming?${query}`),
  simulations: (query: string) => ask<SimulationPage>(`${api}/simulations?${query}`),
  simulation: (id: string) => ask<SimulationView>(`${api}/simulations/${part(id)}`),
  simulationCases: (id: string, query: string) => ask<ChangedPage>(`${api}/simulations/${part(id)}/cases?${query}`),
  simulate: (body: NewSimulation) => ask<SimulationRun>(`${api}/simulations`, json("POST", body)),
  stopSimulation: (id: string) => ask<SimulationRun>(`${api}/simulations/${part(id)}/stop`, { method: "POST" }),
  packs: () => ask<PackList>(`${api}/packs`),
  packFile: (version: string, name: string) => ask<PackFile>(`${api}/packs/${part(version)}/file?name=${part(name)}`),
  vitalSigns: () => ask<VitalSignList>(`${api}/vital-signs`),
  hotIssues: (asOf: number | string | null = null) => ask<HotIssues>(`${api}/hot-issues${asOf === null ? "" : `?as_of=${part(asOf)}`}`),
  case: (id: string, signal?: AbortSignal, asOf: string | null = null) =>
    ask<CaseDetail>(`${api}/cases/${part(id)}${asOf === null ? "" : `?as_of=${part(asOf)}`}`, signal ? { signal } : {}),
  why: (id: string, signal: AbortSignal) => ask<Reasons>(`${api}/cases/${part(id)}/why`, { signal }),
  receipt: (id: string) => ask<Receipt>(`${api}/cases/${part(id)}/receipt`),
  auditKeys: () => ask<KeysView>(`${api}/audit/keys`),
  inclusion: (position: number) => ask<InclusionView>(`${api}/audit/inclusion?position=${position}`),
  act: (id: string, act: Act, body: ActBody, key: string, photos: File[] = []) =>
    ask<Partial<Card>>(`${api}/cases/${part(id)}/${act}`, withPhotos("act", body, photos, key)),
  duplicates: (draft: Draft, signal: AbortSignal) => ask<Duplicates>(`${api}/duplicates`, { ...json("POST", draft), signal }),
  duplicatesOf: (id: string, signal: AbortSignal) => ask<Duplicates>(`${api}/cases/${part(id)}/duplicates`, { signal }),
  concerns: (id: string, purpose: string, signal: AbortSignal) =>
    ask<Concerns>(`${api}/cases/${part(id)}/concerns${purpose ? `?purpose=${part(purpose)}` : ""}`, { signal }),
  tellApart: (id: string, other: string, apart: boolean) => ask<unknown>(`${api}/cases/${part(id)}/duplicates/${part(other)}`, json("POST", { apart })),
  merge: (id: string, into: string, key: string) => ask<Partial<Card>>(`${api}/cases/${part(id)}/merge`, json("POST", { into }, key)),
  report: (body: ReportBody, photos: File[], key: string) =>
    ask<Partial<Card> & { at_desk?: boolean }>(`${api}/reports`, withPhotos("report", body, photos, key)),
};
