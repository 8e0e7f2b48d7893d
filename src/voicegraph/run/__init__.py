"""The pure run state machine, the node runner, retry policy, run events, and the ports engines implement."""
