package iam

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// Asking is who wants to assume a role: a service on behalf of something, a caller of STS,
// or a caller with the token of an identity provider.
type Asking struct {
	Service string // ecs-tasks.amazonaws.com
	// Source is the ARN for which it asks, and Account whose it is: what conditions on
	// aws:SourceArn and aws:SourceAccount see.
	Source, Account string
	// Caller is a principal of AWS.
	Caller policy.Principal
	// Issuer is the issuer of a token: https://oidc.example.com.
	Issuer string
	// Keys are what conditions see of a caller and of a token.
	Keys policy.Keys
}

// trustPolicies keeps the trust policies of roles that have been asked for.
var trustPolicies policy.Cache

// Trusts reports whether the role's trust policy lets a principal assume it. No policies of the principal are looked at.
// Of a service its source is known and no other key: a condition on one holds in an Allow and does not in a Deny. So does one
// that cannot be evaluated, which older builds stored.
func (r *Role) Trusts(who Asking) bool {
	request := policy.Request{Action: "sts:AssumeRole", Resource: r.ARN(), Principal: who.Caller, Keys: who.Keys}
	switch {
	case who.Service != "":
		request.Principal = policy.Principal{Service: who.Service}
		request.Keys = policy.Partial{
			"aws:sourcearn": policy.Is(who.Source), "aws:sourceaccount": policy.Is(who.Account), "aws:principalisawsservice": policy.Is("true"),
		}
	case who.Issuer != "":
		request.Action, request.Principal = "sts:AssumeRoleWithWebIdentity", policy.Principal{Issuer: withoutScheme(who.Issuer)}
	}
	request.Principal.Unlimited, request.Lenient = true, true
	return policy.Decide(request, policy.Policies{Resource: []policy.Source{r.Trust()}, Trust: true}).Allowed
}

// Trust is the role's trust policy.
func (r *Role) Trust() policy.Source {
	return policy.Source{Name: trustPolicy, Policy: trustPolicies.Compile(r.TrustPolicy)}
}

// NoTrust is what counts as the trust policy of a role that does not exist: nothing may assume it.
func NoTrust() policy.Source { return policy.Source{Name: trustPolicy} }

// trustPolicy names a trust policy in decisions.
const trustPolicy = "trust policy"

func withoutScheme(issuer string) string {
	_, rest, found := strings.Cut(issuer, "://")
	if !found {
		return issuer
	}
	return rest
}
