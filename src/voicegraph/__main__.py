"""`python -m voicegraph` is the command line."""

from voicegraph.cli import main

if __name__ == "__main__":
    main()
