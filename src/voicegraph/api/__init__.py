"""HTTP: routes, schemas, problems (errors to HTTP), server-sent events, request guards."""
