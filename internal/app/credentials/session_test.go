package credentials

import (
	"errors"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// callerIn is who has the keys of a session, and signs a request for a service.
func callerIn(t *testing.T, i *Issuer, s session.Session, service string) (awsapi.Caller, error) {
	t.Helper()
	s.Expires = i.Clock.Now().Add(time.Hour).Unix()
	keys, err := i.Sessions.Issue(s)
	if err != nil {
		t.Fatal(err)
	}
	caller, known, err := i.Caller(awsapi.Scope{AccessKeyID: keys.AccessKeyID, Service: service}, keys.Token)
	if !known {
		t.Fatal("the keys are not known")
	}
	return caller, err
}

// A session is of the role that was there when it began (AC49).
func TestSessionsEndWithTheirRole(t *testing.T) {
	issuer, u, change := keyOfUser(t)
	role := &iam.Role{Account: u.Account, Name: "deploy", ID: "AROAFIRST", Path: "/ci/"}
	never, _ := iam.IDOfRole(issuer.Store.Read(), role.ARN())
	put := func(id string) {
		again := *role
		again.ID = id
		change(func(tx *store.Tx, _ *iam.AccessKey) { iam.Roles.Put(tx, &again) })
	}
	remove := func() { change(func(tx *store.Tx, _ *iam.AccessKey) { iam.Roles.Delete(tx, role) }) }
	check := func(when, id string, refused bool) {
		t.Helper()
		for _, strict := range []bool{false, true} {
			issuer.Strict = strict
			s := session.Session{Account: u.Account.ID, RoleARN: role.ARN(), RoleID: id, Name: "test"}
			caller, err := callerIn(t, issuer, s, "ecs")
			switch {
			case refused && strict:
				if !errors.Is(err, awsapi.ErrTokenInvalid) {
					t.Errorf("%s: %+v, %v", when, caller, err)
				}
			case err != nil || caller.Session == nil || caller.Session.Name != "test" || caller.RoleARN != role.ARN():
				t.Errorf("%s, strict %t: %+v, %v", when, strict, caller, err)
			}
		}
	}
	check("a role that never was", never, false)
	put("AROAFIRST")
	check("a role that is there", "AROAFIRST", false)
	check("a role that was made when the session had begun", never, false)
	remove()
	check("a deleted role", "AROAFIRST", true)
	put("AROASECOND")
	check("a role that is made again", "AROAFIRST", true)
	check("the new role", "AROASECOND", false)
}

// Without an MFA device, which the emulator does not have, AWS takes no keys of GetSessionToken and GetFederationToken at IAM.
func TestIAMTakesNoSessionsOfUsers(t *testing.T) {
	issuer, u, change := keyOfUser(t)
	role := &iam.Role{Account: u.Account, Name: "deploy", ID: "AROAFIRST", Path: "/"}
	change(func(tx *store.Tx, _ *iam.AccessKey) { iam.Roles.Put(tx, role) })
	for name, test := range map[string]struct {
		session session.Session
		taken   bool
	}{
		"a user":           {session.Session{OfUser: u.ID}, false},
		"the root user":    {session.Session{}, false},
		"a federated user": {session.Session{OfUser: u.ID, FederatedName: "Bob"}, false},
		"a role":           {session.Session{RoleARN: role.ARN(), RoleID: role.ID, Name: "test"}, true},
	} {
		test.session.Account = u.Account.ID
		for _, strict := range []bool{false, true} {
			issuer.Strict = strict
			if _, err := callerIn(t, issuer, test.session, "ecs"); err != nil {
				t.Errorf("%s at ECS, strict %t: %v", name, strict, err)
			}
			_, err := callerIn(t, issuer, test.session, "iam")
			if taken := test.taken || !strict; taken && err != nil || !taken && !errors.Is(err, awsapi.ErrTokenInvalid) {
				t.Errorf("%s at IAM, strict %t: %v", name, strict, err)
			}
		}
	}
}

// A user that never was, as which a program is tried, is no other principal in a session: neither the root user nor one who may
// do anything.
func TestSessionsOfUsersThatNeverWere(t *testing.T) {
	issuer, _, _ := keyOfUser(t)
	for name, want := range map[string]string{"": "arn:aws:iam::111122223333:user/ghost", "Bob": "arn:aws:sts::111122223333:federated-user/Bob"} {
		of := session.Session{Account: "111122223333", OfUser: "arn:aws:iam::111122223333:user/ghost", FederatedName: name}
		issuer.Strict = false
		if caller, err := callerIn(t, issuer, of, "ecs"); err != nil || caller.ARN != want {
			t.Errorf("the caller is %+v, %v, want %s", caller, err, want)
		}
		issuer.Strict = true
		if _, err := callerIn(t, issuer, of, "ecs"); !errors.Is(err, awsapi.ErrTokenInvalid) {
			t.Errorf("%s where keys have to be of a user: %v", want, err)
		}
	}
}

// A federated user is another principal than the user who has asked for its keys, and ends with it.
func TestFederatedUsers(t *testing.T) {
	issuer, u, change := keyOfUser(t)
	bob := session.Session{Account: u.Account.ID, OfUser: u.ID, FederatedName: "Bob"}
	caller, err := callerIn(t, issuer, bob, "ecs")
	if err != nil || caller.ARN != "arn:aws:sts::111122223333:federated-user/Bob" || caller.UserID != "111122223333:Bob" || caller.RoleARN != "" ||
		caller.Session == nil || caller.Session.OfUser != u.ID {
		t.Errorf("the caller is %+v, %v", caller, err)
	}
	change(func(tx *store.Tx, _ *iam.AccessKey) { iam.Users.Delete(tx, u) })
	if _, err := callerIn(t, issuer, bob, "ecs"); !errors.Is(err, awsapi.ErrTokenInvalid) {
		t.Errorf("when the user is deleted: %v", err)
	}
	bob.OfUser = "" // of the root user
	if caller, err := callerIn(t, issuer, bob, "ecs"); err != nil || caller.ARN != "arn:aws:sts::111122223333:federated-user/Bob" {
		t.Errorf("the caller is %+v, %v", caller, err)
	}
}
