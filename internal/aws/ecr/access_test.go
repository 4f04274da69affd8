package ecr

import (
	"fmt"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// What a policy says to principals of the repository's account: without a word of it they may do all.
const (
	silent  = "silent"
	allowed = "allowed"
	denied  = "denied"
)

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

func TestPoliciesDecide(t *testing.T) {
	user := policy.Principal{Account: "123456789012", ARN: "arn:aws:iam::123456789012:user/dev"}
	session := policy.Principal{Account: "123456789012", ARN: "arn:aws:sts::123456789012:assumed-role/ci/1", Role: "arn:aws:iam::123456789012:role/ci"}
	unknown := policy.Principal{Account: "123456789012", Unknown: true}
	statement := func(effect, principal, rest string) string {
		return fmt.Sprintf(`{"Effect":%q,"Principal":%s,%s}`, effect, principal, rest)
	}
	const sessionOfCI = `["123456789012","arn:aws:iam::123456789012:role/ci","arn:aws:sts::123456789012:assumed-role/ci/1"]`
	const get, anyone, account = `"Action":"ecr:BatchGetImage"`, `"*"`, `{"AWS":"123456789012"}`
	condition := func(text string) string { return get + `,"Condition":` + text }
	for name, test := range map[string]struct {
		statements string
		who        policy.Principal
		want       string
	}{
		"an account":          {statement("Allow", account, get), user, allowed},
		"its root":            {statement("Allow", `{"AWS":["arn:aws:iam::123456789012:root"]}`, get), session, allowed},
		"another account":     {statement("Allow", `{"AWS":"210987654321"}`, get), user, silent},
		"a user":              {statement("Deny", `{"AWS":"arn:aws:iam::123456789012:user/dev"}`, get), user, denied},
		"another user":        {statement("Deny", `{"AWS":"arn:aws:iam::123456789012:user/dev"}`, get), session, silent},
		"a role":              {statement("Deny", `{"AWS":"arn:aws:iam::123456789012:role/ci"}`, get), session, denied},
		"a denial counts":     {"[" + statement("Deny", anyone, get) + "," + statement("Allow", anyone, get) + "]", user, denied},
		"wildcards":           {statement("Deny", anyone, `"Action":["s3:*","ECR:Batch*"]`), user, denied},
		"another action":      {statement("Deny", anyone, `"Action":"ecr:PutImage"`), user, silent},
		"all but an action":   {statement("Deny", anyone, `"NotAction":"ecr:PutImage"`), user, denied},
		"but this action":     {statement("Deny", anyone, `"NotAction":"ecr:*"`), user, silent},
		"by HTTP":             {statement("Deny", anyone, condition(`{"Bool":{"aws:SecureTransport":"false"}}`)), user, silent},
		"by a role":           {statement("Deny", anyone, condition(`{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/ci"}}`)), session, denied},
		"by another role":     {statement("Deny", anyone, condition(`{"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/ci"}}`)), session, silent},
		"a tag":               {statement("Deny", anyone, condition(`{"StringEquals":{"aws:ResourceTag/Stage":"prod"}}`)), user, denied},
		"another tag":         {statement("Deny", anyone, condition(`{"StringEquals":{"ecr:ResourceTag/stage":"test"}}`)), user, silent},
		"an absent tag":       {statement("Deny", anyone, condition(`{"Null":{"ecr:ResourceTag/team":"true"}}`)), user, denied},
		"a key not known":     {statement("Deny", anyone, condition(`{"StringNotEquals":{"aws:SourceVpce":"vpce-1"}}`)), user, silent},
		"a grant by it":       {statement("Allow", anyone, condition(`{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`)), user, allowed},
		"an empty condition":  {statement("Deny", anyone, condition(`{ }`)), user, denied},
		"a service":           {statement("Allow", `{"Service":"lambda.amazonaws.com"}`, get), user, silent},
		"all but a principal": {`{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:role/ci"},` + get + `}`, user, denied},
		"but this principal":  {`{"Effect":"Deny","NotPrincipal":{"AWS":` + sessionOfCI + `},` + get + `}`, session, silent},
		"but the role alone":  {`{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:role/ci"},` + get + `}`, session, denied},
		"one not known":       {statement("Deny", anyone, condition(`{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/ci"}}`)), unknown, silent},
		"of no known kind":    {statement("Deny", anyone, condition(`{"StringEquals":{"aws:PrincipalType":"Account"}}`)), unknown, silent},
		"perhaps that user":   {statement("Deny", `{"AWS":"arn:aws:iam::123456789012:user/dev"}`, get), unknown, silent},
		"of the account":      {statement("Deny", account, get), unknown, denied},
		"before noon":         {statement("Deny", anyone, condition(`{"DateLessThan":{"aws:CurrentTime":"2026-11-02T12:00:00Z"}}`)), user, silent},
		"until one":           {statement("Deny", anyone, condition(`{"DateLessThan":{"aws:CurrentTime":"2026-11-02T13:00:00Z"}}`)), user, denied},
	} {
		r := Repository{Scope: arn.Scope{Region: "eu-west-1", Account: "123456789012"}, Name: "web", Policy: `{"Version":"2012-10-17","Statement":` + test.statements + `}`}
		r.Tags = []ResourceTag{{Key: "stage", Value: "prod"}}
		if err := CheckPolicy(r.Policy); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := said(r.Decide(test.who, "ecr:BatchGetImage", noon)); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
	if got := said((&Repository{}).Decide(user, "ecr:BatchGetImage", noon)); got != silent {
		t.Errorf("without a policy: %s", got)
	}
}

func said(d policy.Decision) string {
	switch {
	case d.Explicit:
		return denied
	case d.Allowed && d.Layer == policy.Resource:
		return allowed
	case d.Allowed:
		return silent
	}
	return "neither"
}

// Who is of another account may do what the policy allows, and no more.
func TestPoliciesForOtherAccounts(t *testing.T) {
	guest := policy.Principal{Account: "210987654321", ARN: "arn:aws:iam::210987654321:root"}
	r := Repository{Scope: arn.Scope{Region: "eu-west-1", Account: "123456789012"}, Name: "web"}
	if d := r.Decide(guest, "ecr:BatchGetImage", noon); d.Allowed || d.Because("ecr:BatchGetImage") != "because no resource-based policy allows the ecr:BatchGetImage action" {
		t.Errorf("without a policy: %+v", d)
	}
	r.Policy = `{"Statement":{"Effect":"Allow","Principal":{"AWS":"210987654321"},"Action":"ecr:BatchGetImage"}}`
	if d := r.Decide(guest, "ecr:BatchGetImage", noon); !d.Allowed {
		t.Errorf("an action that is allowed: %+v", d)
	}
	if d := r.Decide(guest, "ecr:PutImage", noon); d.Allowed {
		t.Errorf("another action: %+v", d)
	}
}

// Older builds took policies of which statements cannot be evaluated: they say nothing, and the others count.
func TestPoliciesOfOlderBuilds(t *testing.T) {
	user := policy.Principal{Account: "123456789012", ARN: "arn:aws:iam::123456789012:user/dev"}
	guest := policy.Principal{Account: "210987654321", ARN: "arn:aws:iam::210987654321:root"}
	const allow, deny = `{"Effect":"Allow","Principal":{"AWS":"210987654321"},"Action":"ecr:BatchGetImage"}`, `{"Effect":"Deny","Principal":"*","Action":"*"`
	for policy, want := range map[string]struct{ own, others, push, repair bool }{
		`{"Statement":[` + deny + `,"Condition":null},` + allow + `]}`:                                           {true, true, true, true},
		`{"Statement":[` + deny + `,"Condition":[]},` + allow + `]}`:                                             {true, true, true, true},
		`{"Statement":[` + deny + `,"Condition":{"StringSounds":{"aws:userid":"a"}}},` + allow + `]}`:            {true, true, true, true},
		`{"Version":"2012-10-17","Statement":` + deny + `,"Condition":{"StringEquals":{"aws:userid":"${"}}}}`:    {true, false, true, true},
		`{"Statement":{"Effect":"Deny","Principal":{"Users":"*"},"Action":"*"}}`:                                 {true, false, true, true},
		`{"Version":"2026-01-01","Statement":` + deny + `}}`:                                                     {true, false, true, true},
		`{"Statement":[` + deny + `},{"Effect":"Deny","Principal":"*","Action":"*","Condition":null}]}`:          {false, false, false, true},
		`{"Statement":{"Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage","Resource":"arn:a:b:c:d"}}`: {true, true, true, true},
		`{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"arn:a:b:c:d"}}`:                  {false, false, false, false},
	} {
		r := Repository{Scope: arn.Scope{Region: "eu-west-1", Account: "123456789012"}, Name: "web", Policy: policy}
		if CheckPolicy(policy) == nil {
			t.Errorf("%s is taken", policy)
		}
		if got := r.Decide(user, "ecr:BatchGetImage", noon).Allowed; got != want.own {
			t.Errorf("%s: a pull is %t", policy, got)
		}
		if got := r.Decide(user, "ecr:PutImage", noon).Allowed; got != want.push {
			t.Errorf("%s: a push is %t", policy, got)
		}
		if got := r.Decide(guest, "ecr:BatchGetImage", noon).Allowed; got != want.others {
			t.Errorf("%s: a pull of another account is %t", policy, got)
		}
		for _, action := range []string{"ecr:GetRepositoryPolicy", "ecr:SetRepositoryPolicy", "ecr:DeleteRepositoryPolicy", "ecr:DeleteRepository"} {
			if got := r.Decide(user, action, noon).Allowed; got != want.repair {
				t.Errorf("%s: %s is %t", policy, action, got)
			}
			if r.Decide(guest, action, noon).Allowed {
				t.Errorf("%s: another account may do %s", policy, action)
			}
		}
	}
}

// Who decides by all policies, without leniency, takes no policy that cannot be evaluated: it would deny its own deletion.
func TestPoliciesThatCannotBeEvaluatedAreKeptToTheRepository(t *testing.T) {
	who := policy.Principal{Account: "123456789012", ARN: "arn:aws:iam::123456789012:root", Unlimited: true}
	for text, want := range map[string]bool{
		"": true,
		`{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Condition":null}}`:       true,
		`{"Version":"2026-01-01","Statement":{"Effect":"Deny","Principal":"*","Action":"*"}}`: true,
		`{"Statement":{"Effect":"Deny","Principal":"*","Action":"ecr:*"}}`:                    false,
	} {
		r := Repository{Scope: arn.Scope{Region: "eu-west-1", Account: "123456789012"}, Name: "web", Policy: text}
		d := policy.Decide(policy.Request{Action: "ecr:DeleteRepositoryPolicy", Resource: r.ARN(), Principal: who, Keys: policy.Partial{}},
			policy.Policies{Bare: true, Resource: r.Policies()})
		if d.Allowed != want {
			t.Errorf("%s: its deletion is allowed: %t", text, d.Allowed)
		}
	}
}

// A Deny whose condition an older build did not read keeps an account from images, and not from the policy.
func TestAPolicyThatDeniesByAConditionCanBeMended(t *testing.T) {
	r := Repository{Scope: arn.Scope{Region: "eu-west-1", Account: "123456789012"}, Name: "web", Policy: `{"Statement":{"Effect":"Deny",
		"Principal":"*","Action":"ecr:*","Condition":{"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}}}}`}
	who := policy.Principal{Account: "123456789012", ARN: "arn:aws:iam::123456789012:root", Unknown: true}
	for action, want := range map[string]bool{"ecr:BatchGetImage": false, "ecr:SetRepositoryPolicy": true, "ecr:DeleteRepository": true} {
		if got := r.Decide(who, action, noon).Allowed; got != want {
			t.Errorf("%s is allowed: %t", action, got)
		}
	}
}

func TestWhatIsNoPolicy(t *testing.T) {
	for _, text := range []string{
		"", "{", "{}", "[]", `"policy"`, `{"Statement":[]}`, `{"Statement":1}`, `{"Statement":[{"Effect":"Allow"}]}`,
		`{"Statement":{"Effect":"Maybe","Principal":"*","Action":"*"}}`, `{"Statement":{"Effect":"Allow","Principal":{},"Action":"*"}}`,
		`{"Statement":{"Effect":"Allow","Principal":"*","Action":[]}}`, `{"Statement":{"Effect":"Allow","Principal":"*","NotPrincipal":"*","Action":"*"}}`,
		`{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Condition":[]}}`, `{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Condition":null}}`,
		`{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Condition":{"StringSounds":{"aws:userid":"a"}}}}`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Condition":{"StringEquals":{"aws:userid":"${aws:userid"}}}}`,
		`{"Statement":{"Effect":"Allow","Principal":{"AWS":210987654321},"Action":"*"}}`, `{"Statement":{"Effect":"Allow","Principal":{"AWS":null},"Action":"*"}}`,
		`{"Statement":{"Effect":"Allow","Principal":{"AWS":[]},"Action":"*"}}`, `{"Statement":{"Effect":"Allow","Principal":{"AWS":["*",null]},"Action":"*"}}`,
		`{"Statement":{"Effect":"Allow","Principal":{"AWS":[],"Service":"ecs.amazonaws.com"},"Action":"*"}}`,
		`{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}`, `{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","NotResource":"*"}}`,
	} {
		if CheckPolicy(text) == nil {
			t.Errorf("%s is a policy", text)
		}
	}
}
