package handler

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
)

// Run takes the next step of an action.
func (t *Type) Run(ctx context.Context, call Call, r Request) Result {
	n := newTurn(ctx, call, t, &r)
	var again time.Duration
	var err error
	switch r.Action {
	case Create:
		again, err = t.create(n)
	case Update:
		again, err = t.update(n)
	case Delete:
		again, err = t.remove(n)
	}
	return t.result(n, again, err)
}

// Look finds the resources that have the name or, by their tags, the identity of a request's.
func (t *Type) Look(ctx context.Context, call Call, r Request) ([]Found, error) {
	if t.Find == nil {
		return nil, nil
	}
	n := newTurn(ctx, call, t, &r)
	found, err := t.Find(n)
	return slices.DeleteFunc(found, func(f Found) bool { return f.Tags != nil && !r.IsOwn(f.Tags) }), err
}

// result is what a step has come to. What has failed for now is tried again.
func (t *Type) result(n *Turn, again time.Duration, err error) Result {
	result := Result{PhysicalID: n.ID, Attributes: n.attributes, Again: again, Told: n.told, Signalled: n.signalled}
	if err != nil {
		if result.Again = t.pauseFor(n, err); result.Again == 0 {
			result.Failure = FailureOf(err)
		}
		n.progress.Tries++
		n.said(err)
	} else {
		n.progress.Tries = 0 // or looks that fail now and then would add up while it gets stable
	}
	n.progress.Known, n.progress.Memo = n.Known, n.Memo
	result.Deadline = n.deadline
	result.Configured = n.progress.Phase == configured && n.Action != Delete && result.Failure == nil && !n.waits
	result.Progress = n.progress.String()
	return result
}

// create goes from phase to phase until something has to be kept, or waited for.
func (t *Type) create(n *Turn) (time.Duration, error) {
	for {
		switch n.progress.Phase {
		case begun:
			if err := t.Check(n.Properties); err != nil {
				return 0, err
			}
			again, err := t.intend(n)
			if again != 0 || err != nil {
				return again, err
			}
		case intended, refused:
			if err := t.makeOnce(n); err != nil {
				n.progress.Denied = n.ID == "" && n.progress.Tries == 0 && isDenied(err)
				return 0, err
			}
			n.reach(made)
		case made:
			if t.Configure != nil {
				if err := t.Configure(n); err != nil {
					return 0, err
				}
			}
			n.reach(configured)
		default:
			return t.settle(n)
		}
	}
}

// intend has the row say what will be made. A generated name is of this incarnation alone, so nothing need be kept.
func (t *Type) intend(n *Turn) (time.Duration, error) {
	_, custom := t.Naming.name(&n.Request)
	if !custom && t.Identity != ByTags {
		n.reach(intended)
		return 0, nil
	}
	if t.Find != nil && t.Identity != ByToken {
		found, err := t.Find(n)
		if err != nil {
			return 0, err
		}
		if t.Identity == ByName && len(found) > 0 {
			return 0, t.exists(n)
		}
		for _, f := range found {
			n.Known = append(n.Known, f.ID)
		}
	}
	n.reach(intended)
	return AtOnce, nil
}

// exists is the failure of a create whose custom name is taken.
func (t *Type) exists(n *Turn) error {
	return Failed(AlreadyExists, "Resource of type '%s' with identifier '%s' already exists.", t.Name, n.Name)
}

// makeOnce makes the resource, or finds it if an earlier try has made it.
func (t *Type) makeOnce(n *Turn) (err error) {
	if t.Identity == ByTags {
		if n.ID, err = t.found(n); err != nil || n.ID != "" {
			return err
		}
	}
	_, custom := t.Naming.name(&n.Request)
	first := n.progress.Tries == 0 && !n.Repeated
	if t.Puts && custom && first {
		t.putting.Lock()
		defer t.putting.Unlock()
		if found, err := t.Find(n); err != nil {
			return err
		} else if len(found) > 0 {
			n.reach(refused)
			return t.exists(n)
		}
	}
	n.answered = false
	if err = t.Create(n); err == nil && n.ID == "" {
		return errEmpty
	}
	if err != nil && n.progress.Tries == 0 && !n.answered && FailureOf(err).Code == AccessDenied {
		n.reach(refused)
	}
	if err == nil || t.Identity != ByName || t.Find == nil {
		return err
	}
	if e, is := errors.AsType[*apiclient.Error](err); !is || !isThere(e) {
		return err
	}
	if custom && first && !n.answered { // it was made since intend looked, and not by this stack
		n.reach(refused)
		return err
	}
	id, finding := t.found(n)
	if finding != nil {
		return finding
	}
	if n.ID = id; id == "" {
		return err
	}
	return nil
}

