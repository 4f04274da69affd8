package docker_test

import "io"

// hang has the link keep what comes, with all connections open, until resume.
func (l *link) hang() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hung = make(chan struct{})
}

func (l *link) resume() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hung != nil {
		close(l.hung)
		l.hung = nil
	}
}

// held passes on what it reads when its link does not hang.
type held struct {
	io.Reader
	by *link
}

func (h held) Read(p []byte) (int, error) {
	n, err := h.Reader.Read(p)
	h.by.mu.Lock()
	hung := h.by.hung
	h.by.mu.Unlock()
	if hung != nil {
		<-hung
	}
	return n, err
}
