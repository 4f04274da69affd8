package policy_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// A condition on a key that is not known holds in an Allow and does not in a Deny, with each operator.
func TestKeysThatAreNotKnown(t *testing.T) {
	const all = `"Action":"*","Resource":"*"`
	for _, condition := range []string{
		`{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`, `{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}`,
		`{"Null":{"aws:SourceVpce":"true"}}`, `{"Null":{"aws:SourceVpce":"false"}}`,
		`{"ForAllValues:StringLike":{"aws:PrincipalOrgPaths":"o-1/*"}}`, `{"StringEquals":{"aws:RequestedRegion":"${aws:username}"}}`,
		`{"StringEqualsIgnoreCase":{"aws:RequestedRegion":"${aws:username}"}}`, `{"StringNotLike":{"aws:RequestedRegion":"${aws:username}"}}`,
		`{"ArnLike":{"aws:SourceArn":"arn:aws:ecs:*:*:cluster/${aws:username}"}}`, `{"ArnNotLike":{"aws:SourceArn":"arn:aws:ecs:*:*:cluster/${aws:username}"}}`,
	} {
		request := ofDev("ecs:StopTask", policy.Partial{
			"aws:requestedregion": policy.Is("eu-west-1"), "aws:sourcearn": policy.Is("arn:aws:ecs:eu-west-1:1:cluster/a"),
		})
		decide := func(statements string) policy.Decision {
			p := policy.Compile(`{"Version":"2012-10-17","Statement":[` + statements + `]}`)
			return policy.Decide(request, policy.Policies{Identity: []policy.Source{{Policy: p}}})
		}
		if d := decide(`{"Effect":"Allow",` + all + `,"Condition":` + condition + `}`); !d.Allowed || !d.Assumed {
			t.Errorf("%s in an Allow: %+v", condition, d)
		}
		if d := decide(`{"Effect":"Allow",` + all + `},{"Effect":"Deny",` + all + `,"Condition":` + condition + `}`); !d.Allowed || d.Assumed {
			t.Errorf("%s in a Deny: %+v", condition, d)
		}
	}
	own := policy.Compile(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:ecs:*:*:task/${aws:username}/*"}}`)
	if d := policy.Decide(ofDev("ecs:StopTask", policy.Partial{}), policy.Policies{Identity: []policy.Source{{Policy: own}}}); !d.Allowed || !d.Assumed {
		t.Errorf("a resource of a name that is not known: %+v", d)
	}
}

// A principal of whom the account alone is known may be any that an Allow names there, and is none that a Deny names.
func TestPrincipalsThatAreNotKnown(t *testing.T) {
	unknown := policy.Principal{Account: "123456789012", Unlimited: true, Unknown: true}
	decide := func(statements string, trust bool) policy.Decision {
		p := policy.Compile(`{"Statement":[` + statements + `]}`)
		return policy.Decide(policy.Request{Action: "sts:AssumeRole", Resource: "arn:aws:iam::123456789012:role/r", Principal: unknown},
			policy.Policies{Resource: []policy.Source{{Policy: p}}, Trust: trust})
	}
	for principal, want := range map[string]struct{ allowed, denied bool }{
		`"Principal":{"AWS":"` + dev + `"}`: {true, false}, `"Principal":{"AWS":"arn:aws:sts::123456789012:assumed-role/a/b"}`: {true, false},
		`"Principal":{"AWS":"123456789012"}`: {true, true}, `"Principal":"*"`: {true, true}, `"Principal":{"AWS":"AIDAEXAMPLE"}`: {false, false},
		`"Principal":{"AWS":"arn:aws:iam::210987654321:user/dev"}`: {false, false}, `"Principal":{"Service":"ecs.amazonaws.com"}`: {false, false},
	} {
		if d := decide(`{"Effect":"Allow",`+principal+`,"Action":"sts:AssumeRole"}`, true); d.Allowed != want.allowed {
			t.Errorf("an Allow for %s: %+v", principal, d)
		}
		if d := decide(`{"Effect":"Deny",`+principal+`,"Action":"sts:AssumeRole"}`, false); d.Explicit != want.denied {
			t.Errorf("a Deny for %s: %+v", principal, d)
		}
	}
	for principal, denied := range map[string]bool{
		`{"AWS":"` + dev + `"}`: true, `{"AWS":["` + dev + `","123456789012"]}`: false, `{"AWS":"123456789012"}`: false, `{"AWS":"210987654321"}`: true,
	} {
		if d := decide(`{"Effect":"Deny","NotPrincipal":`+principal+`,"Action":"sts:AssumeRole"}`, false); d.Explicit != denied {
			t.Errorf("a Deny for all but %s: %+v", principal, d)
		}
	}
}

// Where access is not checked, what cannot be evaluated says nothing, and a broken variable is a key that is not known.
func TestWhatCannotBeEvaluatedWhereAccessIsNotChecked(t *testing.T) {
	const service = `{"Effect":"Allow","Principal":{"Service":"ecs.amazonaws.com"},"Action":"sts:AssumeRole"},`
	for statement, want := range map[string]bool{
		`{"Effect":"Deny","Principal":{"Service":1},"Action":"sts:AssumeRole"}`:                                                              true,
		`{"Effect":"Deny","Principal":"*","Action":"*","Condition":{"StringSounds":{"aws:userid":"a"}}}`:                                     true,
		`{"Effect":"Deny","Principal":"*","Action":"*","Condition":null}`:                                                                    true,
		`{"Effect":"Deny","Principal":"*","Action":"*","Condition":{"StringEquals":{"aws:SourceAccount":"${aws:"}}}`:                         true,
		`{"Effect":"Deny","Principal":"*","Action":"*","Condition":{"StringNotEqualsIgnoreCase":{"aws:SourceAccount":"${aws:"}}}`:            true,
		`{"Effect":"Deny","Principal":"*","Action":"*","Condition":{"ArnNotLike":{"aws:SourceArn":"arn:aws:ecs:*:*:${"}}}`:                   true,
		`{"Effect":"Deny","NotPrincipal":{"AWS":"123456789012"},"Action":"*"}`:                                                               true,
		`{"Effect":"Deny","Principal":"*","Action":"*"},{"Effect":"Allow","Principal":"*"}`:                                                  false,
		`{"Effect":"Deny","Principal":"*","Action":"*","Condition":{"StringEquals":{"aws:SourceAccount":"1"}}},{"Effect":1,"Principal":"*"}`: false,
	} {
		p := policy.Compile(`{"Version":"2012-10-17","Statement":[` + service + statement + `]}`)
		request := policy.Request{
			Action: "sts:AssumeRole", Resource: "arn:aws:iam::123456789012:role/r", Principal: policy.Principal{Service: "ecs.amazonaws.com"},
			Keys: policy.Known{"aws:sourceaccount": policy.Is("1"), "aws:sourcearn": policy.Is("arn:aws:ecs:eu-west-1:1:task/a")},
		}
		policies := policy.Policies{Resource: []policy.Source{{Policy: p}}, Trust: true}
		if d := policy.Decide(request, policies); d.Allowed {
			t.Errorf("%s does not deny: %+v", statement, d)
		}
		request.Lenient = true
		if d := policy.Decide(request, policies); d.Allowed != want {
			t.Errorf("%s where access is not checked: %+v", statement, d)
		}
	}
	allow := policy.Compile(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Condition":{"StringEquals":{"aws:username":"${"}}}}`)
	request := ofDev("ecs:StopTask", policy.Known{"aws:username": policy.Is("dev")})
	request.Lenient = true
	if d := policy.Decide(request, policy.Policies{Resource: []policy.Source{{Policy: allow}}}); !d.Allowed || !d.Assumed {
		t.Errorf("an Allow with a broken variable: %+v", d)
	}
}

// Policies of a repository have no resources: those that are there all the same are not read.
func TestPoliciesWithoutResources(t *testing.T) {
	for resource, want := range map[string]string{`"arn:aws:ecr:*:*:repository/web"`: "implicitDeny", `[]`: "implicitDeny"} {
		p := policy.Compile(`{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":` + resource + `}}`)
		policies := policy.Policies{Resource: []policy.Source{{Policy: p}}}
		if got := decisionOf(policy.Decide(ofDev("ecs:StopTask", nil), policies)); got != want {
			t.Errorf("%s: %s", resource, got)
		}
		policies.Bare = true
		if got := decisionOf(policy.Decide(ofDev("ecs:StopTask", nil), policies)); got != "allowed" {
			t.Errorf("%s that is not read: %s", resource, got)
		}
	}
}

// Only the policies of the repository are so: policies of identities, boundaries and sessions have resources there, too.
func TestResourcesOfIdentitiesCountForRepositories(t *testing.T) {
	for resource, want := range map[string]string{"web": "allowed", "other": "implicitDeny"} {
		p := policy.Compile(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:ecr:eu-west-1:123456789012:repository/` + resource + `"}}`)
		all := policy.Compile(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)
		for _, policies := range []policy.Policies{
			{Identity: []policy.Source{{Policy: p}}}, {Identity: []policy.Source{{Policy: all}}, Boundary: &policy.Source{Policy: p}},
			{Identity: []policy.Source{{Policy: all}}, Session: []policy.Source{{Policy: p}}},
		} {
			request := ofDev("ecr:DeleteRepository", nil)
			request.Resource, policies.Bare = "arn:aws:ecr:eu-west-1:123456789012:repository/web", true
			if got := decisionOf(policy.Decide(request, policies)); got != want {
				t.Errorf("with policies for %s: %s, want %s", resource, got, want)
			}
		}
	}
}

func TestGlobalKeys(t *testing.T) {
	const account, role = "123456789012", "arn:aws:iam::123456789012:role/ci"
	const session, federated = "arn:aws:sts::123456789012:assumed-role/ci/1", "arn:aws:sts::123456789012:federated-user/bob"
	now := time.Date(2031, 5, 1, 14, 0, 0, 0, time.FixedZone("", 7200))
	const absent = "(absent)"
	always := map[string]string{
		"aws:currenttime": "2031-05-01T12:00:00Z", "aws:epochtime": "1935403200", "aws:securetransport": "true", "aws:requestedregion": "eu-west-1",
		"aws:principalaccount": account, "aws:principalisawsservice": "false",
	}
	for name, test := range map[string]struct {
		who                         policy.Principal
		arn, kindOfUser, name, user string
	}{
		"a user":                   {policy.Principal{Account: account, ARN: dev, ID: "AIDAEXAMPLE"}, dev, "User", "dev", "AIDAEXAMPLE"},
		"a user with a path":       {policy.Principal{Account: account, ARN: "arn:aws:iam::123456789012:user/a/b"}, "arn:aws:iam::123456789012:user/a/b", "User", "b", ""},
		"a session":                {policy.Principal{Account: account, ARN: session, Role: role, ID: "AROAEXAMPLE"}, role, "AssumedRole", absent, "AROAEXAMPLE:1"},
		"a session of a lost role": {policy.Principal{Account: account, ARN: session, Role: role}, role, "AssumedRole", absent, ""},
		"a federated user":         {policy.Principal{Account: account, ARN: federated}, federated, "FederatedUser", absent, account + ":bob"},
		"the root":                 {policy.Principal{Account: account, ARN: "arn:aws:iam::123456789012:root"}, "arn:aws:iam::123456789012:root", "Account", absent, account},
		"one that is not known":    {policy.Principal{Account: account, Unknown: true}, "", "", "", ""},
	} {
		want := maps.Clone(always)
		for key, text := range map[string]string{
			"aws:principalarn": test.arn, "aws:principaltype": test.kindOfUser, "aws:username": test.name, "aws:userid": test.user,
		} {
			if text != "" {
				want[key] = text
			}
		}
		got := map[string]string{}
		for key, value := range policy.Global(test.who, "eu-west-1", now) {
			got[key] = strings.Join(value.Texts, ",")
			if value.Texts == nil {
				got[key] = absent
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for _, test := range []struct {
		who  policy.Principal
		want string
	}{{policy.Principal{Service: "ecs.amazonaws.com"}, "true"}, {policy.Principal{Issuer: "ci.example.com"}, "false"}} {
		want := map[string]policy.Value{
			"aws:securetransport": policy.Is("true"), "aws:requestedregion": policy.Is("eu-west-1"), "aws:principalisawsservice": policy.Is(test.want),
		}
		if diff := cmp.Diff(want, policy.Global(test.who, "eu-west-1", time.Time{})); diff != "" {
			t.Errorf("%+v without a time: %s", test.who, diff)
		}
	}
}

func TestCachedPoliciesAreCompiledOnce(t *testing.T) {
	var cache policy.Cache
	const document = `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	first := cache.Compile(document)
	if first.Err() != nil || cache.Compile(document) != first {
		t.Error("a document is compiled again")
	}
	if other := cache.Compile("{}"); other == first || other.Err() == nil {
		t.Error("another document is the same")
	}
}
