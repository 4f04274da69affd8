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

func TestSecretsOfKeys(t *testing.T) {
	issuer, u, change := keyOfUser(t)
	var key iam.AccessKey
	change(func(tx *store.Tx, k *iam.AccessKey) {
		k.Secret = "of dev"
		key = *k
		iam.AccessKeys.Put(tx, k)
	})
	kept, err := issuer.Sessions.Issue(session.Session{Account: u.Account.ID, Expires: issuer.Clock.Now().Add(time.Hour).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		key, token, secret string
		ours               bool
		err                error
	}{
		"a user":                            {key.ID, "", "of dev", true, nil},
		"a user, with a token":              {key.ID, "token", "", true, awsapi.ErrTokenInvalid},
		"a session":                         {kept.AccessKeyID, kept.Token, kept.SecretAccessKey, true, nil},
		"a session without its token":       {kept.AccessKeyID, "", "", true, awsapi.ErrTokenInvalid},
		"a session with another token":      {kept.AccessKeyID, kept.Token + "A", "", true, awsapi.ErrTokenInvalid},
		"keys of another origin":            {"AKIAIOSFODNN7EXAMPLE", "", "", false, nil},
		"temporary keys of another origin":  {"ASIAQNZGKIQY56JQ7WML", "IQoJb3JpZ2luX2VjEXAMPLE", "", false, nil},
		"an account":                        {"123456789012", "", "", false, nil},
		"a request that has no access key":  {"", "", "", false, nil},
		"a long-lived key with our session": {"AKIAIOSFODNN7EXAMPLE", kept.Token, "", true, awsapi.ErrTokenInvalid},
	} {
		if secret, ours, err := issuer.SecretOf(test.key, test.token); secret != test.secret || ours != test.ours || !errors.Is(err, test.err) {
			t.Errorf("%s: %q, %t, %v", name, secret, ours, err)
		}
	}
	change(func(tx *store.Tx, _ *iam.AccessKey) { iam.DeleteAccessKey(tx, &key) })
	if secret, ours, err := issuer.SecretOf(key.ID, ""); secret != "" || !ours || !errors.Is(err, awsapi.ErrTokenInvalid) {
		t.Errorf("of a deleted key: %q, %t, %v", secret, ours, err)
	}
	change(func(tx *store.Tx, _ *iam.AccessKey) { iam.AccessKeys.Delete(tx, &key) })
	if secret, ours, err := issuer.SecretOf(key.ID, ""); secret != "" || !ours || !errors.Is(err, awsapi.ErrTokenInvalid) {
		t.Errorf("of a key whose row is lost: %q, %t, %v", secret, ours, err)
	}
}
