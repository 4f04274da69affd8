package control

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// Update gives the balancer exactly the wanted pieces, which need no version. It pushes only
// what differs, in this order: listeners to remove, the wanted pieces in the order given, all
// else to remove. To lose no request, give target groups and targets before the listeners that
// lead to them, and draining targets after those. The error names each piece that the balancer
// refuses; the other pieces are applied all the same.
func (s *Client) Update(ctx context.Context, wanted []balancer.Piece) error {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	changes, err := s.changes(wanted)
	if err != nil {
		return err
	}
	refused, err := s.push(ctx, changes)
	if err != nil {
		return err
	}
	var again []request
	var errs []error
	for _, r := range refused {
		if r.key().Kind == balancer.KindListener { // another one may have left the port since
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

// refusal is a change that the balancer has refused.
type refusal struct {
	request
	err error
}

// push makes changes, and returns those that are refused.
func (s *Client) push(ctx context.Context, changes []request) (refused []refusal, err error) {
	answers := make([]chan answer, len(changes))
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
			refused = append(refused, refusal{c, fmt.Errorf("%s %s: %s", key.Kind, key.ID, a.Error)})
			continue
		}
		s.changed(c)
	}
	return refused, nil
}

func (r request) key() (k balancer.Key) {
	if r.Remove != nil {
		return *r.Remove
	}
	k, _ = r.Set.Key() // changes has looked
	return k
}

// changes lead from what the server has to what is wanted.
func (s *Client) changes(wanted []balancer.Piece) (list []request, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.has {
		s.version = max(s.version, h.Version)
	}
	keep := map[balancer.Key]bool{}
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
		p.Version = s.version
		list = append(list, request{Set: &p})
	}
	var gone []balancer.Key
	for key := range s.has {
		if !keep[key] {
			gone = append(gone, key)
		}
	}
	slices.SortFunc(gone, func(a, b balancer.Key) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Group, b.Group), cmp.Compare(a.ID, b.ID))
	})
	var first []request
	for _, key := range gone {
		if key.Kind == balancer.KindListener { // another one may want its port
			first = append(first, request{Remove: &key})
		} else {
			list = append(list, request{Remove: &key})
		}
	}
	return append(first, list...), nil
}

// refused notes that a piece was refused: the next update sets or removes it in any case.
func (s *Client) refused(key balancer.Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.has[key] = AppliedPiece{Key: key, Version: s.has[key].Version}
}

// changed notes that a change has been applied.
func (s *Client) changed(c request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Remove != nil {
		delete(s.has, *c.Remove)
		return
	}
	s.has[c.key()] = AppliedPiece{Key: c.key(), Version: c.Set.Version, Digest: digest(*c.Set)}
}
