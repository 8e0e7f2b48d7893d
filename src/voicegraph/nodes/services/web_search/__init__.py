"""Web search: Tavily with a key, DuckDuckGo and other public engines without one."""
