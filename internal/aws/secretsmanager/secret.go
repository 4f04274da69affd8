// Package secretsmanager is the rows of AWS Secrets Manager: secrets with their versions, and
// the values of these.
//
// Functions take the transaction of package store, so a secret and rows of another service
// change together.
package secretsmanager

import (
	"math/rand/v2"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	secrets       = store.NewTable("secretsmanager-secret", func(s *Secret) string { return key(s.Scope, s.Name) })
	secretsToGoAt = secrets.Ages(func(s *Secret) time.Time { return s.PurgeAt })
)

// Secret is a secret without its values. Its handlers write every field; retention removes
// those whose time is over.
type Secret struct {
	Scope       arn.Scope
	Name        string
	Suffix      string // six letters and digits at the end of its ARN
	Description string
	KMSKeyID    string // as it was asked for
	Policy      string // of the resource, as it was put
	Tags        []Tag  // in the order in which they came; nil before the first one (SEC0004)
	Versions    []Version
	CreatedAt   time.Time
	ChangedAt   time.Time
	AccessedAt  time.Time // the day on which a value was read last
	DeletedAt   time.Time // when it was marked for deletion; zero: it is not
	PurgeAt     time.Time // when it will be gone then
	// RotationCancelled is whether a call has cancelled its rotation, of which there is none.
	RotationCancelled bool
}

type Tag struct {
	Key, Value string
}

func (s *Secret) ARN() string { return Prefix(s.Scope) + s.Name + "-" + s.Suffix }

// Prefix is what the ARNs of a scope's secrets begin with.
func Prefix(s arn.Scope) string {
	return "arn:" + s.Partition() + ":secretsmanager:" + s.Region + ":" + s.Account + ":secret:"
}

func key(s arn.Scope, name string) string { return scopeKey(s) + name }

func scopeKey(s arn.Scope) string { return s.Region + ":" + s.Account + ":" }

// What the ends of ARNs consist of.
const (
	suffixLength     = 6
	smallLetters     = "abcdefghijklmnopqrstuvwxyz"
	suffixCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + smallLetters + "0123456789"
)

// NewSuffix makes the end of an ARN, by chance.
func NewSuffix() string {
	suffix := make([]byte, suffixLength)
	for i := range suffix {
		suffix[i] = suffixCharacters[rand.IntN(len(suffixCharacters))]
	}
	return string(suffix)
}

// FindSecret returns the secret that a name, an ARN, or an ARN without its last seven
// characters means, or nil.
func FindSecret(tx *store.Tx, s arn.Scope, id string) *Secret {
	if !arn.Is(id) {
		return secrets.Get(tx, key(s, id))
	}
	rest, own := strings.CutPrefix(id, Prefix(s))
	if !own {
		return nil
	}
	if end := len(rest) - suffixLength - 1; end > 0 {
		if found := secrets.Get(tx, key(s, rest[:end])); found != nil && found.ARN() == id {
			return found
		}
	}
	return secrets.Get(tx, key(s, rest))
}

// FindOtherSuffix returns the secret whose ARN differs from this one in the six characters at its
// end alone, or nil. Six small letters may as well be the last word of a name, app-secret, of which
// the ARN names the secret without a suffix: these are no suffix, though one in two hundred is such.
func FindOtherSuffix(tx *store.Tx, s arn.Scope, id string) *Secret {
	rest, own := strings.CutPrefix(id, Prefix(s))
	end := len(rest) - suffixLength - 1
	if !own || end <= 0 || rest[end] != '-' {
		return nil
	}
	if suffix := rest[end+1:]; strings.Trim(suffix, suffixCharacters) != "" || strings.Trim(suffix, smallLetters) == "" {
		return nil
	}
	return secrets.Get(tx, key(s, rest[:end]))
}

// Secrets returns the secrets of a scope, in order of their names.
func Secrets(tx *store.Tx, s arn.Scope) []*Secret { return secrets.List(tx, scopeKey(s)) }

func PutSecret(tx *store.Tx, s *Secret) { secrets.Put(tx, s) }

func DeleteSecret(tx *store.Tx, s *Secret) {
	for _, v := range s.Versions {
		DeleteValue(tx, s, v.ID)
	}
	secrets.Delete(tx, s)
}

// Purge removes the secrets that were to be gone by now.
func Purge(tx *store.Tx, now time.Time) {
	for _, s := range secretsToGoAt.Before(tx, now) {
		DeleteSecret(tx, s)
	}
}

func (s *Secret) Deleted() bool { return !s.DeletedAt.IsZero() }
