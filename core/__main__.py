"""`python -m core …`"""

import sys

from core import threads

if __name__ == "__main__":  # worker processes import this file again under another name
    threads.apply("build")
    from core import cli

    sys.exit(cli.main())
