package ssmsession

import (
	"context"
	"time"
)

// Socket is a client's connection, which carries frames.
type Socket interface {
	// Read returns the next frame. It and Write end with their context, and the connection does
	// then too.
	Read(ctx context.Context) ([]byte, error)
	Write(ctx context.Context, frame []byte) error
	// Close takes leave of the client, for which it may wait a few seconds; Read goes on meanwhile.
	Close()
}

// connection is the present one of a session's client.
type connection struct {
	socket Socket
	ctx    context.Context
	cancel context.CancelFunc
}

// Serve carries a session over a client's connection until that ends. It returns [ErrRefused] at once
// where the token is not good for the session, which stays as it is. Another connection of the
// session ends: its client has come back.
func (k *Kernel) Serve(ctx context.Context, id, token string, socket Socket) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(k.ctx, cancel)()
	c := &connection{socket: socket, ctx: ctx, cancel: cancel}
	s := k.enter(c, id, token)
	if s == nil {
		return ErrRefused
	}
	defer s.work.Done()
	s.work.Go(func() { s.send(c) })
	s.receive(c)
	s.leave(c)
	return nil
}

// enter lets a client into its session, and returns that; nil where it does not. The caller calls s.work.Done.
func (k *Kernel) enter(c *connection, id, token string) *session {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.sessions[id]
	if s == nil {
		return nil
	}
	full := k.count(s.request.TaskARN, s.request.Container) >= MaxSessions
	if !s.enter(c, token, full) {
		return nil
	}
	return s
}

// enter lets a client in. The first one of a session hears its end where the container is full.
func (s *session) enter(c *connection, token string, full bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.admits(token) {
		return false
	}
	if full && s.status == Connecting {
		s.finishLocked((&LimitError{MaxSessions}).Error(), Failed)
	}
	s.work.Add(1)
	s.unused.Stop()
	if s.lost != nil {
		s.lost.Stop()
	}
	now := time.Now()
	if s.conn != nil {
		s.conn.cancel()
		s.channel.Disconnect(now)
	}
	s.conn = c
	s.channel.Connect(now)
	if s.ending {
		s.hurryUp()
	} else {
		s.status = Connected
	}
	s.changed.Broadcast()
	return true
}

// leave is what happens when a client's connection has ended: it may come back for a while. One that has
// been sent the end has nothing to come back for: AWS's plugin leaves at once, before the sender knows that
// it was told.
func (s *session) leave(c *connection) {
	if s.lose(c) {
		s.end()
	}
}

// lose notes that a client's connection has ended, and reports whether the session is over with it.
func (s *session) lose(c *connection) (over bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.conn != c:
		return false
	case s.channel.Closed():
		return true
	}
	s.conn = nil
	s.channel.Disconnect(time.Now())
	if !s.ending {
		s.status = Disconnected
	}
	if s.hurry != nil { // the client may hear of the end when it is back
		s.hurry.Stop()
		s.hurry = nil
	}
	s.lost = time.AfterFunc(resumption, s.endWithoutClient)
	s.changed.Broadcast()
	return false
}

// receive takes the client's frames until the connection ends.
func (s *session) receive(c *connection) {
	for s.receptive(c) {
		frame, err := c.socket.Read(c.ctx)
		if err != nil {
			return
		}
		s.take(c, frame)
	}
}

// receptive waits until the channel takes a frame, and reports whether the connection goes on. Of a client
// that has been told of the end, frames are read as well, and dropped.
func (s *session) receptive(c *connection) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.conn == c && c.ctx.Err() == nil && !s.channel.Receptive() {
		s.changed.Wait()
	}
	return c.ctx.Err() == nil
}

// take hands a frame to the channel, and does what that leads to.
func (s *session) take(c *connection, frame []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != c {
		return
	}
	if err := s.channel.Receive(time.Now(), frame); err != nil {
		s.kernel.Log.Debug("a frame of a session's client is ignored", "session", s.request.ID, "error", err)
	}
	s.noteSize()
	if s.channel.Handshaken() && !s.running && !s.ending {
		s.run()
	}
	if s.channel.Terminated() {
		s.finishLocked("", Terminated)
	}
	s.changed.Broadcast()
}

// send sends the client what is due until the connection ends, or the session with it.
func (s *session) send(c *connection) {
	alarm := time.AfterFunc(time.Hour, s.wake)
	defer alarm.Stop()
	for {
		frames, last, ok := s.due(c, alarm)
		for _, frame := range frames {
			if c.socket.Write(c.ctx, frame) != nil {
				c.cancel()
				s.wake() // the reader
				return
			}
		}
		switch {
		case last:
			s.part(c)
			return
		case !ok:
			return
		}
	}
}

// due waits until there are frames to send; last says that none follows, and ok that the connection
// is still the session's.
func (s *session) due(c *connection, alarm *time.Timer) (frames [][]byte, last, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.conn == c {
		now := time.Now()
		frames, next := s.channel.Due(now)
		if closed := s.channel.Closed(); closed || len(frames) > 0 {
			return frames, closed, true
		}
		alarm.Stop()
		if !next.IsZero() {
			alarm.Reset(next.Sub(now))
		}
		s.changed.Wait()
	}
	return nil, false, false
}

func (s *session) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed.Broadcast()
}

// part ends the session with a client that has been told. The socket is left open until the client
// has taken leave: if it were closed while something of the client's is unread, TCP would drop what the
// client has not read.
func (s *session) part(c *connection) {
	s.mu.Lock()
	if s.conn != c {
		s.mu.Unlock()
		return
	}
	s.conn, s.leaving = nil, c.cancel
	s.mu.Unlock()
	s.end()
	c.socket.Close()
	c.cancel()
}
