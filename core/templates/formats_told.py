"""In which words are the seats of the literature's formats told what to do?"""

from __future__ import annotations

from collections.abc import Mapping

ANSWER_ALONE = (
    "Answer the question for yourself; nobody else's answer is shown to you. Say first what the evidence and what "
    "you know settle, then reason step by step to your answer, and name the step that you are least sure of. At "
    "most 250 words."
)
ANSWER_AGAIN_BESIDE_ALL = (
    "Answer again, now that you have seen what others answered. For each answer that differs from yours, find the "
    "step at which it parts from your own reasoning, and say which of the two is wrong there and why. Keep your "
    "answer where you have found no fault in it, however many disagree; change it where you have, and name the step "
    "that was wrong. At most 250 words."
)
ANSWER_AGAIN_BESIDE_TWO = (
    "Answer again, now that you have seen what your neighbours answered; what the others say reaches you through "
    "them alone. Find the step at which each of their answers parts from yours, and say which of the two is wrong "
    "there and why. Keep your answer where you have found no fault in it; change it where you have, and name the "
    "step that was wrong. At most 250 words."
)
DECLARE_ALONE = (
    "Answer the question for yourself; nobody else's answer is shown to you. Reason step by step, and say of each step "
    "how far it is borne out. Then say where you stand, and how sure you are: of all that you call 80% sure, four in "
    "five should be right. At most 250 words."
)
DECLARE_AGAIN = (
    "Say again where you stand, now that you have seen what all have said and how sure they are. For each stance that "
    "differs from yours, find the step at which it parts from your own reasoning and say which of the two is wrong "
    "there and why. How sure somebody is proves nothing by itself. Change your stance where you have found your own "
    "fault; say how sure you are now, and what would make you surer. At most 250 words."
)
CAST_A_BALLOT = (
    "Order the answers that have been given, your own among them. Go through the reasons for each: whether the steps "
    "follow, whether what they rest on is borne out, and what they leave out. How many hold an answer counts for "
    "nothing, nor does it count that one is yours. At most 200 words."
)
PERSPECTIVES: Mapping[str, str] = {
    "practitioner": (
        "You know how such things go in practice: what has to be in place first, what people do instead of what was "
        "planned, what it takes to keep it going."
    ),
    "analyst": (
        "You go by what can be counted: figures and what they leave out, how often such things come out which way, how "
        "large an effect is and against what."
    ),
    "sceptic": (
        "You look for how it fails: the assumption that carries most, the case that nobody has mentioned, what would "
        "have to be true for the opposite answer to be right."
    ),
}
"""From where each seat of an expert panel looks at its question."""
REVIEW_ANSWERS = (
    "Review the answers of this round, for all alike. Say where they agree and whether they do so for the same "
    "reasons; then take each step at which they part, quote what each of them says there, and say which claim is "
    "borne out by the evidence, which rests on nothing, and which question would settle it. Give no answer of your "
    "own and don't say who is ahead. At most 250 words."
)
RANK_THE_OTHERS = (
    "Rank the answers of the others. You don't know whose they are; your own is not among them. Go through them one "
    "by one: whether the steps follow, whether what they rest on is borne out, and what they leave out. An answer "
    "is no better for being longer, for being like your own, or for its manner. At most 250 words."
)
CHAIR_DECIDES = (
    "Decide for the council. You are shown the answers under letters, and how their writers ranked one another "
    "without knowing whose words they read. Check the reasoning of those that were ranked first before you follow "
    "them: a ranking tells what convinced, not what is right. Where a lower one has found a fault that nobody "
    "answers, say so and weigh it. Give your reasons, then the answer."
)
CHAIR_BREAKS_A_TIE = (
    "The panel's votes are even, and you decide. Take the answers that stand against one another, find the step at "
    "which they part, and say which side of it the evidence bears out. How many held an answer before, and how "
    "firmly, counts for nothing. Give your reasons, then the answer."
)
OPEN_A_SIDE = (
    "Open your side. Give the two or three strongest reasons, each with the evidence it rests on. {level} At most "
    "250 words."
)
ANSWER_IN_KIND = (
    "Answer what was said last. {level} Quote the words that you answer, strongest point first, and give the "
    "evidence; add a reason of your own where it bears on the same question. At most 250 words."
)
LEVELS = (
    (
        "Look for common ground: agree with every point that you can't fault and say so, and dispute only what would "
        "have to be different for the outcome to change."
    ),
    (
        "Agree where the other side is right and say so in a sentence; then spend your words on the points at which "
        "you differ."
    ),
    (
        "You need not agree with the other side, and you need not disagree: what counts is that the right outcome is "
        "found. Say plainly which of its points hold and which don't."
    ),
    (
        "Disagree with each point of the other side that can be disputed in good faith, and look hard for how it can; "
        "agree to none of them without having tried."
    ),
)
"""How much the sides of a tit for tat disagree, from common ground to each point."""
MAY_IT_END = (
    "Say whether the debate may end here. It may where one side has left a point unanswered that decides the "
    "matter, or where nothing is said any more that was not said before. It has to go on where the last turn raised "
    "something that the other side has had no chance to answer. Name the one or two points that it turns on. At "
    "most 120 words."
)
CONSULT = (
    "Make the case for the motion to somebody who has to decide and hears nobody else. Give the strongest reasons "
    "with the evidence they rest on, and quote it word for word, so that it can be looked up. Whoever you advise "
    "knows that nobody speaks against you. At most 300 words."
)
CONSULT_ANSWERS = (
    "Answer the question that you were asked, to the point and before anything else. Quote the evidence word for "
    "word. Where there is none, say so. At most 200 words."
)
ASK_THE_CONSULTANT = (
    "Ask the one question whose answer would change your mind most: about a claim without evidence, a figure that "
    "is left out, or what somebody would say who is against it. Say in a sentence why you ask. At most 100 words."
)
JUDGE_BOTH = (
    "Give the verdict. For each side, list the points that were made, whether and by what each was answered, and "
    "what you weigh it at. Then give your reasons: on which question it turned, which points decided it, and what "
    "would have changed your mind. Judge only what was said."
)
JUDGE_ONE_SIDE = (
    "Give the verdict. Only one side was heard, and it was set to speak for the motion whether that is right or "
    "wrong. Weigh its claims by the evidence that it quoted, count against it what it was asked and did not answer, "
    "and ask yourself what an opponent would have said. Give your reasons, then the verdict."
)
