package allowedpattern

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// span is characters from one to another.
type span struct{ from, to rune }

// set is characters: spans in order, which do not touch.
type set []span

func single(r rune) set { return set{{r, r}} }

// spans reads pairs of characters: the first and the last of each span.
func spans(pairs string) set {
	runes := []rune(pairs)
	var s set
	for i := 0; i+1 < len(runes); i += 2 {
		s = append(s, span{runes[i], runes[i+1]})
	}
	return s.union(nil)
}

func (s set) union(other set) set {
	all := slices.Concat(s, other)
	sorting.By(all, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var made set
	for _, each := range all {
		if last := len(made) - 1; last >= 0 && each.from <= made[last].to+1 {
			made[last].to = max(made[last].to, each.to)
		} else {
			made = append(made, each)
		}
	}
	return made
}

func (s set) not() set {
	var made set
	next := rune(0)
	for _, each := range s {
		if each.from > next {
			made = append(made, span{next, each.from - 1})
		}
		next = each.to + 1
	}
	if next <= unicode.MaxRune {
		made = append(made, span{next, unicode.MaxRune})
	}
	return made
}

func (s set) intersection(other set) set { return s.not().union(other.not()).not() }

func (s set) has(r rune) bool {
	i := sort.Search(len(s), func(i int) bool { return s[i].to >= r })
	return i < len(s) && s[i].from <= r
}

// folded are the characters with ASCII's letters in both cases: Java's CASE_INSENSITIVE alone knows no others.
func (s set) folded() set {
	const distance = 'a' - 'A'
	lower, upper := s.intersection(spans("az")), s.intersection(spans("AZ"))
	made := s
	for _, each := range lower {
		made = made.union(set{{each.from - distance, each.to - distance}})
	}
	for _, each := range upper {
		made = made.union(set{{each.from + distance, each.to + distance}})
	}
	return made
}

// text is the set in Go's expressions.
func (s set) text() string {
	if len(s) == 0 {
		return `[^\x{0}-\x{10FFFF}]`
	}
	var b strings.Builder
	b.WriteByte('[')
	for _, each := range s {
		fmt.Fprintf(&b, `\x{%X}-\x{%X}`, each.from, each.to)
	}
	b.WriteByte(']')
	return b.String()
}

// table is a table of Unicode as a set.
func table(t *unicode.RangeTable) (s set) {
	add := func(from, to, stride rune) {
		if stride == 1 {
			s = append(s, span{from, to})
			return
		}
		for r := from; r <= to; r += stride {
			s = append(s, span{r, r})
		}
	}
	for _, r := range t.R16 {
		add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	for _, r := range t.R32 {
		add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	return s.union(nil)
}
