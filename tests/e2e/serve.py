"""`python -m tests.e2e.serve PORT` starts the dashboard with the colour encoder in place of a model."""

from __future__ import annotations

import sys

from core import config, encoder
from tests import colour_collection


def main(port: int) -> None:
    encoder.load_encoder = colour_collection.load  # type: ignore[assignment]
    from streamlit.web import bootstrap

    bootstrap.load_config_options({"server_port": port, "server_headless": True, "server_fileWatcherType": "none"})
    bootstrap.run(str(config.project_root() / "Home.py"), False, [], {})


if __name__ == "__main__":
    main(int(sys.argv[1]))
