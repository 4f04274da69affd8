package policy

import (
	"maps"
	"slices"
	"strings"
)

// action is an action that a request asks for, in lower case.
type action struct{ name, service string }

func readAction(text string) action {
	name := strings.ToLower(text)
	service, _, _ := strings.Cut(name, ":")
	return action{name, service}
}

// actions are the patterns of a statement's actions in lower case, by their services: ReadOnlyAccess has more than a thousand
// patterns, of which a few are of the service that is asked for.
type actions struct {
	ofAny     []pattern // those whose service has a wildcard
	ofService []serviceActions
}

// serviceActions are the patterns of one service, as those that begin with ecs: are. They are in the order of the services.
type serviceActions struct {
	service  string
	patterns []pattern
}

// compileActions returns false if an action has no service: it is none.
func compileActions(texts []string) (a actions, ok bool) {
	ok = true
	of := map[string][]pattern{}
	for _, text := range texts {
		service, _, has := strings.Cut(strings.ToLower(text), ":")
		p := plainPattern(strings.ToLower(text), true)
		switch {
		case !has && text != "*":
			ok = false
		case strings.ContainsAny(service, "*?"):
			a.ofAny = append(a.ofAny, p)
		default:
			of[service] = append(of[service], p)
		}
	}
	for _, service := range slices.Sorted(maps.Keys(of)) {
		a.ofService = append(a.ofService, serviceActions{service, of[service]})
	}
	return a, ok
}

// have reports whether one of the patterns matches an action. The service of a pattern is the one of all actions that it
// matches, as it ends with the first colon.
func (a *actions) have(asked *action) bool {
	for i := range a.ofService {
		if of := &a.ofService[i]; of.service == asked.service && anyMatches(of.patterns, asked.name) {
			return true
		}
	}
	return anyMatches(a.ofAny, asked.name)
}

func anyMatches(patterns []pattern, action string) bool {
	for i := range patterns {
		if patterns[i].matches(action, nil, nil) == yes {
			return true
		}
	}
	return false
}
