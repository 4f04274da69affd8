package iam

import (
	"slices"
	"strings"
)

// Asking is a service that wants to assume a role on behalf of something.
type Asking struct {
	Service string // ecs-tasks.amazonaws.com
	// Source is the ARN for which it asks, and Account whose it is: what conditions on
	// aws:SourceArn and aws:SourceAccount see.
	Source, Account string
}

// Trusts reports whether the role's trust policy lets a service assume it. Of conditions
// it evaluates those on the source, by the operators for strings and ARNs; others are
// taken as met. Source: IAM user guide, policy evaluation logic.
func (r *Role) Trusts(who Asking) bool {
	d, ok := parse(r.TrustPolicy)
	if !ok {
		return false
	}
	allowed := false
	for _, s := range d.statements {
		if !slices.Contains(s.services, who.Service) || s.names("sts:AssumeRole") == s.notAction || !who.meets(s.conditions) {
			continue
		}
		if strings.EqualFold(s.effect, "Deny") {
			return false
		}
		allowed = true
	}
	return allowed
}

// names reports whether one of the statement's patterns is that of an action.
func (s statement) names(action string) bool {
	return slices.ContainsFunc(s.actions, func(pattern string) bool {
		return like(strings.ToLower(action), strings.ToLower(pattern))
	})
}

// meets reports whether all conditions hold: each for one of its values.
func (who Asking) meets(conditions []condition) bool {
	return !slices.ContainsFunc(conditions, func(c condition) bool { return !who.meetsOne(c) })
}

func (who Asking) meetsOne(c condition) bool {
	var actual string
	switch strings.ToLower(c.key) {
	case "aws:sourcearn":
		actual = who.Source
	case "aws:sourceaccount":
		actual = who.Account
	default:
		return true
	}
	operator := strings.ToLower(plainOperator(c.operator))
	matches := like
	switch operator {
	case "stringequals", "stringnotequals":
		matches = func(actual, value string) bool { return value == actual }
	case "stringequalsignorecase", "stringnotequalsignorecase":
		matches = strings.EqualFold
	case "stringlike", "stringnotlike", "arnequals", "arnlike", "arnnotequals", "arnnotlike":
	default:
		return true
	}
	found := slices.ContainsFunc(c.values, func(value string) bool { return matches(actual, value) })
	return found != strings.Contains(operator, "not")
}

// like reports whether s matches a pattern, in which * is any text and ? any character.
// It goes back only to the last *, which can take what an earlier one would have to.
func like(s, pattern string) bool {
	star, from, at := -1, 0, 0 // the last *, where what follows it was tried, and where pattern is
	for i := 0; i < len(s); {
		switch {
		case at < len(pattern) && pattern[at] == '*':
			star, from = at, i
			at++
		case at < len(pattern) && (pattern[at] == '?' || pattern[at] == s[i]):
			at++
			i++
		case star >= 0:
			from++
			at, i = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[at:], "*") == ""
}
