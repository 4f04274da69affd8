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
// applied all the same.
func (s *Client[P, K, N, C]) Update(ctx context.Context, wanted []P) error {
	return s.UpdatePart(ctx, wanted, func(K) bool { return true })
}

// UpdatePart is Update for a part of the pieces: those whose keys are of it. The wanted pieces are
// such ones, and the others stay as they are.
func (s *Client[P, K, N, C]) UpdatePart(ctx context.Context, wanted []P, of func(K) bool) error {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	changes, err := s.changes(wanted, of)
	if err != nil {
		return err
	}
	refused, err := s.push(ctx, changes)
	if err != nil {
		return err
	}
	var again []request[P, K]
	var errs []error
	for _, r := range refused {
		if r.key().Exclusive() { // another one may have left since what both want
			again = append(again, r.request)
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

// refusal is a change that the data plane has refused.
type refusal[P Piece[P, K], K Key[K]] struct {
	request[P, K]
	err error
}

// push makes changes, and returns those that are refused.
func (s *Client[P, K, N, C]) push(ctx context.Context, changes []request[P, K]) (refused []refusal[P, K], err error) {
	answers := make([]chan answer[P, K, N, C], len(changes))
	for i, c := range changes {
		if answers[i], err = s.send(c); err != nil {
			return nil, err
		}
	}
	for i, c := range changes {
		a, err := s.await(ctx, answers[i])
		if err != nil {
			return nil, err
		}
		if a.Error != "" {
			key := c.key()
			s.refused(key)
			refused = append(refused, refusal[P, K]{c, fmt.Errorf("%v: %s", key, a.Error)})
			continue
		}
		s.changed(c)
	}
	return refused, nil
}

func (r request[P, K]) key() (k K) {
	if r.Remove != nil {
		return *r.Remove
	}
	k, _ = (*r.Set).Key() // changes has looked
	return k
}

// changes lead from what the server has to what is wanted.
func (s *Client[P, K, N, C]) changes(wanted []P, of func(K) bool) (list []request[P, K], err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.has {
		s.version = max(s.version, h.Version)
	}
	keep := map[K]bool{}
	for _, p := range wanted {
		key, err := p.Key()
		if err != nil {
			return nil, err
		}
		keep[key] = true
		if s.has[key].Digest == digest(p) {
			continue
		}
		s.version++
		p = p.At(s.version)
		list = append(list, request[P, K]{Set: &p})
	}
	var gone []K
	for key := range s.has {
		if !keep[key] && of(key) {
			gone = append(gone, key)
		}
	}
	slices.SortFunc(gone, K.Compare)
	var first []request[P, K]
	for _, key := range gone {
		if key.Exclusive() { // another one may want what it has
			first = append(first, request[P, K]{Remove: &key})
		} else {
			list = append(list, request[P, K]{Remove: &key})
		}
	}
	return append(first, list...), nil
}

// refused notes that a piece was refused: the next update sets or removes it in any case.
func (s *Client[P, K, N, C]) refused(key K) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.has[key] = AppliedPiece[P, K]{Key: key, Version: s.has[key].Version}
}

// changed notes that a change has been applied.
func (s *Client[P, K, N, C]) changed(c request[P, K]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Remove != nil {
		delete(s.has, *c.Remove)
		return
	}
	s.has[c.key()] = AppliedPiece[P, K]{Key: c.key(), Version: (*c.Set).In(), Digest: digest(*c.Set)}
}
