"""From what was said to tidy text: fillers and slips gone, addresses written out and sheltered; verbs in all forms."""
