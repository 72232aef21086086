// What the screens of the data platform ask.
import { ask, part } from "./client";
import type {
  BusinessPage, BusinessView, ContractView, CoverageView, DatasetList, IndicatorList, ItemPage, LedgerView, LineageView, QualityView, QuarantineView, SystemList, TodayView,
} from "./generated";

const api = "/api/v1";

export const data = {
  today: () => ask<TodayView>(`${api}/data/today`),
  sets: () => ask<DatasetList>(`${api}/datasets`),
  set: (code: string, asOf: number | null) => ask<ContractView>(`${api}/datasets/${part(code)}${asOf === null ? "" : `?as_of=${asOf}`}`),
  quarantine: (code: string, query: string) => ask<QuarantineView>(`${api}/datasets/${part(code)}/quarantine?${query}`),
  quality: () => ask<QualityView>(`${api}/data/quality`),
  lineage: (query: string) => ask<LineageView>(`${api}/data/lineage?${query}`),
  indicators: () => ask<IndicatorList>(`${api}/data/indicators`),
  businesses: (query: string) => ask<BusinessPage>(`${api}/data/inventory/businesses?${query}`),
  business: (code: string) => ask<BusinessView>(`${api}/data/inventory/businesses/${part(code)}`),
  items: (query: string) => ask<ItemPage>(`${api}/data/inventory/items?${query}`),
  systems: () => ask<SystemList>(`${api}/data/inventory/systems`),
  ledger: (query: string) => ask<LedgerView>(`${api}/data/inventory/ledger?${query}`),
  coverage: (query: string) => ask<CoverageView>(`${api}/data/inventory/coverage?${query}`),
};
