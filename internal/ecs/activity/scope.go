package activity

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// scopes are the accounts and regions that a reader knows of. Regions have clusters and services of the
// same names, so with several of them a line says where it is from.
type scopes map[arn.Scope]bool

// of notes where a resource is, and that lines are about it.
func (s scopes) of(resourceARN string, lines []Line) []Line {
	scope := arn.ScopeOf(resourceARN)
	s[scope] = true
	for i := range lines {
		lines[i].Region, lines[i].Account = scope.Region, scope.Account
	}
	return lines
}

// name begins each line with its account and its region, of which there are several.
func (s scopes) name(lines []Line) []Line {
	regions, accounts := map[string]bool{}, map[string]bool{}
	for scope := range s {
		regions[scope.Region], accounts[scope.Account] = true, true
	}
	for i := range lines {
		l := &lines[i]
		if l.Region == "" {
			continue // the emulator's
		}
		var from []string
		if len(accounts) > 1 {
			from = append(from, l.Account)
		}
		if len(regions) > 1 {
			from = append(from, l.Region)
		}
		if len(from) > 0 {
			l.Text = strings.Join(from, " ") + ": " + l.Text
		}
	}
	return lines
}
