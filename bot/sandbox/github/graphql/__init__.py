"""GitHub's GraphQL API: its own names for what the sandbox knows, executed with graphql-core."""
