"""Any web service."""
