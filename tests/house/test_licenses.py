"""What the program is installed with may be passed on: permissive licenses or the LGPL, said by the packages themselves."""

import re
from importlib.metadata import PackageNotFoundError, metadata

COPYLEFT = re.compile(r"\b(A?GPL|SSPL|BUSL|Commons Clause)|GNU (Affero )?General Public", re.IGNORECASE)
LESSER = re.compile(r"LGPL|Lesser", re.IGNORECASE)


def _said(name: str) -> str:
    try:
        about = metadata(name)
    except PackageNotFoundError:  # for another platform
        return ""
    classifiers = [one for one in about.get_all("Classifier") or () if one.startswith("License")]
    expression = about.get("License-Expression") or ""
    free_text = (about.get("License") or "").splitlines()[:1]
    return "; ".join([expression, *classifiers, *free_text])


def test_every_dependency_may_be_passed_on(texts: dict[str, str]) -> None:
    names = re.findall(r"^([A-Za-z0-9._-]+)==", texts["requirements/run.lock"], re.MULTILINE)
    assert names
    said = {name: _said(name) for name in names}
    strict = {name: text for name, text in said.items() if COPYLEFT.search(text) and not LESSER.search(text)}
    assert not strict, f"Not permissive and not LGPL: {strict}"


def test_our_own_license_is_said(texts: dict[str, str]) -> None:
    assert 'license = "Apache-2.0"' in texts["pyproject.toml"]
    assert '"license": "Apache-2.0"' in texts["ui/package.json"]
