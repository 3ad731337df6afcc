package app

// Nearest is the known word that is at most three edits, and less than half its
// length, away; empty: none.
func Nearest(word string, known []string) string {
	best, least := "", 4
	for _, candidate := range known {
		if d := distance(word, candidate); d < least && 2*d < max(len(candidate), len(word)) {
			best, least = candidate, d
		}
	}
	return best
}

// distance counts the edits between two words: letters put in, left out, replaced, or two swapped.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
