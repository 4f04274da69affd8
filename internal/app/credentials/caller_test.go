package credentials

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// keyOfUser is an issuer and the access key of a user, which change rewrites.
func keyOfUser(t *testing.T) (i *Issuer, u *iam.User, change func(fn func(tx *store.Tx, k *iam.AccessKey))) {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	clk := clock.New(clock.Options{})
	t.Cleanup(func() {
		clk.Close()
		rows.Close()
	})
	i = &Issuer{Store: rows, Sessions: session.New(rows), Clock: clk, Log: slog.New(slog.DiscardHandler)}
	u = &iam.User{Account: iam.Account{Partition: "aws", ID: "111122223333"}, Name: "dev", ID: "AIDAEXAMPLE", Path: "/team/"}
	draw, err := i.Sessions.AccessKeyIDs(u.Account.ID)
	if err != nil {
		t.Fatal(err)
	}
	key := &iam.AccessKey{ID: draw(), Account: u.Account, UserID: u.ID}
	change = func(fn func(tx *store.Tx, k *iam.AccessKey)) {
		t.Helper()
		if err := rows.Update(func(tx *store.Tx) error {
			changed := *key
			fn(tx, &changed)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	change(func(tx *store.Tx, k *iam.AccessKey) {
		iam.Users.Put(tx, u)
		iam.AccessKeys.Put(tx, k)
	})
	return i, u, change
}

func TestAnAccessKeyIsItsUser(t *testing.T) {
	issuer, u, change := keyOfUser(t)
	var signed awsapi.Scope
	change(func(_ *store.Tx, k *iam.AccessKey) {
		signed = awsapi.Scope{AccessKeyID: k.ID, Service: "ecs", Region: "eu-west-1"}
	})
	if got := session.AccountOf(signed.AccessKeyID); got != u.Account.ID {
		t.Errorf("the id is of account %s", got)
	}
	caller, known, err := issuer.Caller(signed, "")
	if want := (awsapi.Caller{Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/team/dev", UserID: "AIDAEXAMPLE", LongLived: true}); err != nil || !known || caller != want {
		t.Errorf("the caller is %+v, %v, %v", caller, known, err)
	}
	if use, used := issuer.KeyUses.Of(signed.AccessKeyID); !used || use.Service != "ecs" || use.Region != "eu-west-1" || use.At.IsZero() {
		t.Errorf("the use is %+v, %v", use, used)
	}
	issuer.Verified = true
	issuer.KeyUses.Forget()
	if _, _, err := issuer.Caller(signed, ""); err != nil {
		t.Error(err)
	}
	if use, used := issuer.KeyUses.Of(signed.AccessKeyID); used {
		t.Errorf("before its signature is verified the use is %+v", use)
	}
	refused := func(when, token string) {
		t.Helper()
		if _, known, err := issuer.Caller(signed, token); !known || !errors.Is(err, awsapi.ErrTokenInvalid) {
			t.Errorf("%s: %v, %v", when, known, err)
		}
	}
	refused("with a token", "token")
	change(func(tx *store.Tx, k *iam.AccessKey) {
		k.Inactive = true
		iam.AccessKeys.Put(tx, k)
	})
	refused("inactive", "")
	change(func(tx *store.Tx, k *iam.AccessKey) { iam.DeleteAccessKey(tx, k) })
	refused("deleted", "")
	change(func(tx *store.Tx, k *iam.AccessKey) { iam.AccessKeys.Delete(tx, k) })
	refused("with a row that is lost", "")
	change(func(tx *store.Tx, k *iam.AccessKey) {
		iam.AccessKeys.Put(tx, k)
		iam.Users.Delete(tx, u)
	})
	refused("of a user whose row is lost", "")
	for _, foreign := range []string{"AKIAIOSFODNN7EXAMPLE", "test", ""} {
		if caller, known, err := issuer.Caller(awsapi.Scope{AccessKeyID: foreign}, ""); known || err != nil {
			t.Errorf("%q is %+v, %v, %v", foreign, caller, known, err)
		}
	}
}

// Nothing in the id of a key that was chosen tells where it is from.
func TestADeletedKeyWhoseIDWasChosenIsRefused(t *testing.T) {
	issuer, u, change := keyOfUser(t)
	signed := awsapi.Scope{AccessKeyID: "AKIAIOSFODNN7EXAMPLE"}
	change(func(tx *store.Tx, _ *iam.AccessKey) {
		if kept, err := iam.GiveAccessKey(tx, u.Account, u.Name, iam.AccessKey{ID: signed.AccessKeyID, Secret: "s"}); kept != "" || err != nil {
			t.Errorf("the user does not get the key: %s, %v", kept, err)
		}
	})
	if caller, known, err := issuer.Caller(signed, ""); err != nil || !known || caller.ARN != u.ARN() {
		t.Errorf("the caller is %+v, %v, %v", caller, known, err)
	}
	change(func(tx *store.Tx, _ *iam.AccessKey) {
		iam.DeleteAccessKey(tx, iam.AccessKeys.Get(tx, signed.AccessKeyID))
	})
	if caller, known, err := issuer.Caller(signed, ""); !known || !errors.Is(err, awsapi.ErrTokenInvalid) {
		t.Errorf("the caller is %+v, %v, %v", caller, known, err)
	}
}

// Keys of a user's session act as the user, under the name that it has, and end with it.
func TestASessionOfAUser(t *testing.T) {
	issuer, u, change := keyOfUser(t)
	keys, err := issuer.Sessions.Issue(session.Session{Account: u.Account.ID, OfUser: u.ID, Expires: issuer.Clock.Now().Add(time.Hour).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	change(func(tx *store.Tx, _ *iam.AccessKey) {
		renamed := *u
		renamed.Name = "ops"
		iam.Users.Delete(tx, u)
		iam.Users.Put(tx, &renamed)
		u = &renamed
	})
	caller, known, err := issuer.Caller(awsapi.Scope{AccessKeyID: keys.AccessKeyID}, keys.Token)
	if caller.Session == nil || caller.Session.OfUser != u.ID {
		t.Fatalf("the session is %+v", caller.Session)
	}
	caller.Session = nil
	if want := (awsapi.Caller{Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/team/ops", UserID: "AIDAEXAMPLE"}); err != nil || !known || caller != want {
		t.Errorf("the caller is %+v, %v, %v", caller, known, err)
	}
	change(func(tx *store.Tx, _ *iam.AccessKey) { iam.Users.Delete(tx, u) })
	if _, known, err := issuer.Caller(awsapi.Scope{AccessKeyID: keys.AccessKeyID}, keys.Token); !known || !errors.Is(err, awsapi.ErrTokenInvalid) {
		t.Errorf("when the user is deleted: %v, %v", known, err)
	}
}
