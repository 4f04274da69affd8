package sts

import (
	"iter"
	"maps"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// SessionKeys are the condition keys of a caller that follow from its session and from the tags of its user or role, by
// their names in lower case (AC60). Of two tags with the same key in any case the session's counts. A caller with
// long-lived keys has no session: s is nil. Source: IAM user guide, global condition context keys; session tags.
func SessionKeys(s *Session, tags iter.Seq2[string, string]) map[string]policy.Value {
	keys := map[string]policy.Value{}
	addTags(keys, tags)
	if s == nil {
		return keys
	}
	addTags(keys, maps.All(s.Tags))
	keys["aws:multifactorauthpresent"] = policy.Is("false")
	if s.IssuedAt != 0 {
		keys["aws:tokenissuetime"] = policy.Is(time.Unix(s.IssuedAt, 0).UTC().Format(time.RFC3339))
	}
	if s.SourceIdentity != "" {
		keys["aws:sourceidentity"] = policy.Is(s.SourceIdentity)
	}
	if s.Provider != "" {
		keys["aws:federatedprovider"] = policy.Is(s.Provider)
	}
	if s.Via != "" {
		keys["aws:viaawsservice"], keys["aws:calledvia"] = policy.Is("true"), policy.Many([]string{s.Via})
		keys["aws:calledviafirst"], keys["aws:calledvialast"] = policy.Is(s.Via), policy.Is(s.Via)
	}
	return keys
}

func addTags(keys map[string]policy.Value, tags iter.Seq2[string, string]) {
	for key, value := range tags {
		keys["aws:principaltag/"+strings.ToLower(key)] = policy.Is(value)
	}
}
