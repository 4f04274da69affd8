package push

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Update gives the data plane exactly the wanted pieces, which need no version. It pushes only
// what differs, in this order: exclusive pieces to remove, the wanted pieces in the order given, all
// else to remove. The error names each piece that the data plane refuses; the other pieces are
// applied all the same. A piece that points to what one of the last Update did costs next to nothing:
// what pieces point to must not change.
func (s *Client[P, K, N, C]) Update(ctx context.Context, wanted []P) error {
	if err := s.takeTurn(ctx); err != nil {
		return err
	}
	defer s.endTurn()
	pieces, err := know(wanted, s.given)
	if err != nil {
		return err
	}
	s.given = make(map[P]known[P, K], len(pieces))
	for _, k := range pieces {
		s.given[k.piece] = k
	}
	return s.carryOut(ctx, s.changes(nil, pieces, func(K) bool { return true }))
}

// UpdateParts is Update for some of the pieces, those whose keys are of it; the others stay as they are. The pieces of
// parts come before the other wanted ones. Where the data plane acts by a former part of each name already, the cost is
// that of what has changed since, and of the other wanted pieces, which had the same keys then. No key is in parts of two
// names.
func (s *Client[P, K, N, C]) UpdateParts(ctx context.Context, parts []*Part[P, K], wanted []P, of func(K) bool) error {
	others, err := know(wanted, nil)
	if err != nil {
		return err
	}
	if err := s.takeTurn(ctx); err != nil {
		return err
	}
	defer s.endTurn()
	if err := s.carryOut(ctx, s.changes(parts, others, of)); err != nil {
		return err
	}
	for _, p := range parts {
		s.parts[p.name] = p
	}
	return nil
}

func (s *Client[P, K, N, C]) takeTurn(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Client[P, K, N, C]) endTurn() { <-s.turn }

// carryOut makes changes. What an exclusive piece was refused for may have gone since.
func (s *Client[P, K, N, C]) carryOut(ctx context.Context, changes []change[P, K]) error {
	refused, err := s.push(ctx, changes)
	if err != nil {
		return err
	}
	var again []change[P, K]
	var errs []error
	for _, r := range refused {
		if r.key.Exclusive() { // another one may have left since what both want
			again = append(again, r.change)
		} else {
			errs = append(errs, r.err)
		}
	}
	if refused, err = s.push(ctx, again); err != nil {
		return err
	}
	for _, r := range refused {
		errs = append(errs, r.err)
	}
	return errors.Join(errs...)
}

// change is a request that sets or removes a piece.
type change[P Piece[P, K], K Key[K]] struct {
	request[P, K]
	key    K
	digest string // of what is set
}

// refusal is a change that the data plane has refused.
type refusal[P Piece[P, K], K Key[K]] struct {
	change[P, K]
	err error
}

// push makes changes, and returns those that are refused.
func (s *Client[P, K, N, C]) push(ctx context.Context, changes []change[P, K]) (refused []refusal[P, K], err error) {
	answers := make([]chan answer[P, K, N, C], len(changes))
	for i, c := range changes {
		if answers[i], err = s.send(c.request); err != nil {
			return nil, err
		}
	}
	for i, c := range changes {
		a, err := s.await(ctx, answers[i])
		if err != nil {
			for _, c := range changes[i:] { // each may have been made, or may be yet
				s.refused(c.key)
			}
			return nil, err
		}
		if a.Error != "" {
			s.refused(c.key)
			refused = append(refused, refusal[P, K]{c, fmt.Errorf("%v: %s", c.key, a.Error)})
			continue
		}
		s.changed(c)
	}
	return refused, nil
}

// changes lead from what the server has to what is wanted.
func (s *Client[P, K, N, C]) changes(parts []*Part[P, K], others []known[P, K], of func(K) bool) []change[P, K] {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(parts) == 0 { // what is not of any may have been
		clear(s.parts)
	}
	var wanted []known[P, K]
	var gone []K
	if s.followed(parts) {
		for _, p := range parts {
			d := p.differs(s.parts[p.name])
			wanted, gone = append(wanted, d.set...), append(gone, d.gone...)
		}
		wanted = append(wanted, others...)
	} else {
		for _, p := range parts {
			wanted = append(wanted, p.pieces...)
		}
		wanted = append(wanted, others...)
		gone = s.besides(wanted, of)
	}
	for _, p := range parts {
		delete(s.parts, p.name) // until all of it is in place
	}
	return s.requests(wanted, gone)
}

// followed reports whether the server acts by a former part of each name.
func (s *Client[P, K, N, C]) followed(parts []*Part[P, K]) bool {
	return len(parts) > 0 && !slices.ContainsFunc(parts, func(p *Part[P, K]) bool { return s.parts[p.name] == nil })
}

// besides are the keys that the server has beside the wanted pieces, of those that are meant.
func (s *Client[P, K, N, C]) besides(wanted []known[P, K], of func(K) bool) (gone []K) {
	keep := map[K]bool{}
	for _, w := range wanted {
		keep[w.key] = true
	}
	for key := range s.has {
		if !keep[key] && of(key) {
			gone = append(gone, key)
		}
	}
	slices.SortFunc(gone, K.Compare)
	return gone
}

// requests are for what the server does not have, and for what is to go of what it has.
func (s *Client[P, K, N, C]) requests(wanted []known[P, K], gone []K) []change[P, K] {
	var first, list []change[P, K]
	for _, w := range wanted {
		if s.has[w.key].Digest == w.digest {
			continue
		}
		s.version++
		p := w.piece.At(s.version)
		list = append(list, change[P, K]{request[P, K]{Set: &p}, w.key, w.digest})
	}
	for _, key := range gone {
		if _, has := s.has[key]; !has {
			continue
		}
		remove := change[P, K]{request[P, K]{Remove: &key}, key, ""}
		if key.Exclusive() { // another one may want what it has
			first = append(first, remove)
		} else {
			list = append(list, remove)
		}
	}
	return append(first, list...)
}

// refused notes that a piece was refused, or not answered for: the next update sets or removes it in any case.
func (s *Client[P, K, N, C]) refused(key K) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.has[key] = AppliedPiece[P, K]{Key: key, Version: s.has[key].Version}
}

// changed notes that a change has been applied.
func (s *Client[P, K, N, C]) changed(c change[P, K]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Remove != nil {
		delete(s.has, c.key)
		return
	}
	s.has[c.key] = AppliedPiece[P, K]{Key: c.key, Version: (*c.Set).In(), Digest: c.digest}
}
