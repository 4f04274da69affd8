package iam_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func TestAccessKeysThatAreGiven(t *testing.T) {
	rows, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	account := iam.Account{Partition: "aws", ID: "111122223333"}
	give := func(user, id, secret string) string {
		err := rows.Update(func(tx *store.Tx) error {
			return iam.GiveAccessKey(tx, account, user, iam.AccessKey{ID: id, Secret: secret})
		})
		if err != nil {
			return err.Error()
		}
		return ""
	}
	if err := rows.Update(func(tx *store.Tx) error {
		for _, name := range []string{"dev", "ops"} {
			iam.Users.Put(tx, &iam.User{Account: account, Name: name, ID: "AIDA" + name})
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	const first, second, third = "AKIAIOSFODNN7EXAMPL1", "AKIAIOSFODNN7EXAMPL2", "AKIAIOSFODNN7EXAMPL3"
	for _, test := range []struct{ user, id, secret, want string }{
		{"none", first, "s", `there is no user "none"`},
		{"dev", "123456789012", "s", `the AccessKeyId "123456789012" is none: it has 16 to 128 letters and digits`},
		{"dev", first, "", "the SecretAccessKey of " + first + " is missing"},
		{"dev", first, "s", ""},
		{"dev", first, "other", ""},
		{"ops", first, "s", "the access key " + first + " is another user's"},
		{"Dev", second, "s", ""},
		{"dev", third, "s", "the user dev has 2 access keys, which is AWS's quota"},
		{"ops", third, "s", ""},
	} {
		if got := give(test.user, test.id, test.secret); got != test.want {
			t.Errorf("%s for %s: %q, want %q", test.id, test.user, got, test.want)
		}
	}
	if kept := iam.AccessKeys.Get(rows.Read(), first); kept.Secret != "s" || kept.UserID != "AIDAdev" {
		t.Errorf("%+v", kept)
	}
}
