package credentials

import "sync"

// ToldARNs are ARNs of which the log has told something, so that it tells it once.
type ToldARNs struct {
	mu   sync.Mutex
	told map[string]bool
}

// maxTold is how many are remembered: requests may name any.
const maxTold = 1000

// IsNew reports whether the log has yet to tell of an ARN, and remembers it.
func (t *ToldARNs) IsNew(arn string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.told[arn] {
		return false
	}
	if t.told == nil || len(t.told) == maxTold {
		t.told = map[string]bool{}
	}
	t.told[arn] = true
	return true
}

// Forget has the log tell of all of them again.
func (t *ToldARNs) Forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.told = nil
}
