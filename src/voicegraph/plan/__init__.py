"""Text to graph, and (graph, text) to graph: the `Planner` port, the rules planner, the model planner."""
