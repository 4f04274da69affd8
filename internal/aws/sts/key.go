package sts

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// key is the one from which all else is derived. It lives as long as what it gives access
// to: across restarts with a data directory, and until a reset.
type key struct {
	Name   string
	Secret []byte
}

var keys = store.NewTable("session-key", func(k *key) string { return k.Name })

// theKey is the name of the one row.
const theKey = "sessions"

type Keys struct{ store *store.Store }

// New makes Keys of what the store keeps.
func New(s *store.Store) *Keys { return &Keys{s} }

// secret returns the key, and makes it where there is none yet.
func (k *Keys) secret() ([]byte, error) {
	if found := keys.Get(k.store.Read(), theKey); found != nil {
		return found.Secret, nil
	}
	made := &key{Name: theKey, Secret: make([]byte, sha256.Size)}
	rand.Read(made.Secret) //nolint:errcheck // never fails
	err := k.store.Update(func(tx *store.Tx) error {
		if found := keys.Get(tx, theKey); found != nil {
			made = found
			return nil
		}
		keys.Put(tx, made)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("keep the key of sessions: %w", err)
	}
	return made.Secret, nil
}

// derive returns 32 bytes that cannot be found without the key. What they are for keeps
// those of one purpose apart from those of another.
func derive(secret []byte, purpose string, of []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(purpose))
	mac.Write([]byte{0})
	mac.Write(of)
	return mac.Sum(nil)
}
