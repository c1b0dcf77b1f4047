package fips

import "strings"

// maxWord bounds what is compared letter by letter.
const maxWord = 80

// resemblance counts the letters to insert, drop or change to make one name
// of the other, without regard to case and to the marks between words: 0 for
// "x25519_mlkem768" and "X25519MLKEM768". Above the limit it counts no
// further.
func resemblance(a, b string, limit int) int {
	a, b = letters(a), letters(b)
	if len(a) > maxWord || len(b) > maxWord || len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		least := row[0]
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
			least = min(least, cost)
		}
		if least > limit {
			return limit + 1
		}
	}
	return row[len(b)]
}

// letters takes a name's letters and digits, in lower case.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == ' ' || r == '.' || r == ':' {
			return -1
		}
		return r
	}, strings.ToLower(s))
}
