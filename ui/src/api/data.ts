// What the screens of the data platform ask.
import { ask, part } from "./client";
import type { ContractView, DatasetList, QuarantineView, TodayView } from "./generated";

const api = "/api/v1";

export const data = {
  today: () => ask<TodayView>(`${api}/data/today`),
  sets: () => ask<DatasetList>(`${api}/datasets`),
  set: (code: string, asOf: number | null) => ask<ContractView>(`${api}/datasets/${part(code)}${asOf === null ? "" : `?as_of=${asOf}`}`),
  quarantine: (code: string, query: string) => ask<QuarantineView>(`${api}/datasets/${part(code)}/quarantine?${query}`),
};
