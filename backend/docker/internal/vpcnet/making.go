package vpcnet

import (
	"context"
	"time"
)

const (
	// lostAfter is when a request for a network counts as lost, so that another one is sent.
	lostAfter = 15 * time.Second
	// makingTimeout bounds such a request.
	makingTimeout = 2 * time.Minute
)

// making is a request for a network that the engine has yet to answer.
type making struct {
	began time.Time
	done  chan struct{}
	id    string
	err   error
}

// post sends a request for a network. If the caller cuts it off, the request goes on, because the engine does as well:
// a slow engine that is asked again makes two networks of one name, and then no container gets on either.
func (s *Networks) post(ctx context.Context, name string, request func(context.Context) (id string, err error)) (id string, err error) {
	m := &making{began: time.Now(), done: make(chan struct{})}
	s.making[name] = m
	go func() {
		defer close(m.done)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), makingTimeout)
		defer cancel()
		m.id, m.err = request(ctx)
	}()
	select {
	case <-m.done:
		delete(s.making, name)
		return m.id, m.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// awaitMaking waits for a request that its caller has cut off, unless it is lost.
func (s *Networks) awaitMaking(ctx context.Context, name string) error {
	m := s.making[name]
	if m == nil {
		return nil
	}
	lost := time.NewTimer(time.Until(m.began.Add(lostAfter)))
	defer lost.Stop()
	select {
	case <-m.done:
	case <-lost.C:
		go s.takeBack(name, m)
	case <-ctx.Done():
		return ctx.Err()
	}
	delete(s.making, name)
	return nil
}

// takeBack removes the network of a request that counted as lost and is answered after all, unless it is in use.
func (s *Networks) takeBack(name string, m *making) {
	<-m.done
	if m.err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), makingTimeout)
	defer cancel()
	if s.turn.Acquire(ctx, 1) != nil {
		return
	}
	defer s.turn.Release(1)
	if known, _ := s.Known(name); known.ID == m.id {
		return
	}
	if err := s.Client.NetworkRemove(ctx, m.id); err != nil {
		s.Log.Warn("cannot remove a network that was made twice", "network", m.id, "error", err)
	}
}
