package iam_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func TestAccessKeysThatAreGiven(t *testing.T) {
	rows, dev, _, update := twoUsers(t)
	give := func(user, id, secret string) (kept string, err error) {
		update(func(tx *store.Tx) {
			kept, err = iam.GiveAccessKey(tx, dev.Account, user, iam.AccessKey{ID: id, Secret: secret})
		})
		return kept, err
	}
	for _, test := range []struct{ user, id, secret, want string }{
		{"none", first, "s", `there is no user "none"`},
		{"dev", "123456789012", "s", `the AccessKeyId "123456789012" is none: it has 16 to 128 letters and digits`},
		{"dev", first, "", "the SecretAccessKey of " + first + " is missing"},
	} {
		if kept, err := give(test.user, test.id, test.secret); kept != "" || err == nil || err.Error() != test.want {
			t.Errorf("%s for %s: %q, %v, want the error %q", test.id, test.user, kept, err, test.want)
		}
	}
	for _, test := range []struct{ user, id, secret, kept string }{
		{"dev", first, "s", ""},
		{"dev", first, "other", ""},
		{"ops", first, "s", "the access key " + first + " is another user's"},
		{"none", first, "s", "the access key " + first + " is another user's"},
		{"Dev", second, "s", ""},
		{"dev", third, "s", "the user dev has 2 access keys, which is AWS's quota"},
		{"ops", third, "s", ""},
	} {
		if kept, err := give(test.user, test.id, test.secret); kept != test.kept || err != nil {
			t.Errorf("%s for %s: %q, %v, want %q", test.id, test.user, kept, err, test.kept)
		}
	}
	if kept := iam.AccessKeys.Get(rows.Read(), first); kept.Secret != "s" || kept.UserID != dev.ID || kept.Account != dev.Account {
		t.Errorf("%+v", kept)
	}
	update(func(tx *store.Tx) { iam.DeleteAccessKey(tx, iam.AccessKeys.Get(tx, first)) })
	if kept, err := give("dev", first, "s"); kept != "the access key "+first+" was deleted" || err != nil {
		t.Errorf("a deleted key: %q, %v", kept, err)
	}
}
