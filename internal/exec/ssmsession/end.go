package ssmsession

import "time"

// finish begins the end of the session: its program is hung up on, and its client is told once it has
// acknowledged all output. The first call counts.
func (s *session) finish(text string, outcome Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finishLocked(text, outcome)
}

func (s *session) finishLocked(text string, outcome Status) {
	if s.over || s.ending {
		return
	}
	s.kernel.Log.Debug("session ends", "session", s.request.ID, "text", text)
	s.ending, s.status, s.outcome = true, Terminating, outcome
	s.channel.CloseSession(time.Now(), text)
	if s.conn != nil {
		s.hurryUp()
	}
	s.hangUp()
	s.changed.Broadcast()
}

// hangUp ends the program, with s.mu held. That may have to ask the engine, which the lock does not
// wait for.
func (s *session) hangUp() {
	if s.cancel != nil {
		s.cancel()
	}
	if program := s.program; program != nil {
		s.program = nil
		s.work.Go(func() { _ = program.Close() })
	}
}

// hurryUp ends a session that ends, and whose client does not read that, with s.mu held.
func (s *session) hurryUp() {
	if s.hurry == nil {
		s.hurry = time.AfterFunc(closing, s.end)
	}
}

// endWithoutClient ends the session if it has no client.
func (s *session) endWithoutClient() {
	s.mu.Lock()
	alone := s.conn == nil
	s.mu.Unlock()
	if alone {
		s.end()
	}
}

// end is the end: of the connection, if there still is one, of the program, and of the timers.
func (s *session) end() {
	s.mu.Lock()
	if s.over {
		s.mu.Unlock()
		return
	}
	s.over, s.ending, s.status, s.token = true, true, s.outcome, ""
	if s.conn != nil {
		s.conn.cancel()
		s.conn = nil
	}
	s.hangUp()
	s.idle.Stop()
	if s.lost != nil {
		s.lost.Stop()
	}
	s.unused.Stop()
	if s.hurry != nil {
		s.hurry.Stop()
	}
	info := s.info()
	info.Ended = s.kernel.Clock.Now()
	s.changed.Broadcast()
	s.mu.Unlock()
	s.kernel.remember(s, info)
	s.kernel.running.Go(func() {
		s.work.Wait()
		if s.recorder != nil && s.ran { // no goroutine has it any more
			s.recorder.End(info)
		}
		close(s.gone)
	})
}

// cut ends the session at once.
func (s *session) cut() {
	s.end()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.leaving != nil {
		s.leaving()
	}
}
