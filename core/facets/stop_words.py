"""English words that stand in most captions and tell nothing about the picture."""

# fmt: off
STOP_WORDS = frozenset({
    "a", "about", "above", "across", "after", "against", "all", "along", "also", "am", "amid", "among", "an", "and",
    "another", "any", "are", "around", "as", "at", "away", "back", "be", "because", "been", "before", "behind",
    "being", "below", "beneath", "beside", "between", "both", "but", "by", "can", "could", "did", "do", "does",
    "down", "each", "either", "else", "few", "for", "from", "front", "get", "gets", "getting", "going", "had",
    "has", "have", "having", "he", "her", "here", "hers", "him", "his", "how", "i", "if", "in", "inside", "into",
    "is", "it", "its", "itself", "just", "like", "many", "more", "most", "much", "my", "near", "next", "no", "nor",
    "not", "of", "off", "on", "one", "onto", "or", "other", "others", "our", "out", "outside", "over", "own",
    "past", "per", "she", "side", "so", "some", "something", "sort", "such", "than", "that", "the", "their", "them",
    "then", "there", "these", "they", "this", "those", "through", "to", "together", "too", "top", "toward",
    "towards", "under", "up", "upon", "very", "was", "we", "well", "were", "what", "when", "where", "which",
    "while", "who", "whose", "will", "with", "within", "without", "you", "your",
})
