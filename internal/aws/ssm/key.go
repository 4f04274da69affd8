package ssm

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var keys = store.NewTable("ssm-key", func(k *Key) string { return prefix(k.Scope) })

// Key is what the SecureStrings of an account and region are encrypted with, for each key
// of KMS that they name: there is no KMS. It lies beside them, so it keeps them from who reads
// an answer or a log, and not from who has the data directory.
type Key struct {
	Scope  arn.Scope
	Secret []byte
}

// NewKey makes a key, by chance.
func NewKey(s arn.Scope) *Key {
	k := &Key{Scope: s, Secret: make([]byte, 32)}
	_, _ = rand.Read(k.Secret) // never fails
	return k
}

// FindKey returns the key of a scope, or nil.
func FindKey(tx *store.Tx, s arn.Scope) *Key { return keys.Get(tx, prefix(s)) }

func PutKey(tx *store.Tx, k *Key) { keys.Put(tx, k) }

// header is what ciphertexts of KMS begin with; in base64 it is AQICAH.
const header = "\x01\x02\x02\x00\x78"

// Nonce makes one ciphertext differ from the next.
type Nonce [12]byte

// NewNonce makes a nonce, by chance.
func NewNonce() (n Nonce) {
	_, _ = rand.Read(n[:]) // never fails
	return n
}

// Seal encrypts a text for a context, which on AWS is the parameter's ARN.
func (k *Key) Seal(n Nonce, text, context string) string {
	sealed := append([]byte(header), n[:]...)
	return base64.StdEncoding.EncodeToString(k.gcm().Seal(sealed, n[:], []byte(text), []byte(context)))
}

var errSealed = errors.New("ssm: not sealed by this key for this context")

// Open decrypts what Seal made for the same context.
func (k *Key) Open(sealed, context string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return "", fmt.Errorf("open a SecureString: %w", err)
	}
	var n Nonce
	if len(raw) < len(header)+len(n) || string(raw[:len(header)]) != header {
		return "", errSealed
	}
	copy(n[:], raw[len(header):])
	text, err := k.gcm().Open(nil, n[:], raw[len(header)+len(n):], []byte(context))
	if err != nil {
		return "", errSealed
	}
	return string(text), nil
}

func (k *Key) gcm() cipher.AEAD {
	block, err := aes.NewCipher(k.Secret)
	if err != nil {
		panic(err) // the length of the key is NewKey's
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // AES has the block size that it needs
	}
	return gcm
}
