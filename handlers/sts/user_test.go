package sts_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	client "github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func TestUsersCall(t *testing.T) {
	f := start(t, true)
	me, err := f.as(userKey, "secret", "").GetCallerIdentity(t.Context(), nil)
	if err != nil || *me.Arn != alice.ARN || *me.UserId != alice.UserID || *me.Account != alice.Account {
		t.Errorf("the caller is %+v: %v", me, err)
	}
	for principal, want := range map[string]bool{
		`"arn:aws:iam::123456789012:user/alice"`: true, `"arn:aws:iam::123456789012:root"`: true, `"*"`: true,
		`"arn:aws:iam::123456789012:user/bob"`: false, `"arn:aws:iam::999999999999:root"`: false,
	} {
		role := f.role("app", "/", `"Principal":{"AWS":`+principal+`},"Action":"sts:AssumeRole"`, 3600)
		_, err := f.as(userKey, "secret", "").AssumeRole(t.Context(), assume(role))
		if want && err != nil {
			t.Errorf("%s is not trusted: %v", principal, err)
		} else if !want {
			refused(t, err, 403, "AccessDenied", "User: "+alice.ARN+" is not authorized to perform: sts:AssumeRole on resource: "+role)
		}
	}
}

// A key whose id was chosen is of its user's account, also when it is deleted, whichever account its id tells.
func TestTheAccountOfAChosenKey(t *testing.T) {
	f := start(t, false)
	const chosen = "AKIAIOSFODNN7EXAMPLE"
	u := &iam.User{Account: iam.Account{Partition: "aws", ID: alice.Account}, Name: "alice", ID: alice.UserID}
	check := func(change func(tx *store.Tx) error) {
		t.Helper()
		if err := f.store.Update(change); err != nil {
			t.Fatal(err)
		}
		info, err := f.as(userKey, "secret", "").GetAccessKeyInfo(t.Context(), &client.GetAccessKeyInfoInput{AccessKeyId: aws.String(chosen)})
		if err != nil || *info.Account != alice.Account {
			t.Errorf("the key is of %+v: %v", info, err)
		}
	}
	check(func(tx *store.Tx) error {
		iam.Users.Put(tx, u)
		_, err := iam.GiveAccessKey(tx, u.Account, u.Name, iam.AccessKey{ID: chosen, Secret: "s"})
		return err
	})
	check(func(tx *store.Tx) error {
		iam.DeleteAccessKey(tx, iam.AccessKeys.Get(tx, chosen))
		return nil
	})
}

// Source of the bounds: STS API reference, GetSessionToken.
func TestSessionsOfUsersLast36Hours(t *testing.T) {
	f := start(t, false)
	for seconds, want := range map[int32]time.Duration{0: 12 * time.Hour, 129600: 36 * time.Hour} {
		in := &client.GetSessionTokenInput{}
		if seconds > 0 {
			in.DurationSeconds = aws.Int32(seconds)
		}
		out, err := f.as(userKey, "secret", "").GetSessionToken(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if got := out.Credentials.Expiration.Sub(now.Add(-ahead)); got != want {
			t.Errorf("%d s are %s", seconds, got)
		}
		if s, _, err := f.sessions.Open(*out.Credentials.AccessKeyId, *out.Credentials.SessionToken); err != nil || s.OfUser != alice.UserID {
			t.Errorf("the session is %+v: %v", s, err)
		}
		_, err = f.with(out.Credentials).GetSessionToken(t.Context(), nil)
		refused(t, err, 403, "AccessDenied", "Cannot call GetSessionToken with session credentials")
	}
}
