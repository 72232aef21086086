// How the district is drawn: ground, quiet load, hairlines, outline, names, cases. No outside source of anything.
import type { LayerSpecification, StyleSpecification } from "maplibre-gl";
import { ink, scaled } from "@/kit/ink";

export const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
export const LOAD_STEPS = 5;

export function districtStyle(): StyleSpecification {
  const data = EMPTY;
  return {
    version: 8,
    sources: {
      grids: { type: "geojson", data, promoteId: "code", tolerance: 0.2 },
      rivers: { type: "geojson", data },
      towns: { type: "geojson", data },
      outline: { type: "geojson", data },
      names: { type: "geojson", data },
      calm: { type: "geojson", data, cluster: true, clusterRadius: scaled(44), clusterMaxZoom: 13 },
      specks: { type: "geojson", data },
      watched: { type: "geojson", data },
      pressing: { type: "geojson", data },
    },
    layers: [...ground(), ...cases(), ...names(), ...signs()],
  };
}

function ground(): LayerSpecification[] {
  const load = ["coalesce", ["feature-state", "load"], 0];
  const fill = ["match", load, 1, ink("--load-1"), 2, ink("--load-2"), 3, ink("--load-3"), 4, ink("--load-4"), ink("--load-0")];
  return [
    { id: "ground", type: "background", paint: { "background-color": ink("--map-ground") } },
    { id: "load", type: "fill", source: "grids", paint: { "fill-color": fill as never, "fill-antialias": false } },
    {
      id: "hairs", type: "line", source: "grids",
      paint: { "line-color": ink("--map-hair"), "line-width": scaled(0.5), "line-opacity": ["interpolate", ["linear"], ["zoom"], 10, 0.55, 14, 1] },
    },
    { id: "rivers", type: "line", source: "rivers", paint: { "line-color": ink("--series-2"), "line-width": scaled(1.5), "line-opacity": 0.6 } },
    { id: "towns", type: "line", source: "towns", paint: { "line-color": ink("--map-town"), "line-width": scaled(1) } },
    { id: "outline", type: "line", source: "outline", layout: { "line-join": "round" }, paint: { "line-color": ink("--map-edge"), "line-width": scaled(1.6) } },
    {
      id: "chosen", type: "line", source: "grids", filter: ["==", ["get", "code"], ""],
      paint: { "line-color": ink("--text-1"), "line-width": scaled(1.5) },
    },
  ];
}

function cases(): LayerSpecification[] {
  const grouped: LayerSpecification["filter" & keyof LayerSpecification] = ["has", "point_count"] as never;
  return [
    {
      // The whole district at once: every open case is a speck, groups and their counts come with the next step closer.
      id: "specks", type: "circle", source: "specks",
      paint: { "circle-color": ["match", ["get", "kind"], "late", ink("--late"), ink("--map-dot")], "circle-radius": scaled(1.35), "circle-opacity": 0.42 },
    },
    {
      id: "dots", type: "circle", source: "calm", filter: ["!", ["has", "point_count"]],
      paint: {
        "circle-color": ["match", ["get", "kind"], "late", ink("--late"), "soon", ink("--soon"), ink("--map-dot")],
        "circle-radius": scaled(2.6), "circle-stroke-width": scaled(1), "circle-stroke-color": ink("--map-ground"),
      },
    },
    {
      id: "groups", type: "circle", source: "calm", filter: grouped,
      paint: {
        "circle-color": ink("--ground-2"), "circle-opacity": 0.8,
        "circle-radius": ["interpolate", ["linear"], ["get", "point_count"], 2, scaled(7.5), 20, scaled(11), 200, scaled(18)],
        "circle-stroke-width": scaled(1), "circle-stroke-color": ink("--map-dot"), "circle-stroke-opacity": 0.5,
      },
    },
    {
      id: "group-counts", type: "symbol", source: "calm", filter: grouped,
      layout: { "text-field": ["get", "point_count_abbreviated"], "text-size": scaled(10.5), "text-allow-overlap": true },
      paint: { "text-color": ink("--text-2") },
    },
    {
      id: "watched", type: "symbol", source: "watched",
      layout: { "icon-image": "watched", "icon-allow-overlap": true, "icon-ignore-placement": true },
    },
  ];
}

function signs(): LayerSpecification[] {
  return [
    {
      id: "signs", type: "symbol", source: "pressing",
      layout: {
        "icon-image": ["get", "icon"], "icon-allow-overlap": true,
        "symbol-sort-key": ["get", "order"],
      },
    },
  ];
}

function names(): LayerSpecification[] {
  return [
    {
      id: "names", type: "symbol", source: "names",
      layout: {
        "text-field": ["format", ["get", "label"], {}, ["get", "under"], { "font-scale": 0.8 }],
        "text-size": scaled(13), "text-line-height": 1.2, "text-max-width": 30,
        // A name gives way to the signs of cases; where there is no free place at all it still stands.
        "text-padding": scaled(1), "text-overlap": "always",
        "text-variable-anchor-offset": [
          "center", [0, 0], "bottom", [0, -0.7], "top", [0, 0.7], "bottom-left", [0.5, -0.6], "bottom-right", [-0.5, -0.6],
          "top-left", [0.5, 0.6], "top-right", [-0.5, 0.6], "center", [0, -2.4], "center", [0, 2.4], "center", [3, -1.6],
          "center", [-3, -1.6], "center", [3, 1.6], "center", [-3, 1.6],
          "center", [0, -3.8], "center", [0, 3.8], "center", [4.5, -3], "center", [-4.5, -3], "center", [4.5, 3], "center", [-4.5, 3],
        ],
        "symbol-sort-key": ["get", "order"],
      },
      paint: { "text-color": ink("--text-1"), "text-halo-color": ink("--map-ground"), "text-halo-width": scaled(2), "text-halo-blur": scaled(0.5) },
    },
  ];
}
