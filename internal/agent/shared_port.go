package agent

// sharedPort is a port that running tasks have in turn: those of one service, and when they
// have all ended, whoever else wants its number. hostPorts own it. It is opened for the first
// of them and closed after the last: in between only what it leads to changes, so that
// connections are accepted throughout.
type sharedPort struct {
	port
	*turns
	key sharedKey
}

// sharedKey tells shared ports apart. Where a port has the number that is asked for, there
// is one of each number; elsewhere each group has its own.
type sharedKey struct {
	portKey
	group string
}

func (h *hostPorts) sharedKey(t tenant, key portKey) sharedKey {
	if h.loopback.numbered() {
		return sharedKey{portKey: key}
	}
	return sharedKey{key, t.group()}
}

// claim gives a task its turn at a shared port; nil if that is not to be had.
func (h *hostPorts) claim(t tenant, o opening) *sharedPort {
	if o.shared == 0 {
		return nil
	}
	key := h.sharedKey(t, portKey{o.protocol, o.shared})
	c := claim{t, o.leads}
	s := h.shared[key]
	if s == nil {
		p, err := h.loopback.open(key.portKey, o.leads)
		if err != nil {
			h.refuse(key.portKey, err)
			return nil
		}
		delete(h.refused, key.portKey)
		s = &sharedPort{p, newTurns(c, before), key}
		h.shared[key] = s
		return s
	}
	if _, twice := s.claims[t.task]; twice {
		return nil
	}
	s.add(c)
	h.pass(s)
	return s
}

// pass has a shared port lead to whose turn it is, or gives it back.
func (h *hostPorts) pass(s *sharedPort) {
	next := s.next()
	switch {
	case next == nil:
		s.close()
		delete(h.shared, s.key)
	case next.task != s.has.task:
		h.log.Info("host port goes to the next task", "address", s.address(), "from", s.has.task, "to", next.task)
		s.has = *next
		s.lead(next.leads)
	default:
		s.has = *next
	}
}
