"""Many at once: what is counted before it is written down."""

from __future__ import annotations

from tests.support.story import Story


async def test_t26_sixteen_comments_at_once_get_three_answers(story: Story) -> None:
    story.github.webhooks.hold("issue_comment")
    for _ in range(16):
        await story.github.comments("rita", story.pull, "/whoami")
    story.github.faults.silence("GET", "*/collaborators/*", times=99, seconds=0.05)  # none is answered at once
    await story.github.webhooks.release()
    await story.settle()
    assert len(story.answers()) == 3
    assert story.reactions().count(("eyes", "-1")) == 13


async def test_t26_what_is_answered_again_is_counted_once(story: Story) -> None:
    await story.types("rita", "/whoami")
    for _ in range(9):
        story.github.world.events.comment_created(story.pull.issue.comments[0])
        await story.settle()
    await story.types("rita", "/whoami")
    await story.types("rita", "/whoami")
    assert len(story.answers()) == 3
