package iam

import (
	"slices"
	"strings"
)

// Asking is who wants to assume a role: a service on behalf of something, a caller of STS,
// or a caller with the token of an identity provider.
type Asking struct {
	Service string // ecs-tasks.amazonaws.com
	// Source is the ARN for which it asks, and Account whose it is: what conditions on
	// aws:SourceArn and aws:SourceAccount see.
	Source, Account string
	// Caller is a principal of AWS.
	Caller Caller
	// Issuer is the issuer of a token: https://oidc.example.com.
	Issuer string
	// Keys are what else conditions see, by their names in lower case.
	Keys map[string]string
}

// Caller is a principal of AWS that asks.
type Caller struct {
	Account string
	// ARNs are those of the caller: of its role, and of the session. Without any it is an
	// unknown one of the account, which is taken to be the one that is trusted there.
	ARNs []string
}

// action is what a statement has to allow.
func (who Asking) action() string {
	if who.Issuer != "" {
		return "sts:AssumeRoleWithWebIdentity"
	}
	return "sts:AssumeRole"
}

// isOf reports whether who asks is one of a statement's principals. An account stands for
// all its principals, and an identity provider for its tokens.
// Source: IAM user guide, AWS JSON policy elements: Principal.
func (who Asking) isOf(s statement) bool {
	switch {
	case who.Service != "":
		return slices.Contains(s.principals["Service"], who.Service)
	case who.Issuer != "":
		issuer := withoutScheme(who.Issuer)
		return slices.ContainsFunc(s.principals["Federated"], func(p string) bool {
			return p == issuer || strings.HasSuffix(p, ":oidc-provider/"+issuer)
		})
	}
	return slices.ContainsFunc(s.principals["AWS"], who.Caller.is)
}

func withoutScheme(issuer string) string {
	_, rest, found := strings.Cut(issuer, "://")
	if !found {
		return issuer
	}
	return rest
}

func (c Caller) is(principal string) bool {
	if principal == "*" || principal == c.Account || slices.Contains(c.ARNs, principal) {
		return true
	}
	of := AccountOfARN(principal)
	return of.ID == c.Account && (len(c.ARNs) == 0 || strings.HasSuffix(principal, ":root"))
}

// Trusts reports whether the role's trust policy lets a principal assume it. Of conditions
// it evaluates those on the source and on what else is known of who asks, by the operators
// for strings and ARNs; others are taken as met. Source: IAM user guide, policy evaluation logic.
func (r *Role) Trusts(who Asking) bool {
	d, ok := parse(r.TrustPolicy)
	if !ok {
		return false
	}
	allowed := false
	for _, s := range d.statements {
		if !who.isOf(s) || s.names(who.action()) == s.notAction || !who.meets(s.conditions) {
			continue
		}
		if strings.EqualFold(s.effect, "Deny") {
			return false
		}
		allowed = true
	}
	return allowed
}

// names reports whether one of the statement's patterns matches an action.
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
	actual, has, known := who.key(strings.ToLower(c.key))
	if !known {
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
	if !has {
		return strings.Contains(operator, "not") || strings.HasSuffix(strings.ToLower(c.operator), "ifexists")
	}
	found := slices.ContainsFunc(c.values, func(value string) bool { return matches(actual, value) })
	return found != strings.Contains(operator, "not")
}

// key is what a condition sees; known is false for keys that are not looked at.
func (who Asking) key(name string) (value string, has, known bool) {
	if who.Service == "" {
		value, has = who.Keys[name]
		return value, has, has || name == "sts:externalid"
	}
	switch name {
	case "aws:sourcearn":
		return who.Source, true, true
	case "aws:sourceaccount":
		return who.Account, true, true
	}
	return "", false, false
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
