"""VoiceGraph: say a workflow, see it as a graph, run it. Read `pipeline.py` first."""

__version__ = "0.1.0"
