package credentials

import (
	"errors"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

const cloudFormation = "cloudformation.amazonaws.com"

// forwarded is who calls with the keys that a service gets for a caller whom it remembers.
func forwarded(t *testing.T, i *Issuer, by awsapi.Caller, account string) (awsapi.Caller, error) {
	t.Helper()
	remembered := awsapi.Call{Account: account, Region: "eu-west-1", Caller: by}.Remember()
	as, err := i.Forward(arn.Scope{Account: account, Region: "eu-west-1"}, remembered, cloudFormation)
	if err != nil {
		t.Fatal(err)
	}
	got, known, err := i.Caller(awsapi.Scope{AccessKeyID: as.Keys.AccessKeyID, Service: "iam"}, as.Keys.SessionToken)
	if !known {
		t.Fatal("the keys are not known")
	}
	return got, err
}

func TestAServiceActsAsItsCaller(t *testing.T) {
	issuer, u, change := keyOfUser(t)
	issuer.Strict = true
	role := &iam.Role{Account: u.Account, Name: "deploy", ID: "AROAFIRST", Path: "/"}
	change(func(tx *store.Tx, _ *iam.AccessKey) { iam.Roles.Put(tx, role) })
	ended := session.Session{
		Account: u.Account.ID, Region: "us-east-1", RoleARN: role.ARN(), RoleID: role.ID, Name: "ci", Policy: `{"Statement":[]}`,
		Expires: issuer.Clock.Now().Add(-time.Minute).Unix(),
	}
	for name, test := range map[string]struct {
		by   awsapi.Caller
		arn  string
		role string
	}{
		"a user":                   {awsapi.Caller{Account: u.Account.ID, ARN: u.ARN(), UserID: u.ID, LongLived: true}, u.ARN(), ""},
		"a session that has ended": {callerOf(ended), "arn:aws:sts::111122223333:assumed-role/deploy/ci", role.ARN()},
	} {
		got, err := forwarded(t, issuer, test.by, u.Account.ID)
		if err != nil || got.ARN != test.arn || got.RoleARN != test.role || got.Session.Via != cloudFormation || got.Session.Policy != sessionPolicy(test.by) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	change(func(tx *store.Tx, _ *iam.AccessKey) {
		iam.Users.Delete(tx, u)
		iam.Roles.Delete(tx, role)
	})
	for _, by := range []awsapi.Caller{{Account: u.Account.ID, ARN: u.ARN(), UserID: u.ID}, callerOf(ended)} {
		if got, err := forwarded(t, issuer, by, u.Account.ID); !errors.Is(err, awsapi.ErrTokenInvalid) {
			t.Errorf("of one that is deleted: %+v, %v", got, err)
		}
	}
}

func sessionPolicy(c awsapi.Caller) string {
	if c.Session == nil {
		return ""
	}
	return c.Session.Policy
}

func TestTheRootOfAnAccountIsRememberedAsNothing(t *testing.T) {
	issuer, u, _ := keyOfUser(t)
	scope := arn.Scope{Account: u.Account.ID, Region: "eu-west-1"}
	for _, by := range []awsapi.Caller{{}, {Account: u.Account.ID, LongLived: true}, callerOf(session.Session{Account: u.Account.ID, Region: "eu-west-1"})} {
		remembered := awsapi.Call{Account: u.Account.ID, Region: "eu-west-1", Caller: by}.Remember()
		as, err := issuer.Forward(scope, remembered, cloudFormation)
		if remembered != "" || err != nil || as != apiclient.Root(scope) {
			t.Errorf("%+v is %q: %+v, %v", by, remembered, as, err)
		}
	}
	if _, err := issuer.Forward(scope, "no session", cloudFormation); err == nil {
		t.Error("anything is a caller")
	}
}