// found is the ID of what this incarnation's create has made, as far as it can be told. Empty: it has made nothing.
func (t *Type) found(n *Turn) (string, error) {
	list, err := t.Find(n)
	if err != nil {
		return "", err
	}
	for _, f := range list {
		if !slices.Contains(n.Known, f.ID) && (f.Tags == nil || n.IsOwn(f.Tags)) {
			return f.ID, nil
		}
	}
	return "", nil
}

// settle waits until what all calls are made for is stable.
func (t *Type) settle(n *Turn) (time.Duration, error) {
	if t.Read == nil {
		return 0, nil
	}
	stable, err := t.Read(n)
	if err != nil && !isThrottled(err) { // else the next look says more
		return 0, err
	}
	wait, err := t.waitOf(n)
	switch {
	case err != nil:
		return 0, err
	case wait != nil:
		return t.await(n, wait, stable)
	case stable:
		return 0, nil
	}
	return t.lookAgain(n)
}

func (t *Type) update(n *Turn) (time.Duration, error) {
	if n.progress.Phase == begun {
		if err := t.Check(n.Properties); err != nil {
			return 0, err
		}
		if err := t.change(n); err != nil {
			return 0, err
		}
		if n.reach(made); t.Proceed != nil {
			return AtOnce, nil // or a step after a crash would come before calls that are made again
		}
	}
	if n.progress.Phase == made {
		if t.Proceed != nil {
			if again, err := t.Proceed(n); again != 0 || err != nil {
				return again, err
			}
		}
		n.reach(configured)
	}
	return t.settle(n)
}

func (t *Type) change(n *Turn) error {
	onlyTags := n.Properties.Equal(n.Previous) && !slices.Equal(n.Tags, n.PreviousTags)
	if t.Update != nil && !onlyTags {
		if err := t.Update(n); err != nil {
			return err
		}
	} else if changed := t.unchangeable(n); changed != "" {
		return Failed(NotUpdatable, "Property %s of %s cannot be changed here", changed, t.Name)
	}
	if t.Tagging == nil {
		return nil
	}
	return t.Tagging.change(n)
}

// unchangeable is a property that an update changes and the type cannot. Empty: there is none.
func (t *Type) unchangeable(n *Turn) string {
	for _, of := range []*document.Value{n.Properties, n.Previous} {
		if of == nil {
			continue
		}
		for _, m := range of.Members {
			if m.Name != "Tags" && !slices.Contains(t.Inert, m.Name) && n.Changed(m.Name) {
				return m.Name
			}
		}
	}
	return ""
}

// remove deletes a resource, also one whose create has lost its answer. What is gone is deleted.
func (t *Type) remove(n *Turn) (time.Duration, error) {
	if n.ID == "" {
		id, err := t.lost(n)
		if err != nil || id == "" {
			return 0, err
		}
		n.ID = id
	}
	if n.progress.Phase == begun {
		if err := t.Delete(n); IsGone(err) {
			return 0, nil
		} else if err != nil {
			return 0, err
		}
		n.reach(configured)
	}
	if t.Gone == nil {
		return 0, nil
	}
	gone, err := t.Gone(n)
	switch {
	case gone || IsGone(err):
		return 0, nil
	case err != nil && !isThrottled(err):
		return 0, err
	}
	return t.lookAgain(n)
}

// lost is the ID of what a create may have made that did not come to say so. What stands under a custom name is the stack's
// only if the create was about to make it. Who may not create may not be allowed to look either: then there is nothing to find.
func (t *Type) lost(n *Turn) (string, error) {
	create := readProgress(n.CreateProgress)
	_, custom := t.Naming.name(&n.Request)
	if t.Find == nil || create.Phase == refused || create.Phase == begun && (custom || t.Identity == ByTags) {
		return "", nil
	}
	n.Known = create.Known
	id, err := t.found(n)
	if create.Denied && isDenied(err) {
		return "", nil
	}
	return id, err
}
