"""The doors: aiohttp routes for webhooks, pages, health and metrics. Everything behind them comes in as callables."""
