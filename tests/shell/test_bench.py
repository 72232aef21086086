"""Every benchmark runs and says what it must. The sizes are tiny: no figure here is judged."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"name", "machine", "figures", "ceiling", "ratio"}
FIGURES = {
    "intake": {"reports_per_s_4", "p50_ms_4", "p99_ms_4"},
    "live": {"delivered_p50_ms", "delivered_p99_ms", "server_cores", "deliveries_per_s"},
    "place": {"find_per_s", "route_us", "deadlines_us"},
    "import": {"rows_per_s", "peak_mb", "peak_mb_long"},
    "suggest": {"accuracy", "coverage", "ece", "advise_us", "scan_hot_s", "false_alarms_per_100"},
    "duplicates": {"judge_pairs_per_s", "question_p50_ms", "question_p99_ms"},
    "proof": {"from_zero_s", "checkpoint_ms", "prove_p50_ms", "prove_growth_p50_ms", "check_us"},
    "page": {"cases", "p50_ms_1", "p99_ms_1", "p50_ms_4", "p99_ms_4"},
    "lifecycle": {"lives_per_s_http", "lives_per_s_flows"},
    "growth": {"move_us_100", "move_us_400", "old_p50_ms_400"},
    "feed": {"changes_per_s", "incidents", "states_wrong"},
    "replay": {"fold_per_s", "state_hash_per_s", "rebuild_per_s"},
    "simulate": {"simulate_per_s", "reproduced_share", "as_of_last_tenth_first_ms"},
    "metrics": {"mark_us", "month_ms", "year_ms", "rows_ms", "patterns_ms"},
    "collect": {"collect_s", "rows_per_s", "peak_mb", "wrong", "delta_s", "lookup_p99_ms", "group_s"},
    "delta": {"delta_s", "rows", "wrong"},
    "lookup": {"lookup_p50_ms", "lookup_p99_ms", "group_s"},
    "collect-growth": {"collect_s_1200", "us_a_row_120", "peak_mb_360"},
    "dashboard": {"prepared", "prepare_ms", "dashboard_p50_ms", "dashboard_p99_ms", "signs_p99_ms", "quality_p99_ms"},
    "link": {"seconds", "peak_mb", "f1", "precision", "recall"},
    "setup": {"clone_s", "start_s", "first_event_s", "total_s"},
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_benchmark_prints_one_object_with_its_figures_beside_a_ceiling(name: str) -> None:
    command = [sys.executable, str(ROOT / "bench" / "run.py"), name, "--tiny", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == KEYS
    assert found["name"] == name
    assert {"cpu", "cores", "memory_gb", "python", "postgresql"} <= set(found["machine"])
    assert set(found["figures"]) >= FIGURES[name]
    assert all(value >= 0 for value in (*found["figures"].values(), *found["ceiling"].values()))
    assert found["ceiling"]
    # The clock of processor time ticks every 10 ms: what takes less, as tiny sizes may, is measured as nothing.
    assert all(0 <= value < math.inf for value in found["ratio"].values())


def test_what_is_measured_is_shown_as_a_table() -> None:
    command = [sys.executable, str(ROOT / "bench" / "run.py"), "place", "--tiny"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    assert "northbank bench place" in done.stdout
    assert "find_per_s" in done.stdout
