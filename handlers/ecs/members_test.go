package ecs_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// TestEveryMemberHasARow fails when the SDK gains a member without a row: it
// would be taken without effect and without a word.
func TestEveryMemberHasARow(t *testing.T) {
	for _, gap := range ecs.MemberGaps() {
		t.Error(gap)
	}
}

// TestFewMembersAreKeptWithoutEffect holds their number: a member that could matter on
// one machine acts or is refused.
func TestFewMembersAreKeptWithoutEffect(t *testing.T) {
	var kept []string
	for _, table := range ecs.MemberTables() {
		for _, row := range table.Rows {
			if row.Fate == member.Kept {
				kept = append(kept, table.Type.Name()+"."+row.Path)
				if row.Note == "" {
					t.Errorf("%s does not say why", row.Path)
				}
			}
		}
	}
	const want = 61
	if len(kept) != want {
		t.Errorf("%d members are kept without effect, not %d:\n%s", len(kept), want, strings.Join(kept, "\n"))
	}
}

// TestAWSRefusesInTheWordsOfTheTable looks for the words in the tables of refusals, which
// hold the emulator to them. Those of definitions have a test in their package.
func TestAWSRefusesInTheWordsOfTheTable(t *testing.T) {
	said := map[string]bool{}
	for _, c := range runTaskRefusals {
		said[c.message] = true
	}
	for _, c := range createServiceRefusals {
		said[c.message] = true
	}
	for _, c := range createTaskSetRefusals {
		said[c.message] = true
	}
	for _, table := range ecs.MemberTables()[len(taskdef.Members):] {
		for _, row := range table.Rows {
			if row.Words != "" && !said[row.Words] {
				t.Errorf("%s: no refusal says %q", row.Path, row.Words)
			}
		}
	}
}

var positions = regexp.MustCompile(`\[\d+\]`)

// TestRefusalsLeadToCompatibility looks up what errors that name the page of ECS refuse there, but for whole operations.
func TestRefusalsLeadToCompatibility(t *testing.T) {
	text, err := os.ReadFile("../../docs/reference/compatibility/ecs.md")
	if err != nil {
		t.Fatal(err)
	}
	followed := 0
	follow := func(message string) {
		list, found := strings.CutPrefix(strings.TrimSuffix(message, unsupportedTail), "ecs-emulator does not support ")
		if !found {
			return
		}
		for path := range strings.SplitSeq(strings.ReplaceAll(list, " and ", ", "), ", ") {
			followed++
			path, _, _ = strings.Cut(path, " ")
			path = positions.ReplaceAllString(path, "[]")
			for rest := path; !strings.Contains(string(text), "\n| `"+rest+"` | "); {
				if _, rest, found = strings.Cut(rest, "."); !found {
					t.Errorf("the page of ECS has no row of %s", path)
					return
				}
			}
		}
	}
	for _, c := range runTaskRefusals {
		follow(c.message)
	}
	for _, c := range createServiceRefusals {
		follow(c.message)
	}
	for _, c := range createTaskSetRefusals {
		follow(c.message)
	}
	if followed < 8 {
		t.Errorf("only %d errors name a member", followed)
	}
}
