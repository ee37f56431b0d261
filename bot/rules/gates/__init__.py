"""The gates that a configuration puts before a command or an environment: from a fact to a `Gate`, one idea per file.

bot/rules/policy.py calls them in its order; none of them asks anybody anything. `rule` is `Config.mark(...).words` of
the way in the fourth column (`E` is `"environments", <case-folded name>`, `R` is `E, "requires"`, `C` is `"commands",
<verb>`), "" where nobody said it. Reasons are those of a shut gate. "one query" is the one GraphQL question of
bot/github/snapshots.py: the gates that say so share it.

| gate | function | reason codes | rule | what its fact costs |
|---|---|---|---|---|
| where | `where.in_its_place` | where | C, where | nothing: the origin |
| teams | `teams.in_a_team`, once per `TeamRule` | team, unknown_membership | its own | one REST call per team |
| pull request open | `pull_request.still_open` | closed | built in | the pull request, which the pin needs anyway |
| base | `pull_request.into_the_default_branch` | base | R, any_base | the same |
| draft | `pull_request.ready` | draft | R, draft | the same |
| trusted code | `policy.not_a_fork` | fork_untrusted | built in | forks only: our record, a fresh role per truster |
| checks | `checks.green` | checks_(failing, missing, pending, unreadable), head_moved | R, checks | one query |
| reviews | `reviews.reviewed` | review_missing, changes_requested, head_moved | R, reviews | one query |
| up to date | `freshness.up_to_date` | outdated | R, up_to_date | one query |
| mergeable | `mergeable.without_conflict` | conflict | built in | one query |
| order | `order.promoted` | order | R, after | nothing: our own record |
| freeze | `freeze.thawed` | frozen | E, freeze | nothing: the clock |
| lock | `lock.unlocked` | locked | E, lock | nothing: our own record |
| maintenance | `maintenance.in_service` | maintenance | maintenance | nothing: the configuration |
| approval | `approval.approved` | approval_missing | E, approvals | nothing: the configuration |
"""
