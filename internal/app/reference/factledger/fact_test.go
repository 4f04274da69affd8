package factledger

import (
	"slices"
	"strings"
	"testing"
)

const good = `# FACT ECS0001: a thing is so.
# Source: recorded 2026-09: answers of AWS.
# Topic: things.
call CreateCluster '{}'
stdout 'a'

fact ECS0001.1 # It is so.
stdout 'a'

fact ECS0001.2 # It is so as well.
# Source: choice 2026-11-30: it has to be something.
! call CreateCluster '{}'
`

func TestParse(t *testing.T) {
	got, faults := Parse("ECS0001-things", good)
	if len(faults) > 0 {
		t.Errorf("faults %q", faults)
	}
	want := []Fact{
		{"ECS0001.1", "It is so.", Source{Recorded, "2026-09", "answers of AWS."}},
		{"ECS0001.2", "It is so as well.", Source{Choice, "2026-11-30", "it has to be something."}},
	}
	if !slices.Equal(got.Facts, want) || got.Topic != "things" || got.Sentence != "a thing is so." {
		t.Errorf("got %+v", got)
	}
}

func TestParseFaults(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"number":       {"# FACT ECS0001", "# FACT ECS0002", "does not begin with its number"},
		"topic":        {"# Topic: things.\n", "", "no line # Topic"},
		"kind":         {"recorded 2026-09", "remembered 2026-09", "not remembered"},
		"order":        {"fact ECS0001.2", "fact ECS0009.2", "ECS0009.2 stands where ECS0001.2 is next"},
		"no assertion": {"stdout 'a'\n\nfact ECS0001.2", "\nfact ECS0001.2", "ECS0001.1 has no assertion"},
		"end":          {"! call CreateCluster '{}'", "call CreateCluster '{}'", "does not end with an assertion"},
		"form":         {"fact ECS0001.1 # It is so.", "fact ECS0001.1", "want fact ECS0001.<number>"},
		"branch":       {"fact ECS0001.2", "[docker] stop\nfact ECS0001.2", "each line of a fact runs"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, faults := Parse("ECS0001-things", strings.Replace(good, c.old, c.new, 1)); !strings.Contains(strings.Join(faults, "\n"), c.want) {
				t.Errorf("faults %q, want %q", faults, c.want)
			}
		})
	}
}

func TestSourceInAnotherForm(t *testing.T) {
	for _, line := range []string{"recorded answers of AWS.", "recorded 26-09: x", "recorded September 2026: x", "recorded 2026-09"} {
		if s, fault := ParseSource("# Source: " + line + "\n"); s.Given() || fault != "" {
			t.Errorf("%q is %+v, %s", line, s, fault)
		}
	}
}

func TestDuplicates(t *testing.T) {
	got := Duplicates([]File{{Name: "ECS0001-a", Number: "ECS0001"}, {Name: "ECS0002-b", Number: "ECS0002"}, {Name: "ECS0001-c", Number: "ECS0001"}})
	if want := []string{"ECS0001-a and ECS0001-c have the same number ECS0001"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
