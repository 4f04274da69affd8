package definitions

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// shown writes a difference as text.
func shown(list []line) string {
	var b strings.Builder
	for _, l := range list {
		switch l.change {
		case same:
			fmt.Fprintf(&b, " %s", l.text)
		case removed:
			fmt.Fprintf(&b, "-%s", l.text)
		case added:
			fmt.Fprintf(&b, "+%s", l.text)
		case leftOut:
			fmt.Fprintf(&b, "~%d", l.count)
		}
	}
	return b.String()
}

func TestDifferences(t *testing.T) {
	for name, test := range map[string]struct{ before, after, want string }{
		"nothing":         {"abc", "abc", ""},
		"both are empty":  {"", "", ""},
		"a line changes":  {"abc", "axc", " a-b+x c"},
		"a line comes":    {"ac", "abc", " a+b c"},
		"the last goes":   {"abc", "ab", " a b-c"},
		"all is new":      {"", "ab", "+a+b"},
		"all is replaced": {"ab", "xy", "-a-b+x+y"},
		"far lines":       {"abcdefghijklm", "abcdefXhijklm", "~3 d e f-g+X h i j~3"},
		"two places":      {"abcdefghijklmnop", "Xbcdefghijklmnoq", "-a+X b c d~8 m n o-p+q"},
	} {
		if got := shown(difference(strings.Split(test.before, ""), strings.Split(test.after, ""))); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// What is not added is the text before, and what is not removed is the text after.
func TestDifferencesLeadFromOneToTheOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 12)
		before, after := texts.Draw(t, "before"), texts.Draw(t, "after")
		var from, to []string
		for _, l := range compare(before, after) {
			if l.change != added {
				from = append(from, l.text)
			}
			if l.change != removed {
				to = append(to, l.text)
			}
		}
		if strings.Join(from, "") != strings.Join(before, "") || strings.Join(to, "") != strings.Join(after, "") {
			t.Errorf("%v and %v: from %v to %v", before, after, from, to)
		}
	})
}
