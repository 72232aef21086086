// What the screens of the data platform ask.
import { ask, file, json, part, upload } from "./client";
import type {
  Brought, BusinessPage, BusinessView, CatalogPage, ContractView, CoverageView, DataQuery, DataRequest, DatasetList, FollowerList, FollowerRan, GrantAct, GrantDetail, GrantPage, GrantView, GrantedTables, IndicatorList, ItemPage, LinkModelList, NewVerdict, PairPage, PairView, VerdictView, LedgerView, WarehouseList, LineageView, Profile, QualityView, QuarantineView, QueryAnswer, SampleView, SystemList, TodayView,
} from "./generated";

const api = "/api/v1";

export const data = {
  today: () => ask<TodayView>(`${api}/data/today`),
  warehouses: () => ask<WarehouseList>(`${api}/data/warehouses`),
  sets: () => ask<DatasetList>(`${api}/datasets`),
  set: (code: string, asOf: number | null) => ask<ContractView>(`${api}/datasets/${part(code)}${asOf === null ? "" : `?as_of=${asOf}`}`),
  bring: (code: string, one: File, told: (share: number) => void) => upload<Brought>(`${api}/datasets/${part(code)}/files`, "file", one, told),
  collect: (code: string) => ask<Brought>(`${api}/datasets/${part(code)}/collect`, { method: "POST" }),
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
  find: (query: string) => ask<CatalogPage>(`${api}/data/catalog?${query}`),
  sample: (code: string) => ask<SampleView>(`${api}/datasets/${part(code)}/sample`),
  profile: (code: string) => ask<Profile>(`${api}/datasets/${part(code)}/profile`),
  grants: (query: string) => ask<GrantPage>(`${api}/data/grants?${query}`),
  grant: (id: string) => ask<GrantDetail>(`${api}/data/grants/${part(id)}`),
  request: (body: DataRequest, key: string) => ask<GrantView>(`${api}/data/requests`, json("POST", body, key)),
  actOnGrant: (id: string, body: GrantAct, key: string) => ask<GrantView>(`${api}/data/grants/${part(id)}/act`, json("POST", body, key)),
  granted: () => ask<GrantedTables>(`${api}/data/granted`),
  query: (body: DataQuery) => ask<QueryAnswer>(`${api}/data/query`, json("POST", body)),
  following: () => ask<FollowerList>(`${api}/data/following`),
  runFollower: (what: string) => ask<FollowerRan>(`${api}/data/following/${part(what)}/run`, { method: "POST" }),
  linkModels: () => ask<LinkModelList>(`${api}/data/links`),
  pairs: (model: string) => ask<PairPage>(`${api}/data/links/${part(model)}/pairs`),
  pair: (model: string, left: string, right: string) => ask<PairView>(`${api}/data/links/${part(model)}/pairs/${part(left)}/${part(right)}`),
  answerPair: (model: string, left: string, right: string, body: NewVerdict) =>
    ask<VerdictView>(`${api}/data/links/${part(model)}/pairs/${part(left)}/${part(right)}`, json("POST", body)),
  /** The same answer as a file. */
  queryFile: (body: DataQuery) => file(`${api}/data/query`, json("POST", body)),
};
