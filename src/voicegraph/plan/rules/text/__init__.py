"""From what was said to tidy text: slips taken back, addresses sheltered; verbs in all forms."""
