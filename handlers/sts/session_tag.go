package sts

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// passed is what a request passes to its session for policies to see.
type passed struct {
	tags           []types.Tag
	transitive     []string // keys of tags
	sourceIdentity string
}

// follow begins a session that follows from another one: nil if the caller has none. Transitive tags stay, and so does the
// source identity. Source: IAM user guide, session tags; monitor and control actions taken with assumed roles.
func (p passed) follow(from *session.Session) (s session.Session) {
	tags := map[string]string{}
	s.SourceIdentity = p.sourceIdentity
	if from != nil {
		for _, key := range from.Transitive {
			tags[key] = from.Tags[key]
		}
		s.Transitive = slices.Clone(from.Transitive)
		if from.SourceIdentity != "" {
			s.SourceIdentity = from.SourceIdentity
		}
	}
	for _, t := range p.tags {
		tags[*t.Key] = *t.Value
		if hasKey(p.transitive, *t.Key) && !slices.Contains(s.Transitive, *t.Key) {
			s.Transitive = append(s.Transitive, *t.Key)
		}
	}
	if len(tags) > 0 {
		s.Tags = tags
	}
	return s
}

// hasKey finds a key of a tag, which is the same in any case.
func hasKey(keys []string, key string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, key) })
}

// check refuses tags that cannot be, in AWS's words (STS0002). That keys are reserved: IAM user guide, tags; the
// text is the emulator's.
func (p passed) check(from *session.Session) error {
	var keys []string
	for _, t := range p.tags {
		switch key := *t.Key; {
		case hasKey(keys, key):
			return invalidParameter("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		case tagging.System(key):
			return invalidParameter("Tag key " + key + " is reserved for AWS.")
		case from != nil && hasKey(from.Transitive, key):
			return invalidParameter("One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.")
		}
		keys = append(keys, *t.Key)
	}
	if slices.ContainsFunc(p.transitive, func(key string) bool { return !hasKey(keys, key) }) {
		return invalidParameter("The specified transitive tag key must be included in the requested tags.")
	}
	return nil
}

// addTo adds the condition keys of what is passed (AC61, AC62).
func (p passed) addTo(keys awsapi.Keys) {
	awsapi.TagKeys(keys, p.tags, func(t types.Tag) (string, string) { return aws.ToString(t.Key), aws.ToString(t.Value) })
	if len(p.transitive) > 0 {
		keys["sts:transitivetagkeys"] = policy.Many(p.transitive)
	}
}
