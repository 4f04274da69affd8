package sts_test

import (
	"maps"
	"reflect"
	"testing"

	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

func TestConditionKeysOfSessions(t *testing.T) {
	for name, test := range map[string]struct {
		session *session.Session
		tags    map[string]string
		want    map[string]string
	}{
		"long-lived keys": {nil, map[string]string{"Team": "shop", "cost": ""}, map[string]string{
			"aws:principaltag/team": "shop", "aws:principaltag/cost": "",
		}},
		"a user without tags": {nil, nil, map[string]string{}},
		"a session": {&session.Session{IssuedAt: 1_900_000_000}, nil, map[string]string{
			"aws:multifactorauthpresent": "false", "aws:tokenissuetime": "2030-03-17T17:46:40Z",
		}},
		"a session of which nothing is known": {&session.Session{}, nil, map[string]string{"aws:multifactorauthpresent": "false"}},
		"session tags over tags of the role": {
			&session.Session{Tags: map[string]string{"TEAM": "bank", "env": "test"}}, map[string]string{"Team": "shop", "cost": "9"},
			map[string]string{
				"aws:multifactorauthpresent": "false", "aws:principaltag/team": "bank", "aws:principaltag/env": "test", "aws:principaltag/cost": "9",
			},
		},
		"a session that an identity provider has begun": {
			&session.Session{SourceIdentity: "alice", Provider: "arn:aws:iam::123456789012:oidc-provider/ci.example.com"}, nil,
			map[string]string{
				"aws:multifactorauthpresent": "false", "aws:sourceidentity": "alice",
				"aws:federatedprovider": "arn:aws:iam::123456789012:oidc-provider/ci.example.com",
			},
		},
	} {
		want := map[string]policy.Value{}
		for key, text := range test.want {
			want[key] = policy.Is(text)
		}
		if got := session.SessionKeys(test.session, maps.All(test.tags)); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}
