"""Where the third-party files lie that the pages load: inside installed packages, never copied."""

from importlib.util import find_spec
from pathlib import Path


def _package(name: str) -> Path:
    """The folder of an installed package, found without importing it."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"Install the package {name}; see requirements.txt.")
    return Path(next(iter(spec.submodule_search_locations)))


def asset_dirs() -> list[tuple[str, str]]:
    """Entries of STATICFILES_DIRS for Bootstrap's style sheets and the Inter typeface."""
    return [
        ("vendor/bootstrap", str(_package("bootstrap_wrapper").parent / "bootstrap" / "css")),
        ("vendor/inter", str(_package("fontpkg_inter") / "files")),
    ]
