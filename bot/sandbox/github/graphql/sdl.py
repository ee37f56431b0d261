"""Owns the schema: GitHub's types, cut down to what the sandbox knows; no name is ours.

https://docs.github.com/en/graphql/reference. One thing differs: GitHub's `databaseId` is an `Int`, and the sandbox's
numbers are wider on purpose, so it is a `Number` here.
"""

SDL = """
scalar DateTime
scalar URI
scalar GitObjectID
scalar BigInt
scalar Number

type Query {
  repository(owner: String!, name: String!, followRenames: Boolean = true): Repository
  rateLimit(dryRun: Boolean = false): RateLimit
}

type RateLimit { cost: Int! limit: Int! nodeCount: Int! remaining: Int! resetAt: DateTime! used: Int! }

interface Actor { login: String! url: URI! }
type User implements Actor { login: String! url: URI! databaseId: Number name: String }
type Bot implements Actor { login: String! url: URI! databaseId: Number }
type Organization implements Actor { login: String! url: URI! databaseId: Number name: String }

type App { databaseId: Number name: String! slug: String! }

type Repository {
  databaseId: Number
  name: String!
  nameWithOwner: String!
  owner: Actor!
  isFork: Boolean!
  isPrivate: Boolean!
  url: URI!
  defaultBranchRef: Ref
  ref(qualifiedName: String!): Ref
  object(oid: GitObjectID, expression: String): GitObject
  pullRequest(number: Int!): PullRequest
}

interface GitObject { oid: GitObjectID! abbreviatedOid: String! }
type Commit implements GitObject {
  oid: GitObjectID!
  abbreviatedOid: String!
  committedDate: DateTime!
  messageHeadline: String!
  statusCheckRollup: StatusCheckRollup
}

type Ref {
  name: String!
  prefix: String!
  target: GitObject
  compare(headRef: String!): Comparison
  branchProtectionRule: BranchProtectionRule
  refUpdateRule: RefUpdateRule
}
type Comparison { aheadBy: Int! behindBy: Int! status: ComparisonStatus! }
enum ComparisonStatus { AHEAD BEHIND DIVERGED IDENTICAL }

type RefUpdateRule {
  pattern: String!
  requiredApprovingReviewCount: Int
  requiredStatusCheckContexts: [String]
  requiresCodeOwnerReviews: Boolean!
}
type BranchProtectionRule {
  pattern: String!
  dismissesStaleReviews: Boolean!
  requiredApprovingReviewCount: Int
  requiredStatusCheckContexts: [String]
  requiredStatusChecks: [RequiredStatusCheckDescription!]
  requiresApprovingReviews: Boolean!
  requiresCodeOwnerReviews: Boolean!
  requiresStatusChecks: Boolean!
  requiresStrictStatusChecks: Boolean!
}
type RequiredStatusCheckDescription { app: App context: String! }

type PullRequest {
  databaseId: Number
  fullDatabaseId: BigInt
  number: Int!
  title: String!
  url: URI!
  state: PullRequestState!
  isDraft: Boolean!
  closed: Boolean!
  merged: Boolean!
  mergedAt: DateTime
  author: Actor
  headRef: Ref
  headRefName: String!
  headRefOid: GitObjectID!
  headRepository: Repository
  isCrossRepository: Boolean!
  baseRef: Ref
  baseRefName: String!
  baseRefOid: GitObjectID!
  baseRepository: Repository
  mergeable: MergeableState!
  mergeStateStatus: MergeStateStatus!
  reviewDecision: PullRequestReviewDecision
  latestOpinionatedReviews(
    after: String, before: String, first: Int, last: Int, writersOnly: Boolean = false
  ): PullRequestReviewConnection
}
enum PullRequestState { CLOSED MERGED OPEN }
enum MergeableState { CONFLICTING MERGEABLE UNKNOWN }
enum MergeStateStatus { BEHIND BLOCKED CLEAN DIRTY DRAFT HAS_HOOKS UNKNOWN UNSTABLE }
enum PullRequestReviewDecision { APPROVED CHANGES_REQUESTED REVIEW_REQUIRED }
enum PullRequestReviewState { APPROVED CHANGES_REQUESTED COMMENTED DISMISSED PENDING }

type PageInfo { endCursor: String hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String }
type PullRequestReviewConnection { nodes: [PullRequestReview] pageInfo: PageInfo! totalCount: Int! }
type PullRequestReview {
  databaseId: Number
  fullDatabaseId: BigInt
  author: Actor
  authorCanPushToRepository: Boolean!
  body: String!
  commit: Commit
  state: PullRequestReviewState!
  submittedAt: DateTime
}

type StatusCheckRollup {
  state: StatusState!
  contexts(after: String, before: String, first: Int, last: Int): StatusCheckRollupContextConnection!
}
type StatusCheckRollupContextConnection {
  checkRunCount: Int!
  nodes: [StatusCheckRollupContext]
  pageInfo: PageInfo!
  statusContextCount: Int!
  totalCount: Int!
}
union StatusCheckRollupContext = CheckRun | StatusContext
type CheckRun {
  databaseId: Number
  name: String!
  status: CheckStatusState!
  conclusion: CheckConclusionState
  startedAt: DateTime
  completedAt: DateTime
  detailsUrl: URI
  externalId: String
  title: String
  summary: String
  url: URI!
  isRequired(pullRequestId: ID, pullRequestNumber: Int): Boolean!
  checkSuite: CheckSuite!
}
type CheckSuite { app: App databaseId: Number }
type StatusContext {
  context: String!
  state: StatusState!
  description: String
  targetUrl: URI
  createdAt: DateTime!
  creator: Actor
  isRequired(pullRequestId: ID, pullRequestNumber: Int): Boolean!
}
enum StatusState { ERROR EXPECTED FAILURE PENDING SUCCESS }
enum CheckStatusState { COMPLETED IN_PROGRESS PENDING QUEUED REQUESTED WAITING }
enum CheckConclusionState {
  ACTION_REQUIRED CANCELLED FAILURE NEUTRAL SKIPPED STALE STARTUP_FAILURE SUCCESS TIMED_OUT
}
"""
