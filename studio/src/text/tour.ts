/** What the guided tour says: the lecture, in twelve stops. */
export const tour = {
  start: "Guided tour",
  name: "Guided tour of the lecture",
  stop: (number: number, of: number): string => `${number} of ${of}`,
  goTo: (number: number, title: string): string => `Stop ${number}: ${title}`,
  stops: "Stops",
  tryThis: "Try this:",
  back: "Back",
  next: "Next",
  end: "End the tour",
  endShort: "End",
  point: "Show me",
  pointHint: "Scroll to what this stop is about",
  again: "Set it up again",
  againHint: "You have changed what this stop had set up.",
  fold: "Less",
  unfold: "More",
  at: {
    summary: {
      title: "One summary for everything",
      said: "A recurrent network reads word by word and keeps one state. The last state is all that this decoder gets: the same vector at every word, with all the baggage in it. Of a long sentence the gist is left: the princess has become a queen, and the church a hotel.",
      tryThis: "Type “Her father is not hot.” above: so much fits into one summary. How much more does?",
    },
    attention: {
      title: "Attention adjusts the levels",
      said: "The same kind of network, with one difference: it keeps every state. Before each word the decoder asks: I have written this much, what matters now? The states are weighed anew for each word, and the princess and her church are there when they are needed.",
      tryThis:
        "Go down the rows of the weights: which source words light up, and when does the order turn around?",
    },
    alignment: {
      title: "Alignment: there is no one-to-one order",
      said: "A Transformer, with the same idea: each written word is linked to what it was written from. “Our father's clock” becomes “the clock of our father”, so the ribbons cross: there is no one-to-one order. Gold links are known to be right; the model has to find them.",
      tryThis:
        "Choose a written word, then drag one of its weights: the translation goes on from your change.",
    },
    self: {
      title: "Self-attention: is there anybody like me?",
      said: "Now each word asks about its own sentence, all at once. x times W_{Q} is its question, the query; x times W_{K} is how a word describes itself, the key. Multiplied element by element and added up, they give one number: how well do we match?",
      tryThis: "Choose another key above the picture: which one matches this query best?",
    },
    softmax: {
      title: "Divided by √d, then softmax",
      said: "Long vectors make large products, so every product is divided by √d_{k}. Softmax then turns a row of scores into positive weights that add up to 1: one question has 100 % of attention to hand out.",
      tryThis:
        "Go back to the station ÷ √d_{k}, switch the division off, and return: has the row become sharper?",
    },
    heads: {
      title: "Several heads, like filters",
      said: "One W_{Q}, W_{K} and W_{V} can follow one relation. So several heads read the same sentence, each with matrices of its own, like the filters of a convolution. Two lie over each other here: to write “la”, one reads the article and the other the adjective after it.",
      tryThis: "Switch a head off. If the translation stays, the others knew enough: that is a finding, too.",
    },
    positions: {
      title: "Positions: more than a bag of words",
      said: "Nothing so far knows the order of the words. Shuffle them, and self-attention only shuffles its output. So each position has a vector of sines and cosines that no other has, and it is added to the embedding before anything else.",
      tryThis: "Switch the positions off in every layer, and read what is now written.",
    },
    mask: {
      title: "The mask: nobody reads ahead",
      said: "The decoder writes word by word, but it learns from whole sentences at once. So it must not see what it has yet to write: −10⁹ is added to those scores, and softmax makes nothing of them. What is left of the matrix is a triangle.",
      tryThis: "Choose a later query: it may read one more key.",
    },
    residual: {
      title: "Residual and norm",
      said: "The input is copied past the attention and added to what comes out, so nothing is lost, and gradients have a short way back. A norm keeps the numbers of each vector in one range, more gently than a softmax. Why it helps as much as it does is still argued about.",
      tryThis: "Switch this sum off here, then in every layer, and watch ln p of the translation.",
    },
    beam: {
      title: "Decoding: keep several beginnings",
      said: "A model only says how likely each next token is. Greedy search takes the likeliest and never looks back; a beam keeps the best few beginnings until the best sentence is known. Every branch was really considered.",
      tryThis: "Choose a branch that lost: the translation goes on from there.",
    },
    evidence: {
      title: "Attention is not explanation",
      said: "By its weights, “la” was written from “the” alone. But leave out “car”, and “la” becomes much less likely: its gender comes from there. A weight says what was mixed in, not what mattered. Where the two disagree, trust the experiment.",
      tryThis:
        "Switch the evidence to attention weights and back. Which other words matter without being read?",
    },
    training: {
      title: "Nobody assigns the roles",
      said: "Every matrix you have seen began as random numbers. A sentence and its translation go in, the error comes back, and each weight moves a little, some hundreds of times. What the heads are for comes out of that, and it takes minutes on this computer.",
      tryThis:
        "Start the training, watch the attention form, and drag the slider back to before the first update.",
    },
  },
} as const;
