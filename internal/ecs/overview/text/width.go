package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// columns is how many columns of a terminal a text takes, which is in one line. Those that a font draws
// as one picture of several characters count with each of these: terminals differ there.
func columns(text string) (sum int) {
	for _, r := range text {
		sum += columnsOf(r)
	}
	return sum
}

// columnsOf is 2 for characters that are wide by Unicode Standard Annex #11, such as those of Chinese,
// Japanese and Korean and emoji, and 0 for marks that stand above or below the one before.
func columnsOf(r rune) int {
	switch {
	case r < '\u0300': // most are, and before the first mark none is wide
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// start is as much of the start of a text as a number of columns has room for.
func start(text string, room int) string {
	for at, r := range text {
		if room -= columnsOf(r); room < 0 {
			return text[:at]
		}
	}
	return text
}

// cut shortens a text to a number of columns, if that is not 0.
func cut(text string, room int) string {
	if room == 0 || columns(text) <= room {
		return text
	}
	return strings.TrimRight(start(text, room-1), " ") + "…"
}

// cutMiddle shortens a text to a number of columns, and leaves its start and its end.
func cutMiddle(text string, room int) string {
	if columns(text) <= room {
		return text
	}
	head, tail := start(text, room/2), text
	for columns(tail) > room-1-columns(head) {
		_, size := utf8.DecodeRuneInString(tail)
		tail = tail[size:]
	}
	return head + "…" + tail
}

// fold makes one or two lines of a text, if it is wider than a number of columns above 0. What does not
// fit there either is cut.
func fold(text string, room int) []string {
	if room <= 0 || columns(text) <= room {
		return []string{text}
	}
	first := start(text, room)
	if text[len(first)] == ' ' {
		first += " "
	}
	end := strings.LastIndexByte(first, ' ')
	if end <= 0 {
		return []string{cut(text, room)}
	}
	return []string{text[:end], cut(text[end+1:], room)}
}
