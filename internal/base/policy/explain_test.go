package policy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

const (
	task = "arn:aws:ecs:us-east-1:123456789012:task/shop/1"
	dev  = "arn:aws:iam::123456789012:user/dev"
)

func ofDev(action string, keys policy.Keys) policy.Request {
	return policy.Request{Action: action, Resource: task, Principal: policy.Principal{Account: "123456789012", ARN: dev}, Keys: keys}
}

func TestExplanations(t *testing.T) {
	team := policy.Source{Name: "team", Policy: policy.Compile(`{"Version":"2012-10-17","Statement":[
		{"Sid":"Read","Effect":"Allow","Action":"ecs:Describe*","Resource":"*"},
		{"Sid":"Elsewhere","Effect":"Allow","Action":"ecs:StopTask","Resource":"*:task/other/*"},
		{"Sid":"Own","Effect":"Allow","Action":"ecs:StopTask","Resource":"*","Condition":{
			"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"},"Bool":{"aws:SecureTransport":"true"}}},
		{"Effect":"Deny","Action":"ecs:Delete*","Resource":"*","Condition":{"Null":{"aws:PrincipalTag/team":"true"}}}]}`)}
	all := policy.Compile(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)
	granted := policy.Compile(`{"Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"*","Resource":"*"}}`)
	granted2 := policy.Compile(`{"Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"*","Resource":"*",
		"Condition":{"Bool":{"aws:SecureTransport":"true"}}}}`)
	secure := policy.Reached{Operator: "Bool", Key: "aws:SecureTransport", Wants: []string{"true"}, Has: []string{"true"}, Holds: true}
	tag := policy.Reached{Operator: "StringEquals", Key: "aws:ResourceTag/team", Wants: []string{"${aws:PrincipalTag/team}"}, Has: []string{"blue"}}
	keys := policy.Known{"aws:securetransport": policy.Is("true"), "aws:resourcetag/team": policy.Is("blue")}
	ofTeam := []policy.Source{team}
	noTeam := []policy.Reached{{Operator: "Null", Key: "aws:PrincipalTag/team", Wants: []string{"true"}, Holds: true}}
	asked := policy.Found{Layer: policy.Resource} // also where it has no policy
	for name, test := range map[string]struct {
		action   string
		keys     policy.Keys
		policies policy.Policies
		want     []policy.Found
	}{
		"the nearest statement lacks a condition": {"ecs:StopTask", keys, policy.Policies{Identity: ofTeam}, []policy.Found{
			asked, {Layer: policy.Identity, Policy: "team", Statement: "Own", Lacks: policy.LacksCondition, Conditions: []policy.Reached{secure, tag}},
		}},
		"or an action": {"ecs:RunTask", keys, policy.Policies{Identity: ofTeam}, []policy.Found{
			asked, {Layer: policy.Identity, Policy: "team", Statement: "Read", Lacks: policy.LacksAction},
		}},
		"what allows, and a boundary that is not there": {
			"ecs:DescribeTasks", keys, policy.Policies{Identity: ofTeam, Boundary: &policy.Source{Name: "limit"}}, []policy.Found{
				asked, {Layer: policy.Identity, Allows: true, Policy: "team", Statement: "Read", Lacks: policy.LacksNothing},
				{Layer: policy.Boundary, Missing: "limit"},
			},
		},
		"what denies": {"ecs:DeleteCluster", nil, policy.Policies{Identity: ofTeam, Session: ofTeam}, []policy.Found{
			asked, {Layer: policy.Identity, Denies: true, Policy: "team", Statement: "4", Lacks: policy.LacksNothing, Conditions: noTeam},
			{Layer: policy.Session, Denies: true, Policy: "team", Statement: "4", Lacks: policy.LacksNothing, Conditions: noTeam},
		}},
		"what allows, beside another that lacks a condition": {
			"ecs:StopTask", keys, policy.Policies{Identity: []policy.Source{{Name: "all", Policy: all}, team}}, []policy.Found{
				asked, {Layer: policy.Identity, Allows: true, Policy: "all", Statement: "1", Lacks: policy.LacksNothing},
			},
		},
		"what allows as another does that has more conditions": {
			"ecs:StopTask", keys, policy.Policies{Resource: []policy.Source{{Name: "one", Policy: granted}, {Name: "two", Policy: granted2}}}, []policy.Found{
				{Layer: policy.Resource, Allows: true, Policy: "one", Statement: "1", Lacks: policy.LacksNothing}, {Layer: policy.Identity},
			},
		},
		"what cannot be evaluated, beside an Allow": {
			"ecs:DescribeTasks", nil, policy.Policies{Identity: []policy.Source{team, {Name: "odd", Policy: policy.Compile("{}")}}}, []policy.Found{
				asked, {Layer: policy.Identity, Denies: true, Policy: "odd"},
			},
		},
		"what cannot be evaluated": {
			"ecs:StopTask", nil, policy.Policies{Identity: []policy.Source{{Name: "odd", Policy: policy.Compile("{}")}}}, []policy.Found{
				asked, {Layer: policy.Identity, Denies: true, Policy: "odd"},
			},
		},
	} {
		got := policy.Explain(ofDev(test.action, test.keys), test.policies).Layers
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// The texts have the numbers AC6 to AC11.
func TestReasonsOfDenials(t *testing.T) {
	const action = "ecs:StopTask"
	for want, d := range map[string]policy.Decision{
		"because no identity-based policy allows the ecs:StopTask action": {Layer: policy.Identity},
		"because no permissions boundary allows the ecs:StopTask action":  {Layer: policy.Boundary},
		"because no session policy allows the ecs:StopTask action":        {Layer: policy.Session},
		"because no resource-based policy allows the ecs:StopTask action": {Layer: policy.Resource},
		"with an explicit deny in an identity-based policy":               {Layer: policy.Identity, Explicit: true},
		"with an explicit deny in a permissions boundary":                 {Layer: policy.Boundary, Explicit: true},
		"with an explicit deny in a session policy":                       {Layer: policy.Session, Explicit: true},
		"with an explicit deny in a resource-based policy":                {Layer: policy.Resource, Explicit: true},
	} {
		if got := d.Because(action); got != want {
			t.Errorf("%+v is told as %q, want %q", d, got, want)
		}
	}
	for _, d := range []policy.Decision{{Layer: policy.Trust}, {Layer: policy.Trust, Explicit: true}, {Layer: policy.Identity, Allowed: true}, {Allowed: true}} {
		if got := d.Because(action); got != "" {
			t.Errorf("%+v is told as %q", d, got)
		}
	}
}
