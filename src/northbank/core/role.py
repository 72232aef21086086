"""Roles of posts. What each may do stands in access.py."""

from enum import StrEnum


class Role(StrEnum):
    """What a post allows. Packs name posts; posts give one of these roles."""

    ADMIN = "admin"
    DUTY_OFFICER = "duty_officer"
    LEADER = "leader"
    WALL = "wall"
    TOWN_OFFICER = "town_officer"
    UNIT_OFFICER = "unit_officer"
    GRID_WORKER = "grid_worker"
    INTAKE = "intake"
    STEWARD = "steward"
