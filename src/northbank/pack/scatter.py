"""Places one seed point per grid, for the grid generator: dense near a town's middle, compact by community.

Cutting the ground around the seeds is the business of `cells`.
"""

import numpy as np
import shapely

from northbank.pack.cells import Plane, Points, groups, relax, spread, voronoi
from northbank.pack.chance import Chance
from northbank.pack.people import Grid
from northbank.pack.spec import GenerateToml, TownSeed

KM_PER_DEGREE = 111.0
CANDIDATES = 60  # tries for each seed point that is wanted


def place_seeds(grids: list[Grid], plan: GenerateToml, outline: shapely.Geometry, plane: Plane, seed: int) -> Points:
    """One point per grid: dense near the middle of its town, in compact groups by community."""
    room = shapely.transform(outline, plane.flat)
    middles = plane.flat(np.array([town.middle for town in plan.towns]))
    rooms = voronoi(middles, room)
    points: list[Points] = []
    order: list[int] = []
    for town, middle, ground in zip(plan.towns, middles, rooms, strict=True):
        members = [i for i, grid in enumerate(grids) if grid.town == town.code]
        points.append(_scatter(len(members), town, middle, ground, Chance(seed, "place", town.code)))
        order += members
    loose = relax(np.concatenate(points), room, 2)
    seeds = np.empty_like(loose)
    at = 0
    for town, middle in zip(plan.towns, middles, strict=True):
        members = [i for i, grid in enumerate(grids) if grid.town == town.code]
        _settle(seeds, loose[at : at + len(members)], members, grids, middle, plan)
        at += len(members)
    return seeds


def _scatter(count: int, town: TownSeed, middle: Points, ground: shapely.Geometry, chance: Chance) -> Points:
    """`count` points in `ground`, thicker near `middle`, none too close to another."""
    tries = spread([(chance.draw(), chance.draw()) for _ in range(count * CANDIDATES)], ground)
    reach = town.reach / KM_PER_DEGREE
    weight = 0.04 + np.exp(-np.hypot(*(tries - middle).T) / reach)
    draws = np.array([chance.draw() for _ in range(len(tries))])
    best = np.argsort(-np.log(np.maximum(draws, 1e-12)) / weight, kind="stable")
    chosen: list[int] = []
    apart = 0.35 * float(np.sqrt(shapely.area(ground) / count))
    for i in best:
        gap = apart / float(np.sqrt(weight[i] / weight.mean()))
        if all(np.hypot(*(tries[i] - tries[j])) > gap for j in chosen):
            chosen.append(int(i))
        if len(chosen) == count:
            return np.asarray(tries[chosen])
    rest = [int(i) for i in best if int(i) not in set(chosen)]
    return np.asarray(tries[(chosen + rest)[:count]])


def _settle(
    seeds: Points, points: Points, members: list[int], grids: list[Grid], middle: Points, plan: GenerateToml
) -> None:
    """Give the town's points to its grids: villages take the rim in sectors, communities the inside in compact groups."""
    communities: dict[str, list[int]] = {}
    for i in members:
        communities.setdefault(grids[i].parent.code, []).append(i)
    rim = [code for code, own in communities.items() if grids[own[0]].parent.kind in plan.scattered]
    inner = [code for code in communities if code not in rim]
    far = sum(len(communities[code]) for code in rim)
    by_distance = np.argsort(np.hypot(*(points - middle).T), kind="stable")
    inside, outside = by_distance[: len(points) - far], by_distance[len(points) - far :]
    angles = np.arctan2(*(points[outside] - middle).T)
    outside = outside[np.argsort(angles, kind="stable")]
    at = 0
    for code in rim:
        own = communities[code]
        seeds[own] = points[outside[at : at + len(own)]]
        at += len(own)
    if inner:
        for code, part in zip(inner, groups(points[inside], [len(communities[code]) for code in inner]), strict=True):
            seeds[communities[code]] = points[inside[part]]
