package secretsmanager

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager/types"
)

// passes reports whether a secret passes all filters.
func passes(s *secretsmanager.Secret, filters []types.Filter) bool {
	return !slices.ContainsFunc(filters, func(f types.Filter) bool { return !passesOne(s, f) })
}

// passesOne reports whether a secret passes a filter by one of its values. An exclamation mark
// before a value stands for all that it does not find.
// Source: Secrets Manager API reference, Filter; user guide, find secrets.
func passesOne(s *secretsmanager.Secret, f types.Filter) bool {
	return slices.ContainsFunc(f.Values, func(wanted string) bool {
		wanted, not := strings.CutPrefix(wanted, "!")
		return matches(s, f.Key, wanted) != not
	})
}

func matches(s *secretsmanager.Secret, key types.FilterNameStringType, wanted string) bool {
	begins := func(value string) bool { return strings.HasPrefix(value, wanted) }
	switch key {
	case types.FilterNameStringTypeName:
		return begins(s.Name)
	case types.FilterNameStringTypeDescription:
		return strings.HasPrefix(strings.ToLower(s.Description), strings.ToLower(wanted))
	case types.FilterNameStringTypeTagKey:
		return slices.ContainsFunc(s.Tags, func(t secretsmanager.Tag) bool { return begins(t.Key) })
	case types.FilterNameStringTypeTagValue:
		return slices.ContainsFunc(s.Tags, func(t secretsmanager.Tag) bool { return begins(t.Value) })
	case types.FilterNameStringTypeAll:
		return everywhere(s, wanted)
	}
	return false // there are no replicas, and no secrets of services
}

// everywhere reports whether each word stands somewhere in a secret, in any case.
func everywhere(s *secretsmanager.Secret, words string) bool {
	text := []string{s.Name, s.Description}
	for _, t := range s.Tags {
		text = append(text, t.Key, t.Value)
	}
	all := strings.ToLower(strings.Join(text, "\n"))
	return !slices.ContainsFunc(strings.Fields(strings.ToLower(words)), func(word string) bool { return !strings.Contains(all, word) })
}
