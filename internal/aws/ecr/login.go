package ecr

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// LoginUser is the name of the user in all logins to the registry.
const LoginUser = "AWS"

// loginLife is how long a login holds. Source: ECR API reference, GetAuthorizationToken.
const loginLife = 12 * time.Hour

// ErrNoLogin refuses a password that GetAuthorizationToken has not given.
var ErrNoLogin = errors.New("this is no password of the registry")

// Login is who logs in to the registry: the one who called GetAuthorizationToken.
type Login struct {
	Account string `json:"a"`
	Region  string `json:"r"` // of the call
	// ARN, UserID and RoleARN are of the principal. They are empty for the root of the account.
	ARN     string `json:"p,omitempty"`
	UserID  string `json:"u,omitempty"`
	RoleARN string `json:"o,omitempty"`
	Issued  int64  `json:"i"` // in milliseconds of the epoch, by the emulator's clock
	// Session is of temporary keys, whose session policies limit the login as they limit all calls (AC46); nil: the keys are
	// long-lived, or the login is of an older build.
	Session *sts.Session `json:"s,omitempty"`
}

// Scope is where GetAuthorizationToken was called.
func (l Login) Scope() arn.Scope { return arn.Scope{Region: l.Region, Account: l.Account} }

// ExpiresAt is the end of a login, by the emulator's clock.
func (l Login) ExpiresAt() time.Time { return time.UnixMilli(l.Issued).Add(loginLife).UTC() }

// loginKey seals passwords. It lives as long as they do: across restarts with a data directory, and until a reset.
type loginKey struct {
	Name   string
	Secret []byte
}

var loginKeys = store.NewTable("ecr-login-key", func(k *loginKey) string { return k.Name })

// theLoginKey is the name of the one row.
const theLoginKey = "logins"

// Logins seals who logs in into passwords, so that nothing is kept of them.
type Logins struct{ store *store.Store }

// NewLogins makes Logins of what the store keeps.
func NewLogins(s *store.Store) *Logins { return &Logins{s} }

// Password is the password of a login.
func (l *Logins) Password(of Login) (string, error) {
	box, err := l.box()
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(of)
	if err != nil {
		return "", fmt.Errorf("write a login: %w", err)
	}
	nonce := make([]byte, box.NonceSize(), box.NonceSize()+len(text)+box.Overhead())
	rand.Read(nonce) //nolint:errcheck // never fails
	return base64.StdEncoding.EncodeToString(box.Seal(nonce, nonce, text, nil)), nil
}

// Open returns the login of a password. Its error is ErrNoLogin where there is none. Whether it has expired is for
// the caller to say.
func (l *Logins) Open(password string) (of Login, err error) {
	sealed, err := base64.StdEncoding.DecodeString(password)
	if err != nil {
		return Login{}, ErrNoLogin
	}
	box, err := l.box()
	if err != nil {
		return Login{}, err
	}
	if len(sealed) < box.NonceSize() {
		return Login{}, ErrNoLogin
	}
	text, err := box.Open(nil, sealed[:box.NonceSize()], sealed[box.NonceSize():], nil)
	if err != nil || json.Unmarshal(text, &of) != nil {
		return Login{}, ErrNoLogin
	}
	return of, nil
}

// box seals with the key, which it makes where there is none yet.
func (l *Logins) box() (cipher.AEAD, error) {
	key := loginKeys.Get(l.store.Read(), theLoginKey)
	if key == nil {
		err := l.store.Update(func(tx *store.Tx) error {
			if key = loginKeys.Get(tx, theLoginKey); key == nil {
				key = &loginKey{Name: theLoginKey, Secret: make([]byte, 32)}
				rand.Read(key.Secret) //nolint:errcheck // never fails
				loginKeys.Put(tx, key)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("keep the key of logins: %w", err)
		}
	}
	block, err := aes.NewCipher(key.Secret)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
