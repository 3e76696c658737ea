"""In which words is a seat told what its turn is for?

Whoever writes a step of their own reads here how those that ship are put: what to do, in which order, how long.
"""

from __future__ import annotations

TO_OPEN_FOR = (
    "Open the case for the motion. Say in one sentence what would be different once it is carried. Then give the two "
    "or three strongest reasons, each with the evidence it rests on and why it matters to whoever has to decide. Name "
    "the cost that you expect to hear about and say why it is worth paying. At most 300 words."
)
TO_OPEN_AGAINST = (
    "Open the case against the motion. Say in one sentence what should happen instead. Then give the two or three "
    "strongest reasons, each with the evidence it rests on. Where the proposer has already said something that your "
    "case must survive, take it up now. At most 300 words."
)
TO_OPEN_SECOND = (
    "Open a second line for your side: a reason of another kind than your colleague's, with the evidence it rests on. "
    "If the other side has opened already, answer its strongest point in a paragraph of its own. At most 250 words."
)
TO_REBUT = (
    "Answer the other side. Take its points that still stand, strongest first: quote each with its source, say whether "
    "it is false, irrelevant, outweighed or right, and give the evidence. Concede what you cannot answer. Where your "
    "own points were attacked, defend those worth keeping and drop the rest. At most one new point. At most 300 words."
)
TO_REBUT_AND_CLOSE = (
    "Answer the other side and close your case. Take its points that still stand, strongest first: quote each with its "
    "source and answer it with evidence, or concede it. End with the one or two of your own points that have not been "
    "answered and why they decide the matter. At most 300 words."
)
TO_CROSS_EXAMINE = (
    "Cross-examine. Pick the one claim on which the other side's case depends most, quote it with its source, and show "
    "where it gives way: an assumption, a missing case, evidence that says otherwise. Then answer the hardest question "
    "that was put to your side and that nobody has answered yet, or concede it. At most 250 words."
)
TO_CLOSE = (
    "Close your case; bring no new point. Say on which question the debate has turned, which of your points stand "
    "unanswered and why they decide it, and which points of the other side you could not answer. If your case is worth "
    "less than it was at the opening, say how much is left. At most 250 words."
)
TO_REVIEW = (
    "Review the debate so far, for both sides alike. List the points that stand and the points that were answered, "
    "each with its source, name claims that rest on no evidence, and say in one sentence for each side what it must "
    "answer in the next round. Don't say who is ahead. At most 250 words."
)
TO_JUDGE = (
    "Give the verdict. For each side, list the points that were made, whether and by what each was answered, and what "
    "you weigh it at. Then give your reasons: on which question the debate turned, which points decided it, and what "
    "would have changed your mind. Judge only what was said."
)
TO_COUNTER = (
    "Answer the case that the other side has just opened. State its strongest reason as its speaker would, with its "
    "source, then say where it fails or how far it reaches, and on what evidence. Say which of its points you leave "
    "standing. At most 250 words."
)
TO_CLARIFY = (
    "Make clear what is still unclear on your side. Take each question that was put to you and not answered, and each "
    "word that was understood in two ways: answer in a sentence or two, with the source where there is one, and say "
    "plainly where you don't know. Bring no new point. At most 200 words."
)
TO_CHECK_EVIDENCE = (
    "Check the evidence. Go through the sources that were cited since the last check: say of each whether it says what "
    "it was cited for, and quote the words that show it. Then name the claims on which something depends and for which "
    "nobody gave a source. Don't weigh the cases. At most 250 words."
)
TO_MODERATE = (
    "Say in one or two sentences each: on which question the debate now turns, who owes an answer to what, and what "
    "both sides already grant. Then put one question to each side for its next turn. Take no side. At most 150 words."
)
TO_CONSIDER_ENDING = (
    "Say whether the debate can end here. Name what is still open between the sides; if another round could change "
    "what you would decide, say which point it would have to settle. At most 150 words."
)
TO_OBSERVE = (
    "Note for whoever reads this later: what was established, what remains open, what both sides took for granted, and "
    "which fact would settle the matter if somebody went and found it. Take no side. At most 200 words."
)
TO_ANSWER_ALONE = (
    "Answer the question for yourself; you are shown nobody else's answer. Say what is known, what follows from it and "
    "where you are unsure, then commit yourself. At most 250 words."
)
TO_ANSWER_AGAIN = (
    "Read what the others answer and why. Where an answer differs from yours, find the step at which it parts from "
    "yours and check that step. Then answer again: keep your answer or change it, and say which step decided. At most "
    "250 words."
)
TO_VOTE = (
    "Vote. Say in two or three sentences which of the points that were made decides it for you, and why the strongest "
    "point on the other side does not. At most 120 words."
)
TO_DECLARE = (
    "Say where you stand, and how sure you are. Go through the reasons that speak for your stance and those that speak "
    "against it, others' as well as your own; say which of them you could not answer. At most 200 words."
)
TO_CAST_A_BALLOT = (
    "Cast your ballot. For each that can be voted on, say in a sentence what counts for it and what against, going by "
    "the reasons that were given and not by how many hold it. At most 150 words."
)
TO_RANK = (
    "Rank the others by how well what they said holds up: accurate, supported, and to the point. Of each say in one "
    "sentence what counts for it and what against. Who they are is hidden from you, and does not matter. At most 200 "
    "words."
)
TO_DECIDE_FROM_ANSWERS = (
    "You have the answers of a panel and what its members think of one another's. Find where the answers agree and "
    "where they part, check the steps on which they part, and decide. Say which answer your decision rests on and what "
    "you took from the others."
)
