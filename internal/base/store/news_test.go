package store

import "testing"

func told(changed <-chan struct{}) bool {
	select {
	case <-changed:
		return true
	default:
		return false
	}
}

func TestChangedTellsOfTheNextTransaction(t *testing.T) {
	for name, path := range map[string]string{"in memory": "", "on disk": t.TempDir() + "/state"} {
		t.Run(name, func(t *testing.T) {
			s := open(t, Options{Path: path})
			put(t, s, "before")
			changed, woken := s.Changed(), s.Woken()
			update(t, s, func(*Tx) {}) // changes nothing
			if told(changed) {
				t.Error("it tells of a transaction that has changed nothing")
			}
			put(t, s, "a")
			if !told(changed) {
				t.Error("it does not tell of a change")
			}
			if told(s.Changed()) {
				t.Error("it tells of a change twice")
			}
			if got := s.Woken(); got != woken {
				t.Errorf("%d watches were woken", got-woken)
			}
		})
	}
}
