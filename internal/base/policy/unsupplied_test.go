package policy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// Which keys of a statement no request has: a part of what ECS, IAM and STS have (AC60–AC63).
func TestUnsuppliedKeys(t *testing.T) {
	global := []string{"aws:principalarn", "aws:principaltag/", "aws:username", "aws:currenttime"}
	set := func(keys ...string) policy.KeySet {
		s := policy.KeySet{}
		for _, key := range append(keys, global...) {
			s[key] = true
		}
		return s
	}
	supplied := policy.SuppliedBy(map[string]policy.KeySet{
		"ecs:runtask":                   set("ecs:cluster", "ecs:enable-execute-command", "aws:requesttag/", "aws:tagkeys"),
		"ecs:stoptask":                  set("ecs:cluster", "aws:resourcetag/", "ecs:resourcetag/"),
		"ecs:listclusters":              set(),
		"iam:passrole":                  set("iam:passedtoservice"),
		"sts:assumerolewithwebidentity": set(":sub", ":aud"),
	})
	for name, c := range map[string]struct {
		statements string
		want       []policy.Unsupplied
	}{
		"all are supplied": {
			`{"Effect":"Allow","Action":"ecs:RunTask","Resource":"*","Condition":{"ArnEquals":{"ecs:Cluster":"x"},"StringLike":{"aws:RequestTag/Team":"*"}}}`, nil,
		},
		"no condition": {`{"Effect":"Allow","Action":"ecs:RunTask","Resource":"*"}`, nil},
		"a key of another operation": {
			`{"Sid":"Own","Effect":"Allow","Action":"ecs:RunTask","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"x"}}}`,
			[]policy.Unsupplied{{"Own", []string{"aws:ResourceTag/team"}}},
		},
		"one of several actions has it": {
			`{"Effect":"Allow","Action":["ecs:RunTask","ecs:StopTask"],"Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"x"}}}`, nil,
		},
		"a pattern's actions have it": {
			`{"Effect":"Allow","Action":"ecs:*Task","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"x","ecs:enable-execute-command":"true"}}}`, nil,
		},
		"none of a pattern's actions has it": {
			`{"Effect":"Allow","Action":"ECS:List*","Resource":"*","Condition":{"ArnEquals":{"ecs:cluster":"x"},"Null":{"aws:MultiFactorAuthAge":"false"}}}`,
			[]policy.Unsupplied{{"1", []string{"ecs:cluster", "aws:MultiFactorAuthAge"}}},
		},
		"each statement by itself, by its number": {
			`{"Effect":"Allow","Action":"ecs:*","Resource":"*"},
			 {"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o"},"StringNotLike":{"aws:principalorgid":"p"}}},
			 {"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"x","ecs:cluster":"y"}}}`,
			[]policy.Unsupplied{{"2", []string{"aws:PrincipalOrgID"}}, {"3", []string{"ecs:cluster"}}},
		},
		"NotAction is all": {
			`{"Effect":"Deny","NotAction":"iam:*","Resource":"*","Condition":{"ArnEquals":{"ecs:cluster":"x","ecs:nothing":"y"}}}`,
			[]policy.Unsupplied{{"1", []string{"ecs:nothing"}}},
		},
		"actions of services that are not here": {
			`{"Effect":"Allow","Action":["s3:ListBucket","kms:*"],"Resource":"*","Condition":{"StringLike":{"s3:prefix":"x","aws:PrincipalOrgID":"o"}}}`, nil,
		},
		"such actions beside others": {
			`{"Effect":"Allow","Action":["s3:ListBucket","ecs:RunTask"],"Resource":"*","Condition":{"StringLike":{"s3:prefix":"x","kms:ViaService":"y","aws:PrincipalOrgID":"o"}}}`,
			[]policy.Unsupplied{{"1", []string{"aws:PrincipalOrgID", "kms:ViaService"}}},
		},
		"variables": {
			`{"Effect":"Allow","Action":"ecs:RunTask","Resource":["*/${aws:username}","*/${aws:FederatedProvider,'none'}","*/${*}"],
			 "Condition":{"StringEquals":{"aws:RequestTag/team":["${aws:PrincipalTag/team}","${ec2:SourceInstanceARN}"]}}}`,
			[]policy.Unsupplied{{"1", []string{"ec2:sourceinstancearn", "aws:federatedprovider"}}},
		},
		"keys of identity providers": {
			`{"Effect":"Allow","Principal":{"Federated":"x"},"Action":"sts:AssumeRoleWithWebIdentity",
			 "Condition":{"StringEquals":{"ci.example.com/id/1:sub":"a","ci.example.com/id/1:aud":"b","ci.example.com/id/1:amr":"c","SAML:aud":"d"}}}`,
			[]policy.Unsupplied{{"1", []string{"SAML:aud", "ci.example.com/id/1:amr"}}},
		},
	} {
		p := policy.Compile(`{"Version":"2012-10-17","Statement":[` + c.statements + `]}`)
		if p.Err() != nil {
			t.Fatalf("%s: %v", name, p.Err())
		}
		if diff := cmp.Diff(c.want, p.Unsupplied(supplied)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
