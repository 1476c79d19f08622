"""The entry point of the command `precedent`, which makes a server start fast."""

import gc
import sys

# What serves waits for the threads that open files only this long for Python's lock, in seconds.
SWITCH = 0.0005


def main() -> None:
    """Load the command line and run it.

    A million objects are made while modules are loaded, and none of them is garbage: the collector would look
    for some all the same, .4 s of the 3 until `precedent serve` is ready. It collects once it has started.
    """
    gc.disable()
    serving = sys.argv[1:2] == ["serve"]
    if serving:
        sys.setswitchinterval(SWITCH)
        # First what opens the embedder: its files are then read while all the other modules are loaded.
        from service.opening import Opening

        opening = Opening()
    from service import cli

    if serving:
        cli.main(opening)
    else:
        gc.enable()
        cli.main()


if __name__ == "__main__":
    main()
