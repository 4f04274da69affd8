package kit

import (
	"strconv"
	"strings"
	"testing"
)

func TestWildcards(t *testing.T) {
	for _, c := range []struct {
		filter, value string
		want          bool
	}{
		{"subnet-1", "subnet-1", true},
		{"subnet-1", "subnet-12", false},
		{"subnet", "subnet-1", false},
		{"", "", true},
		{"", "x", false},
		{"*", "", true},
		{"*", "subnet-1", true},
		{"s*-?", "subnet-1", true},
		{"s*-?", "subnet-", false},
		{"*a*b", "aab-ab", true},
		{"*a*b", "aab-aba", false},
		{"?", "é", true},
		{"172.31.*", "172x31.0", false},
		{`\*`, "*", true},
		{`\*`, "x", false},
		{`a\?\\`, `a?\`, true},
		{"\xff", "subnet-1", false},
		{strings.Repeat("*", 900_000), "subnet-1", true},
		{strings.Repeat("*a", 400_000), "subnet-1", false},
	} {
		if got := wildcards(c.filter).match([]rune(c.value)); got != c.want {
			t.Errorf("%.20q on %q: got %v", c.filter, c.value, got)
		}
	}
}

// A request has room for some ten thousand ids.
func TestDescribeManyIDs(t *testing.T) {
	var ids []string
	for n := range 200_000 {
		ids = append(ids, "subnet-"+strconv.Itoa(n))
	}
	of := func(row *string, _ string) ([]string, bool) { return []string{*row}, true }
	found, err := Describe(ids, nil, ids, "subnet-id", of, nil) // not in quadratic time
	if err != nil || len(found) != len(ids) {
		t.Errorf("got %d, %v", len(found), err)
	}
}
