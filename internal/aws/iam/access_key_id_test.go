package iam_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

const first, second, third = "AKIAIOSFODNN7EXAMPL1", "AKIAIOSFODNN7EXAMPL2", "AKIAIOSFODNN7EXAMPL3"

// twoUsers are dev and ops of an account, and how their rows are changed.
func twoUsers(t *testing.T) (rows *store.Store, dev, ops *iam.User, update func(fn func(tx *store.Tx))) {
	t.Helper()
	rows, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rows.Close() })
	account := iam.Account{Partition: "aws", ID: "111122223333"}
	dev, ops = &iam.User{Account: account, Name: "dev", ID: "AIDAdev"}, &iam.User{Account: account, Name: "ops", ID: "AIDAops"}
	update = func(fn func(tx *store.Tx)) {
		t.Helper()
		if err := rows.Update(func(tx *store.Tx) error {
			fn(tx)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	update(func(tx *store.Tx) {
		iam.Users.Put(tx, dev)
		iam.Users.Put(tx, ops)
	})
	return rows, dev, ops, update
}

// An id has few random bits, so it is drawn until no key has or had it.
func TestIDsOfAccessKeysAreNotGivenOutTwice(t *testing.T) {
	rows, dev, ops, update := twoUsers(t)
	drawn := []string{first, first, second, first, second, third}
	draw := func() string {
		next := drawn[0]
		drawn = drawn[1:]
		return next
	}
	update(func(tx *store.Tx) {
		deleted := iam.IssueAccessKey(tx, dev, iam.AccessKey{Secret: "a"}, draw)
		iam.DeleteAccessKey(tx, deleted)
		iam.IssueAccessKey(tx, dev, iam.AccessKey{Secret: "b"}, draw)
		iam.IssueAccessKey(tx, ops, iam.AccessKey{Secret: "c"}, draw)
	})
	for id, want := range map[string]iam.AccessKey{
		first: {ID: first, Account: dev.Account}, second: {ID: second, Account: dev.Account, Secret: "b", UserID: dev.ID},
		third: {ID: third, Account: dev.Account, Secret: "c", UserID: ops.ID},
	} {
		if got := iam.AccessKeys.Get(rows.Read(), id); got == nil || *got != want {
			t.Errorf("%s is %+v", id, got)
		}
	}
	if keys := iam.AccessKeysOf(rows.Read(), dev); len(keys) != 1 {
		t.Errorf("dev has %d keys", len(keys))
	}
}
