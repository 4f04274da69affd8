package hostport

// sharedPort is a port that owners have one after the other: those of one service, and when
// these have all ended, others that want its number. It is opened for the first of them and
// closed after the last: in between only what it leads to changes, so that connections are
// accepted throughout.
type sharedPort struct {
	openPort
	*leaseQueue
	key sharedKey
}

// sharedKey tells shared ports apart. Where a port has the number that is asked for, there
// is one of each number; elsewhere each group has its own.
type sharedKey struct {
	portKey
	group string
}

func (h *Ports) sharedKey(t Owner, key portKey) sharedKey {
	if h.loopback.numbered() {
		return sharedKey{portKey: key}
	}
	return sharedKey{key, t.group()}
}

// share gives an owner a lease of the shared port of a mapping; nil if that is not to be had.
func (h *Ports) share(owner *ownerPorts, i int) *sharedPort {
	t, o := owner.Owner, owner.mappings[i]
	if o.Shared == 0 {
		return nil
	}
	key := h.sharedKey(t, portKey{o.Protocol, o.Shared})
	l := lease{t, o.Leads}
	s := h.shared[key]
	if s == nil {
		p, err := h.loopback.open(key.portKey, o.Leads)
		if err != nil {
			if h.refuse(key.portKey) {
				h.standIn(owner, i, err)
			}
			return nil
		}
		delete(h.refused, key.portKey)
		s = &sharedPort{p, newLeaseQueue(l, before), key}
		h.shared[key] = s
		return s
	}
	if _, twice := s.leases[t.ID]; twice {
		return nil
	}
	s.add(l)
	h.pass(s)
	return s
}

// pass has a shared port lead to the owner whose turn it is, or gives it back.
func (h *Ports) pass(s *sharedPort) {
	next := s.next()
	switch {
	case next == nil:
		s.close()
		delete(h.shared, s.key)
	case next.ID != s.holder.ID:
		h.Log.Info("host port goes to the next task", "address", s.address(), "from", s.holder.ID, "to", next.ID)
		s.holder = *next
		s.lead(next.leads)
	default:
		s.holder = *next
	}
}
