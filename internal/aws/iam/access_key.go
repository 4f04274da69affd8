package iam

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// NewSecret draws a secret access key. It has 40 characters, as AWS's have.
func NewSecret() string {
	var random [30]byte
	rand.Read(random[:]) //nolint:errcheck // never fails
	return base64.StdEncoding.EncodeToString(random[:])
}

// MaxAccessKeys is the quota of access keys of a user (IAM0014).
const MaxAccessKeys = 2

// AccessKeys are the access keys of the users of all accounts, by their ids.
var AccessKeys = store.NewTable("iam-access-key", func(k *AccessKey) string { return k.ID })

var accessKeysByUser = AccessKeys.Index(func(k *AccessKey) string { return k.UserID })

// AccessKey is a user's. Its handlers write every field.
type AccessKey struct {
	ID        string // AKIA…
	Account   Account
	Secret    string
	UserID    string // unique id of the user; empty once the key is deleted
	Inactive  bool
	CreatedAt time.Time
}

// Deleted reports whether the row is there only to say that there was such a key.
func (k *AccessKey) Deleted() bool { return k.UserID == "" }

// IssueAccessKey gives a user a new access key, with the first id that is drawn and that no key has or had.
func IssueAccessKey(tx *store.Tx, owner *User, issued AccessKey, draw func() string) *AccessKey {
	issued.ID = draw()
	for AccessKeys.Get(tx, issued.ID) != nil {
		issued.ID = draw()
	}
	issued.Account, issued.UserID = owner.Account, owner.ID
	AccessKeys.Put(tx, &issued)
	return &issued
}

// DeleteAccessKey takes an access key away. Its row stays without the user and the secret, so that the key is refused
// and its id is not given out again.
func DeleteAccessKey(tx *store.Tx, k *AccessKey) {
	AccessKeys.Put(tx, &AccessKey{ID: k.ID, Account: k.Account, CreatedAt: k.CreatedAt})
}

// AccessKeysOf returns the access keys of a user, in order of their ids.
func AccessKeysOf(tx *store.Tx, u *User) []*AccessKey { return accessKeysByUser.List(tx, u.ID) }

// KeyUse is the newest request that was signed with an access key.
type KeyUse struct {
	At              time.Time
	Service, Region string // as the signature has them
}

// KeyUses remembers when access keys were used. They are no rows: each request would write one.
type KeyUses struct{ of sync.Map }

// Note remembers the use of an access key. The API tells whole seconds, so one in the second of the newest says nothing new.
func (u *KeyUses) Note(id string, use KeyUse) {
	if last, used := u.Of(id); used && last.Service == use.Service && last.Region == use.Region && last.At.Unix() == use.At.Unix() {
		return
	}
	u.of.Store(id, use)
}

// Of returns the newest use of an access key; used is false if there was none since the start.
func (u *KeyUses) Of(id string) (use KeyUse, used bool) {
	found, used := u.of.Load(id)
	if !used {
		return KeyUse{}, false
	}
	return found.(KeyUse), true
}

// Forget forgets all uses.
func (u *KeyUses) Forget() { u.of.Clear() }

var keyForm = lazyregexp.New(`^\w{16,128}$`)

// GiveAccessKey gives a user an access key whose id and secret are chosen, unless the user has it. What is there stays as
// it is: kept says why the user does not get the key.
func GiveAccessKey(tx *store.Tx, a Account, user string, given AccessKey) (kept string, err error) {
	owner := Users.Find(tx, a, user)
	switch found := AccessKeys.Get(tx, given.ID); {
	case !keyForm.MatchString(given.ID):
		return "", fmt.Errorf("the AccessKeyId %q is none: it has 16 to 128 letters and digits", given.ID)
	case given.Secret == "":
		return "", fmt.Errorf("the SecretAccessKey of %s is missing", given.ID)
	case found != nil:
		return whyKept(owner, found), nil
	case owner == nil:
		return "", fmt.Errorf("there is no user %q", user)
	case len(AccessKeysOf(tx, owner)) >= MaxAccessKeys:
		return fmt.Sprintf("the user %s has %d access keys, which is AWS's quota", user, MaxAccessKeys), nil
	}
	given.Account, given.UserID = owner.Account, owner.ID
	AccessKeys.Put(tx, &given)
	return "", nil
}

// whyKept is why a key that is there is not the user's, empty if it is.
func whyKept(owner *User, found *AccessKey) string {
	switch {
	case found.Deleted():
		return "the access key " + found.ID + " was deleted"
	case owner == nil || found.UserID != owner.ID:
		return "the access key " + found.ID + " is another user's"
	}
	return ""
}
