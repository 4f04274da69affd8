package access

import (
	"cmp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// principal is who calls, with the policies that count for it and its tags.
type principal struct {
	policy.Principal
	policies policy.Policies
	granted  *granted    // by the user or role, nil without one
	tags     []types.Tag // of the user or role, without tags of the session
}

// eachTag is an iterator over the tags.
func (who *principal) eachTag(yield func(key, value string) bool) {
	for _, t := range who.tags {
		if !yield(*t.Key, *t.Value) {
			return
		}
	}
}

// principalOf finds who calls. Roles that are linked to services may do all: AWS has their policies, which users cannot change.
func (c *Control) principalOf(tx *store.Tx, call *awsapi.Call) principal {
	who := principal{Principal: call.PolicyPrincipal()}
	session := call.Caller.Session
	switch {
	case call.IsRoot():
		who.Principal = policy.Principal{Account: call.Account, ARN: call.Principal(), Unlimited: true}
	case session != nil && session.FederatedName != "" && session.OfUser == "":
		who.policies.Identity = ofRoot
	case call.Caller.RoleARN != "":
		who.addRole(c, tx, call.Caller.RoleARN)
	default:
		if u := iam.UserByID(tx, cmp.Or(userOf(session), call.Caller.UserID)); u != nil {
			who.has(u.Tags, c.grants.find(tx, &u.Permissions, func() ([]policy.Source, *policy.Source) { return iam.PoliciesOfUser(tx, u) }))
		}
	}
	if session != nil {
		who.policies.Session = sessionSources(tx, session)
	}
	return who
}

// ofRoot is what the root user may do, as the policies of the users that it federates: session policies narrow it.
var ofRoot = []policy.Source{{
	Name: "root user", Policy: policy.Compile(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`),
}}

// userOf is the unique id of the user whose session it is, empty if it is no user's.
func userOf(s *sts.Session) string {
	if s == nil {
		return ""
	}
	return s.OfUser
}

func (who *principal) addRole(c *Control, tx *store.Tx, role string) {
	found := iam.RoleByARN(tx, iam.AccountOfARN(role), role)
	switch {
	case found != nil && found.LinkedTo != "", found == nil && (c.UnknownRoles && role != c.Caller || strings.Contains(role, ":role/aws-service-role/")):
		who.Unlimited = true
	case found != nil:
		who.has(found.Tags, c.grants.find(tx, &found.Permissions, func() ([]policy.Source, *policy.Source) { return iam.PoliciesOfRole(tx, found) }))
	}
}

func (who *principal) has(tags []types.Tag, policies *granted) {
	who.tags, who.granted = tags, policies
	who.policies.Identity, who.policies.Boundary = policies.identity, policies.boundary
}

// sessionSources are the session policies, nil without any. A session of a federated user without a policy may do nothing
// (STS API reference, GetFederationToken).
func sessionSources(tx *store.Tx, s *sts.Session) []policy.Source {
	sources := iam.SessionPolicies(tx, iam.Account{Partition: s.Scope().Partition(), ID: s.Account}, s.Policy, s.PolicyARNs)
	if sources == nil && s.FederatedName != "" {
		return []policy.Source{}
	}
	return sources
}
