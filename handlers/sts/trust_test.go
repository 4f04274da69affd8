package sts_test

import (
	"cmp"
	"context"
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	client "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// decide decides with the identity policies of the fixture, the policies of the caller's session and a role's trust policy.
func (f *fixture) decide(_ context.Context, call awsapi.Call, want awsapi.Access) error {
	who := call.PolicyPrincipal()
	if call.IsRoot() {
		who = policy.Principal{Account: call.Account, ARN: call.Principal(), Unlimited: true}
	}
	identity := policy.Compile(`{"Version":"2012-10-17","Statement":[` + f.allows[cmp.Or(call.Caller.RoleARN, call.Principal())] + `]}`)
	policies := policy.Policies{Identity: []policy.Source{{Name: "own", Policy: identity}}}
	if f.allows[cmp.Or(call.Caller.RoleARN, call.Principal())] == "" {
		policies.Identity = nil
	}
	if s := call.Caller.Session; s != nil {
		policies.Session = iam.SessionPolicies(f.store.Read(), iam.Account{Partition: "aws", ID: s.Account}, s.Policy, s.PolicyARNs)
	}
	if want.Trust != nil {
		policies.Resource, policies.Trust = []policy.Source{*want.Trust}, true
	}
	keys := policy.Known(policy.Global(who, call.Region, now))
	maps.Copy(keys, session.SessionKeys(call.Caller.Session, maps.All(map[string]string(nil))))
	maps.Copy(keys, want.Keys)
	d := policy.Decide(policy.Request{Action: want.Action, Resource: want.Resource, Principal: who, Keys: keys}, policies)
	if d.Allowed {
		return nil
	}
	denial := &awsapi.Denied{Principal: call.Principal(), Action: want.Action, Resource: want.Resource, Because: d.Because(want.Action)}
	if f.logs {
		f.denied = append(f.denied, denial)
		return nil
	}
	return denial
}

func enforce(t *testing.T) *fixture {
	t.Helper()
	return startWith(t, sts.Options{StrictRoles: true, Enforce: true}, true)
}

const mayAssumeAll = `{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}`

// allActions is the end of a trust policy that lets its principals pass tags and a source identity.
const allActions = `,"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]`

// trusting is a role that an account and its users may assume by their policies.
func (f *fixture) trusting(name, more string) string {
	f.Helper()
	return f.role(name, "/", `"Principal":{"AWS":"123456789012"}`+cmp.Or(more, allActions), 3600)
}

func (f *fixture) assumed(as *client.Client, in *client.AssumeRoleInput) (*types.Credentials, session.Session) {
	f.Helper()
	out, err := as.AssumeRole(f.Context(), in)
	if err != nil {
		f.Fatal(err)
	}
	s, _, err := f.sessions.Open(*out.Credentials.AccessKeyId, *out.Credentials.SessionToken)
	if err != nil {
		f.Fatal(err)
	}
	return out.Credentials, s
}

// A trust policy that names who calls suffices in one account, one that names the account lets the caller's own policies
// decide, and across accounts both must allow (AC30, AC31).
func TestTrustPoliciesAndThoseOfTheCallerDecide(t *testing.T) {
	f := enforce(t)
	first := f.role("first", "/", `"Principal":{"AWS":"`+alice.ARN+`"},"Action":"sts:AssumeRole"`, 3600)
	keys, _ := f.assumed(f.as(userKey, "secret", ""), assume(first))
	const denyAll = `{"Effect":"Deny","Action":"sts:*","Resource":"*"}`
	for _, test := range []struct {
		caller, principal, own string
		want                   bool
		clause                 string // of the refusal
	}{
		{"alice", alice.ARN, "", true, ""},
		{"alice", alice.ARN, denyAll, false, " with an explicit deny in an identity-based policy"},
		{"alice", "123456789012", "", false, " because no identity-based policy allows the sts:AssumeRole action"},
		{"alice", "123456789012", mayAssumeAll, true, ""},
		{"alice", bob.ARN, mayAssumeAll, false, ""},
		{"alice", alice.UserID, "", true, ""},
		{"bob", bob.ARN, "", false, " because no identity-based policy allows the sts:AssumeRole action"},
		{"bob", bob.ARN, mayAssumeAll, true, ""},
		{"bob", "999999999999", mayAssumeAll, true, ""},
		{"bob", "123456789012", mayAssumeAll, false, ""},
		{"first", first, "", true, ""},
		{"first", "AROAEXAMPLEFIRST", "", true, ""},
		{"first", "AROAEXAMPLEBEFORE", mayAssumeAll, false, ""}, // a role of the name that is gone (AC49)
		{"first", "arn:aws:sts::123456789012:assumed-role/first/probe", "", true, ""},
		{"first", "arn:aws:sts::123456789012:assumed-role/first/other", mayAssumeAll, false, ""},
	} {
		as, arn, own := f.as(userKey, "secret", ""), alice.ARN, alice.ARN
		switch test.caller {
		case "bob":
			as, arn, own = f.as(foreignKey, "secret", ""), bob.ARN, bob.ARN
		case "first":
			as, arn, own = f.with(keys), "arn:aws:sts::123456789012:assumed-role/first/probe", first
		}
		role := f.role("app", "/team/", `"Principal":{"AWS":"`+test.principal+`"},"Action":"sts:AssumeRole"`, 3600)
		f.allows = map[string]string{own: test.own}
		_, err := as.AssumeRole(t.Context(), assume(role))
		if test.want && err != nil {
			t.Errorf("%s is not let in by %s and %q: %v", test.caller, test.principal, test.own, err)
		} else if !test.want {
			refused(t, err, 403, "AccessDenied", "User: "+arn+" is not authorized to perform: sts:AssumeRole on resource: "+role+test.clause)
		}
	}
	missing := "arn:aws:iam::123456789012:role/missing"
	f.allows = map[string]string{alice.ARN: mayAssumeAll}
	_, err := f.as(userKey, "secret", "").AssumeRole(t.Context(), assume(missing))
	refused(t, err, 403, "AccessDenied", "User: "+alice.ARN+" is not authorized to perform: sts:AssumeRole on resource: "+missing)
	for _, key := range []string{rootKey, "123456789012"} {
		_, err = f.as(key, "secret", "").AssumeRole(t.Context(), assume(first))
		refused(t, err, 403, "AccessDenied", "Roles may not be assumed by root accounts.")
	}
	out, err := f.as(rootKey, "secret", "").GetSessionToken(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.with(out.Credentials).AssumeRole(t.Context(), assume(first))
	refused(t, err, 403, "AccessDenied", "Roles may not be assumed by root accounts.")
}

// A caller whose policies allow it gets a role that need not exist.
func TestRolesThatNeedNotExist(t *testing.T) {
	f := startWith(t, sts.Options{Enforce: true}, true)
	in := assume("arn:aws:iam::123456789012:role/missing")
	_, err := f.as(userKey, "secret", "").AssumeRole(t.Context(), in)
	refused(t, err, 403, "AccessDenied", "User: "+alice.ARN+" is not authorized to perform: sts:AssumeRole on resource: "+*in.RoleArn+
		" because no identity-based policy allows the sts:AssumeRole action")
	f.allows[alice.ARN] = mayAssumeAll
	if _, err := f.as(userKey, "secret", "").AssumeRole(t.Context(), in); err != nil {
		t.Error(err)
	}
}

// Where decisions are logged, AssumeRole takes what it takes without policies, and asks all the same.
func TestLoggedDecisionsRefuseNothing(t *testing.T) {
	for _, strict := range []bool{false, true} {
		f := startWith(t, sts.Options{StrictRoles: strict}, true)
		f.logs = true
		role := f.role("app", "/", `"Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"`, 3600)
		for _, key := range []string{userKey, "123456789012"} {
			if _, err := f.as(key, "secret", "").AssumeRole(t.Context(), tagged(role, nil, "team", "shop")); err != nil {
				t.Errorf("strict %t, %s: %v", strict, key, err)
			}
		}
		if len(f.denied) == 0 {
			t.Error("nothing would be denied")
		}
		_, err := f.as(foreignKey, "secret", "").AssumeRole(t.Context(), assume(role))
		if !strict && err != nil {
			t.Errorf("roles are strict: %v", err)
		} else if strict {
			refused(t, err, 403, "AccessDenied", "User: "+bob.ARN+" is not authorized to perform: sts:AssumeRole on resource: "+role)
		}
	}
}

func TestExternalIDsOfEnforcedTrust(t *testing.T) {
	f := enforce(t)
	role := f.role("partner", "/", `"Principal":{"AWS":"`+alice.ARN+`"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"secret-handshake"}}`, 3600)
	for id, want := range map[string]bool{"": false, "another": false, "secret-handshake": true} {
		in := assume(role)
		if id != "" {
			in.ExternalId = aws.String(id)
		}
		if _, err := f.as(userKey, "secret", "").AssumeRole(t.Context(), in); (err == nil) != want {
			t.Errorf("with %q: %v", id, err)
		}
	}
}

// A session policy narrows what a session may assume.
func TestSessionPoliciesNarrowChains(t *testing.T) {
	f := enforce(t)
	f.allows[alice.ARN] = mayAssumeAll
	first, second := f.trusting("first", ""), f.trusting("second", "")
	f.allows[first] = mayAssumeAll
	in := assume(first)
	in.Policy = aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ecs:*","Resource":"*"}]}`)
	keys, s := f.assumed(f.as(userKey, "secret", ""), in)
	if s.Policy != *in.Policy || s.PolicyARNs != nil || s.IssuedAt != now.Unix() {
		t.Errorf("the session is %+v", s)
	}
	_, err := f.with(keys).AssumeRole(t.Context(), assume(second))
	refused(t, err, 403, "AccessDenied", "User: arn:aws:sts::123456789012:assumed-role/first/probe is not authorized to perform: sts:AssumeRole on resource: "+second+
		" because no session policy allows the sts:AssumeRole action")
	keys, _ = f.assumed(f.as(userKey, "secret", ""), assume(first))
	f.assumed(f.with(keys), assume(second))
}
