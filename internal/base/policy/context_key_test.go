package policy_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// Answers of GetContextKeysForCustomPolicy, whose order is not known: context_keys_aws.json.
func TestContextKeys(t *testing.T) {
	const version = `"Version":"2012-10-17",`
	condition := func(members string) string {
		return `{"Statement":{` + members + `,"Condition":{"StringEquals":{"aws:username":"a"}}}}`
	}
	for document, want := range map[string]string{
		`{` + version + `"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/${aws:PrincipalTag/Team}/${aws:username}",
			"Condition":{"StringEquals":{"s3:ExistingObjectTag/Owner":"${aws:PrincipalTag/Team}"},"Null":{"AWS:SourceIp":"false"}}}}`: "aws:PrincipalTag/Team aws:username AWS:SourceIp s3:ExistingObjectTag/Owner",
		`{` + version + `"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/${aws:username, 'default'}/${*}/${?}/${$}"}}`: "aws:username * ? $",
		`{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/${aws:username}"}}`:                   "",
		`{` + version + `"Statement":{"Effect":"Deny","Action":"s3:GetObject","NotResource":"arn:aws:s3:::bucket/${aws:PrincipalTag/project}"}}`:             "aws:PrincipalTag/project",
		`{` + version + `"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/${aws:username}/${AWS:username}",
			"Condition":{"StringEquals":{"aws:username":"${aws:username}","AWS:username":"a"}}}}`: "aws:username AWS:username",
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"MadeUp":{"aws:username":"a"}}}}`: "error",
		condition(`"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"`):                                  "aws:username",
		condition(`"Effect":"Allow","Action":"*"`):                                                                 "aws:username",
		condition(`"Action":"*","Resource":"*"`):                                                                   "error",
		condition(`"Effect":"Allow","Resource":"*"`):                                                               "aws:username",
		condition(`"Effect":"Allow","Action":"abc","Resource":"bad"`):                                              "aws:username",
		`{` + version + `"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"NumericEquals":{"aws:MultiFactorAuthAge":"${aws:PrincipalTag/Age}"}}}}`: "aws:MultiFactorAuthAge aws:PrincipalTag/Age",
		`{` + version + `"Statement":[],"Foo":"x"}`: "error",
		`{"Statement":[]}`:                          "",
		`{` + version + `"Statement":{"Effect":"Allow","Action":"${aws:username}","Resource":"*"}}`:                         "",
		`{` + version + `"Statement":{"Effect":"Allow","Principal":{"AWS":"${aws:username}"},"Action":"*","Resource":"*"}}`: "",
		`{` + version + `"Statement":{"Effect":"Allow","Condition":{"StringEquals":{"${aws:username}":"a"}}}}`:              "${aws:username}",
		`{"Statement":{"Effect":"Allow","Condition":{}}}`:                                                                   "",
		`{"Version":"2012-10-17"}`:                                   "",
		`{"Statement":{"Effect":"Allow","Action":[],"Resource":[]}}`: "",
		`null`: "error",
	} {
		keys, err := policy.ContextKeys(document)
		got := strings.Join(keys, " ")
		if errors.Is(err, policy.ErrSyntax) {
			got = "error"
		}
		if got != want {
			t.Errorf("%s has %q, want %q", document, got, want)
		}
	}
}

func TestAllMatches(t *testing.T) {
	sources := []policy.Source{
		{Name: "not there"},
		{Name: "two", Policy: policy.Compile(`{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"},{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"},
			{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}`)},
		{Name: "deny", Policy: policy.Compile(`{"Statement":{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}}`)},
		{Name: "broken", Policy: policy.Compile(`{`)},
	}
	want := []policy.Match{{Source: 1, Statement: 0}, {Source: 1, Statement: 2}, {Source: 2, Denies: true}, {Source: 3, Statement: -1, Denies: true}}
	if diff := cmp.Diff(want, policy.Matches(policy.Request{Action: "S3:getobject", Resource: "*"}, policy.Identity, sources)); diff != "" {
		t.Error(diff)
	}
}

// Source: condition_values.json and condition_ip.json, of the policy simulator.
func TestConditionsOfSimulatedRequests(t *testing.T) {
	for _, c := range []struct {
		condition, value        string
		holds, holdsIfSimulated bool
	}{
		{`"NumericNotEquals":{"k":"1"}`, "abc", true, false},
		{`"NumericNotEquals":{"k":"1"}`, "2", true, true},
		{`"NumericEquals":{"k":"1"}`, "abc", false, false},
		{`"DateNotEquals":{"k":"2026-01-01"}`, "abc", true, true},
		{`"NotIpAddress":{"k":["bad","10.0.0.0/8"]}`, "192.0.2.1", true, false},
		{`"IpAddress":{"k":["192.0.2.0/24","bad"]}`, "192.0.2.1", true, true},
		{`"IpAddress":{"k":["bad","192.0.2.0/24"]}`, "192.0.2.1", true, false},
	} {
		source := policy.Source{Name: "a", Policy: policy.Compile(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{` + c.condition + `}}}`)}
		holds := func(keys policy.Keys) bool {
			return len(policy.Matches(policy.Request{Action: "s3:GetObject", Resource: "*", Keys: keys}, policy.Identity, []policy.Source{source})) > 0
		}
		if holds(policy.Known{"k": policy.Is(c.value)}) != c.holds || holds(policy.Simulated{"k": policy.Is(c.value)}) != c.holdsIfSimulated {
			t.Errorf("%s with %s does not hold as it has to", c.condition, c.value)
		}
	}
}
