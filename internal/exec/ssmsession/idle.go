package ssmsession

import "time"

// idleLimit ends a session without data either way. Source: spec/tasks.md E.12.
const idleLimit = 20 * time.Minute

// checkIdle ends the session if it has been idle for too long.
func (s *session) checkIdle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over || s.ending {
		return
	}
	if left := idleLimit - s.kernel.Clock.Now().Sub(s.active); left > 0 {
		s.idle = s.kernel.Clock.AfterFunc(left, s.checkIdle)
		return
	}
	s.finishLocked(idleText, Terminated)
}
