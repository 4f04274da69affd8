package iam

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// InlineSessionPolicy names the inline session policy in decisions.
const InlineSessionPolicy = "session policy"

// SessionPolicies are the policies that narrow a session: an inline one, which may be empty, and managed ones of the account
// of the session and of AWS by their ARNs, with the version that counts now (AC46). A managed policy that is not there has a
// nil Policy: it allows nothing. Without any policies they are nil.
func SessionPolicies(tx *store.Tx, a Account, inline string, managed []string) (list []policy.Source) {
	if inline != "" {
		list = append(list, policy.Source{Name: InlineSessionPolicy, Policy: identityDocuments.Compile(inline)})
	}
	for _, arn := range managed {
		list = append(list, managedSource(tx, a, arn))
	}
	return list
}
