package wire

import (
	"math/bits"
	"unicode/utf8"
)

// plain marks the bytes that stand for themselves in a JSON string.
var plain = func() (t [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// plainLen is the number of bytes at the start of s that stand for themselves in
// a JSON string. It looks at eight at a time, because nearly all text is of such
// bytes, and looking at each was a tenth of describing a hundred tasks.
func plainLen[T string | []byte](s T) int {
	i := 0
	for ; len(s)-i >= 8; i += 8 {
		b := s[i : i+8]
		word := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
			uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56 // compiled to one load
		if found := notPlain(word); found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for i < len(s) && plain[s[i]] {
		i++
	}
	return i
}

// notPlain sets the highest bit of each byte of a word that is not plain. Of those
// above the lowest one that is set, some may be wrong: a subtraction borrows.
func notPlain(word uint64) uint64 {
	const (
		ones = 0x0101010101010101
		high = 0x80 * ones
	)
	quote, backslash := word^'"'*ones, word^'\\'*ones // these bytes are 0 now
	control := (word - ' '*ones) &^ word
	return (word | control | (quote-ones)&^quote | (backslash-ones)&^backslash) & high
}
