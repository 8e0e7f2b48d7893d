"""`voicegraph doctor`: one file a part that is looked at."""
