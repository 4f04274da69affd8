package sts

import (
	"maps"
	"reflect"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

func TestKeptSessions(t *testing.T) {
	s := Session{
		Account: "123456789012", Region: "eu-west-1", RoleARN: "arn:aws:iam::123456789012:role/deploy", RoleID: "AROA1", Name: "ci", TaskARN: "a-task",
		Kind: TaskApplication, Policy: "{}", PolicyARNs: []string{"p"}, Tags: map[string]string{"k": "v"}, SourceIdentity: "alice", IssuedAt: 7, ID: "x",
		Padding: "y", Expires: 8,
	}
	got, err := Kept(s.Keep())
	want := s
	want.Region, want.TaskARN, want.Kind, want.ID, want.Padding, want.Expires = "", "", "", "", "", 0
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	user := Session{Account: "123456789012", OfUser: "AIDA1", Kind: AsUser}
	if got, err := Kept(user.Keep()); err != nil || !reflect.DeepEqual(got, user) {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := Kept("arn:aws:iam::123456789012:user/alice"); err == nil {
		t.Error("an ARN is a session")
	}
}

// Source: IAM user guide, global condition context keys, aws:CalledVia: it is there where a service calls with the permissions of
// who has called it.
func TestCallsThroughAService(t *testing.T) {
	const service = "cloudformation.amazonaws.com"
	keys := SessionKeys(&Session{Via: service}, maps.All(map[string]string(nil)))
	for name, want := range map[string]policy.Value{
		"aws:viaawsservice": policy.Is("true"), "aws:calledvia": policy.Many([]string{service}),
		"aws:calledviafirst": policy.Is(service), "aws:calledvialast": policy.Is(service),
	} {
		if !reflect.DeepEqual(keys[name], want) {
			t.Errorf("%s is %+v", name, keys[name])
		}
	}
	if _, has := SessionKeys(&Session{}, maps.All(map[string]string(nil)))["aws:calledvia"]; has {
		t.Error("a call of a client is through a service")
	}
}
