"""The entry point of the command `precedent`.

A million objects are made while modules are loaded, and none of them is garbage. The collector would look for
some all the same, .4 s of the 3 that `precedent serve` needs until it is ready.
"""

import gc


def main() -> None:
    """Load the command line and run it."""
    gc.disable()
    from service import cli

    gc.enable()
    cli.main()
