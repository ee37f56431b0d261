"""Owns the words in which a snapshot is asked for. Pure data; `bot.github.snapshots` asks and reads.

https://docs.github.com/en/graphql/reference/objects
"""

from __future__ import annotations

from typing import Final

CONTEXTS: Final = """
fragment Contexts on StatusCheckRollupContextConnection {
  pageInfo { hasNextPage endCursor }
  nodes {
    __typename
    ... on CheckRun {
      name status conclusion startedAt completedAt detailsUrl
      isRequired(pullRequestNumber: $number)
      checkSuite { app { databaseId } }
    }
    ... on StatusContext {
      context state createdAt targetUrl
      isRequired(pullRequestNumber: $number)
    }
  }
}
"""

REVIEWS: Final = """
fragment Reviews on PullRequestReviewConnection {
  pageInfo { hasNextPage endCursor }
  nodes {
    author { __typename login ... on User { databaseId } ... on Bot { databaseId } }
    state
    commit { oid }
    authorCanPushToRepository
  }
}
"""

SNAPSHOT: Final = (
    """
query Snapshot($owner: String!, $name: String!, $number: Int!, $sha: GitObjectID!, $head: String!) {
  repository(owner: $owner, name: $name) {
    databaseId
    defaultBranchRef { name compare(headRef: $head) { behindBy } }
    pullRequest(number: $number) {
      number state isDraft
      author { __typename login ... on User { databaseId } ... on Bot { databaseId } }
      headRefOid headRefName headRepository { databaseId }
      baseRefName baseRepository { databaseId }
      baseRef { compare(headRef: $head) { behindBy } }
      mergeable reviewDecision
      latestOpinionatedReviews(first: 100, writersOnly: false) { ...Reviews }
    }
    object(oid: $sha) {
      ... on Commit { oid statusCheckRollup { contexts(first: 100) { ...Contexts } } }
    }
  }
}
"""
    + REVIEWS
    + CONTEXTS
)
"""`$sha` and `$head` are the same commit: GitHub has two types for it."""

MORE_CONTEXTS: Final = (
    """
query MoreContexts($owner: String!, $name: String!, $number: Int!, $sha: GitObjectID!, $after: String!) {
  repository(owner: $owner, name: $name) {
    databaseId
    object(oid: $sha) {
      ... on Commit { oid statusCheckRollup { contexts(first: 100, after: $after) { ...Contexts } } }
    }
  }
}
"""
    + CONTEXTS
)

MORE_REVIEWS: Final = (
    """
query MoreReviews($owner: String!, $name: String!, $number: Int!, $after: String!) {
  repository(owner: $owner, name: $name) {
    databaseId
    pullRequest(number: $number) {
      latestOpinionatedReviews(first: 100, after: $after, writersOnly: false) { ...Reviews }
    }
  }
}
"""
    + REVIEWS
)
