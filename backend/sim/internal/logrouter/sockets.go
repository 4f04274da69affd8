package logrouter

import "slices"

// Sockets are where senders and the routers that run meet. The zero value is ready for use.
type Sockets struct {
	routers map[string]*Router
	waiting map[string][]*Sender // those with records that wait, in the order of their first one
}

// Send sends a line to the router of a sender, or has it wait; nil sends nothing.
func (s *Sockets) Send(from *Sender, stderr bool, line string) {
	if from == nil {
		return
	}
	router := s.routers[from.socket]
	for _, r := range from.records(stderr, line) {
		switch {
		case router != nil:
			router.take(r)
		case len(from.waiting) == 0:
			if s.waiting == nil {
				s.waiting = map[string][]*Sender{}
			}
			s.waiting[from.socket] = append(s.waiting[from.socket], from)
			fallthrough
		case len(from.waiting) < from.most:
			from.waiting = append(from.waiting, r)
		}
	}
}

// Begin has a router that starts take what waits for it, sender by sender; nil is none.
func (s *Sockets) Begin(r *Router) {
	if r == nil {
		return
	}
	if s.routers == nil {
		s.routers = map[string]*Router{}
	}
	s.routers[r.socket] = r
	for _, from := range s.waiting[r.socket] {
		for _, each := range from.waiting {
			r.take(each)
		}
		from.waiting = nil
	}
	delete(s.waiting, r.socket)
}

// End ends the log driver of a container with what waits there, and its work as a router; nil is none.
func (s *Sockets) End(from *Sender, r *Router) {
	if r != nil && s.routers[r.socket] == r {
		delete(s.routers, r.socket)
	}
	if from == nil || len(from.waiting) == 0 {
		return
	}
	from.waiting = nil
	if left := slices.DeleteFunc(s.waiting[from.socket], func(other *Sender) bool { return other == from }); len(left) > 0 {
		s.waiting[from.socket] = left
	} else {
		delete(s.waiting, from.socket)
	}
}
