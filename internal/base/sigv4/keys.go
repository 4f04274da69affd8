package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"sync"
)

// scope is what a signing key is for.
type scope struct{ secret, date, region, service string }

// derive derives the signing key.
func (s scope) derive() (key [sha256.Size]byte) {
	derived := []byte("AWS4" + s.secret)
	for _, part := range []string{s.date, s.region, s.service, terminator} {
		mac := hmac.New(sha256.New, derived)
		mac.Write([]byte(part))
		derived = mac.Sum(nil)
	}
	return [sha256.Size]byte(derived)
}

// signingKey is a key that was derived, with the codes that it makes: one is at work in one verification, and begins again
// in the next, which costs less than a new one.
type signingKey struct {
	key   [sha256.Size]byte
	codes sync.Pool
}

// code is an authentication code, with room for the text that it is of and for itself.
type code struct {
	hash.Hash
	text [256]byte
	sum  [sha256.Size]byte
}

func (s scope) signingKey() *signingKey { return &signingKey{key: s.derive()} }

// take returns a code that is at its beginning.
func (k *signingKey) take() *code {
	if mac, ok := k.codes.Get().(*code); ok {
		mac.Reset()
		return mac
	}
	return &code{Hash: hmac.New(sha256.New, k.key[:])}
}

func (k *signingKey) give(mac *code) { k.codes.Put(mac) }

// keys are signing keys that were derived. Their number is bounded: a client chooses date and region.
type keys struct {
	mu sync.RWMutex
	// recent are kept until there are maxKeys; then they are the older ones, of which those stay that are asked for.
	recent, older map[scope]*signingKey
}

// maxKeys is how many keys each of the two maps has.
const maxKeys = 1024

// get returns a key, derived if it is not here.
func (k *keys) get(s scope) *signingKey {
	k.mu.RLock()
	key, isRecent := k.recent[s]
	if isRecent {
		k.mu.RUnlock()
		return key
	}
	key, ok := k.older[s]
	k.mu.RUnlock()
	if !ok {
		key = s.signingKey()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.recent == nil || len(k.recent) >= maxKeys {
		k.recent, k.older = map[scope]*signingKey{}, k.recent
	}
	k.recent[s] = key
	return key
}
