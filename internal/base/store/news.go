package store

import "sync"

type news struct {
	mu   sync.Mutex
	next chan struct{} // nil: no call waits
}

// Changed returns a channel that is closed when the next transaction has changed a row. A reader that
// calls it before it reads misses nothing. It is for readers that change no row: unlike a [Watch], it
// counts neither for Woken nor for Idle.
func (s *Store) Changed() <-chan struct{} {
	s.news.mu.Lock()
	defer s.news.mu.Unlock()
	if s.news.next == nil {
		s.news.next = make(chan struct{})
	}
	return s.news.next
}

func (n *news) tell() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next != nil {
		close(n.next)
		n.next = nil
	}
}
