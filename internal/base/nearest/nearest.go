// Package nearest finds the name that a user meant who typed another one.
package nearest

import "strings"

// Name returns the name that is nearest to what was typed, or "" if none is near.
func Name(typed string, names []string) string {
	best, least := "", max(1, (len(typed)+1)/3)+1
	for _, name := range names {
		steps := distance(typed, name)
		if strings.HasPrefix(name, typed) { // shortened
			steps = 1
		}
		if steps < least {
			best, least = name, steps
		}
	}
	return best
}

// distance is the number of letters to insert, remove, replace or swap with the next one to make b
// of a: the optimal string alignment distance.
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
			replace := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				replace++
			}
			rows[i][j] = min(replace, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
