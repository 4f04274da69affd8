package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
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

// keys are signing keys that were derived. Their number is bounded: a client chooses date and region.
type keys struct {
	mu sync.RWMutex
	// recent are kept until there are maxKeys; then they are the older ones, of which those stay that are asked for.
	recent, older map[scope][sha256.Size]byte
}

// maxKeys is how many keys each of the two maps has.
const maxKeys = 1024

// get returns a key, derived if it is not here.
func (k *keys) get(s scope) [sha256.Size]byte {
	k.mu.RLock()
	key, isRecent := k.recent[s]
	if isRecent {
		k.mu.RUnlock()
		return key
	}
	key, ok := k.older[s]
	k.mu.RUnlock()
	if !ok {
		key = s.derive()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.recent == nil || len(k.recent) >= maxKeys {
		k.recent, k.older = map[scope][sha256.Size]byte{}, k.recent
	}
	k.recent[s] = key
	return key
}
