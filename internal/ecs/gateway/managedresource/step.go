package managedresource

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// act is what a step does.
type act int

const (
	makes act = iota
	finds     // looks for what a lost answer may have made
	waits     // looks whether what was made is ready
	changes
	removes
	awaits // looks whether what was removed is gone
)

// Step is one call.
type Step struct {
	// Begun is the row before the call.
	Begun Resource
	Scope arn.Scope
	// AsECS says that ECS itself calls, for which the infrastructure role has no permission. Others are calls as Begun.Role.
	AsECS bool
	Op    apiclient.Operation
	In    any

	act  act
	call Call
	// nameless is of a resource that is not looked for: the call that makes it knows its ID. See Recipe for lingers.
	nameless, lingers bool
}

// Call is an operation with its input. The zero value calls nothing.
type Call struct {
	Op  apiclient.Operation
	In  any
	out func() any
	// read is the ID that the answer has, empty if what was looked for is not there, and whether it is ready. Of a call whose
	// answer says nothing it takes nil.
	read func(out any) (id string, ready bool)
}

// Ask is a call whose answer has the ID of what it makes or finds.
func Ask[Out any](op apiclient.Operation, in any, read func(*Out) (id string, ready bool)) Call {
	return Call{op, in, func() any { return new(Out) }, func(out any) (string, bool) { return read(out.(*Out)) }}
}

// Tell is a call whose answer says nothing: what it makes is named by an ID that is known before.
func Tell(op apiclient.Operation, in any, id string) Call {
	return Call{op, in, func() any { return nil }, func(any) (string, bool) { return id, true }}
}

// Out is where the answer goes; nil: it is not read.
func (s *Step) Out() any {
	if s.call.out == nil {
		return nil
	}
	return s.call.out()
}

// How often and how long a call is tried again: choices.
const (
	mostTries    = 40
	firstPause   = 250 * time.Millisecond
	longestPause = 10 * time.Second
)

// Next are the next steps, each when it is Due: none if an owner is as it is to be, or waits for another one.
func (b *Book[V]) Next(v *V) (steps []Step) {
	p := plan[V]{b.Recipes, v, b.Owner(v)}
	for _, r := range p.Own {
		if r.Left {
			continue
		}
		if s, is := p.next(r.Kind, r); is {
			steps = append(steps, s)
		}
	}
	if !p.Wanted {
		return steps
	}
	for _, k := range b.Kinds(v) {
		if slices.ContainsFunc(p.Own, func(r *Resource) bool { return r.Kind == k && !r.Left }) || !p.ready(k) {
			continue
		}
		steps = append(steps, p.create(k, &Resource{Owner: p.Key, Kind: k, Role: p.Role}))
	}
	return steps
}

// Due is when the first of those steps may be taken that wait for a time after now; zero: none does.
func Due(steps []Step, now time.Time) (due time.Time) {
	for _, s := range steps {
		if at := s.Begun.Due; at.After(now) && (due.IsZero() || at.Before(due)) {
			due = at
		}
	}
	return due
}

// ready is whether all that a resource needs is there, and it is one to have.
func (p *plan[V]) ready(k Kind) bool {
	recipe := p.recipes[k]
	if recipe.Unless != nil && recipe.Unless(p.view) {
		return false
	}
	return !slices.ContainsFunc(recipe.Needs, func(n Kind) bool {
		return !p.settled(n) && !(p.recipes[n].Unless != nil && p.recipes[n].Unless(p.view))
	})
}

// settled is whether a resource can be used, and is as it is wanted now.
func (p *plan[V]) settled(k Kind) bool {
	recipe := p.recipes[k]
	if !p.Active(k) || recipe.Change == nil && !recipe.Anew {
		return p.Active(k)
	}
	return p.Find(k).Wanted == p.digest(k)
}

// next is the step of a resource that has a row.
func (p *plan[V]) next(k Kind, r *Resource) (Step, bool) {
	recipe := p.recipes[k]
	switch {
	case !p.Wanted || r.Status == types.ManagedResourceStatusDeprovisioning, recipe.Drops != "" && recipe.Unless(p.view) && p.settled(recipe.Drops):
		return p.remove(r)
	case r.Status == types.ManagedResourceStatusProvisioning && r.Asked && r.ID == "" && recipe.Look != nil:
		return p.step(r, finds, recipe.Look(p.view, r)), true
	case r.Status == types.ManagedResourceStatusProvisioning && r.ID != "" && !r.Asked:
		return p.step(r, waits, recipe.Look(p.view, r)), true
	case r.Status == types.ManagedResourceStatusFailed && r.ID != "" && !r.Asked && r.Refusal != nil && recipe.Look != nil && p.AskedAt.After(r.UpdatedAt):
		begun := begin(r) // a look was refused, and there is another request
		return p.step(&begun, waits, recipe.Look(p.view, &begun)), true
	case r.Status == types.ManagedResourceStatusActive && r.Tries > 0: // a look has failed, see Doubt
		return p.step(r, waits, recipe.Look(p.view, r)), true
	case !p.ready(k):
		return Step{}, false
	case r.Status == types.ManagedResourceStatusProvisioning && (r.ID == "" || recipe.Look == nil):
		return p.create(k, r), true
	case r.Status == types.ManagedResourceStatusFailed && r.Asked && p.AskedAt.After(r.UpdatedAt): // there is another request
		if r.ID != "" && recipe.Change != nil {
			return p.change(k, r), true
		}
		return p.create(k, r), true
	case r.Status != types.ManagedResourceStatusProvisioning && r.Wanted == p.digest(k):
		return Step{}, false
	case r.ID == "":
		return p.create(k, r), true
	case recipe.Anew:
		fresh := *r
		fresh.Before, fresh.ID = r.ID, ""
		return p.create(k, &fresh), true
	case recipe.Change == nil:
		return Step{}, false
	}
	return p.change(k, r), true
}

// begin has a resource be on its way. An earlier call that was refused is forgotten.
func begin(r *Resource) Resource {
	begun := *r
	begun.Status, begun.Reason, begun.Refusal = types.ManagedResourceStatusProvisioning, "", nil
	return begun
}

// create makes a resource.
func (p *plan[V]) create(k Kind, r *Resource) Step {
	begun, made := begin(r), p.recipes[k].Make(p.view)
	begun.Asked, begun.Wanted = true, p.digest(k)
	if p.recipes[k].Look == nil { // or nothing would say what has to be removed after a cut
		begun.ID, _ = made.read(nil)
	}
	return p.step(&begun, makes, made)
}

// change has a resource be as is wanted now. It may be made again.
func (p *plan[V]) change(k Kind, r *Resource) Step {
	begun := begin(r)
	begun.Asked, begun.Wanted = true, p.digest(k)
	s := p.step(&begun, changes, p.recipes[k].Change(p.view, r))
	s.AsECS = s.AsECS || p.recipes[k].ChangesAsECS
	return s
}

// remove removes a resource that no other one needs any more.
func (p *plan[V]) remove(r *Resource) (Step, bool) {
	recipe := p.recipes[r.Kind]
	needed := recipe.Unless == nil || !recipe.Unless(p.view)
	for _, other := range p.Own {
		if needed && !other.Left && slices.Contains(p.recipes[other.Kind].Needs, r.Kind) {
			return Step{}, false
		}
	}
	begun := *r
	if r.Status != types.ManagedResourceStatusDeprovisioning {
		begun.Status, begun.Tries, begun.Due, begun.Wanted = types.ManagedResourceStatusDeprovisioning, 0, time.Time{}, ""
	}
	switch {
	case recipe.Remove == nil, r.ID == "" && (!r.Asked || recipe.Look == nil):
		return p.step(&begun, removes, Call{}), true
	case r.ID == "":
		return p.step(&begun, finds, recipe.Look(p.view, r)), true
	case begun.Wanted == removed:
		return p.step(&begun, awaits, recipe.Look(p.view, r)), true
	}
	return p.step(&begun, removes, recipe.Remove(p.view, r)), true
}

// Doubt looks whether a resource is still there that others may have removed.
func (b *Book[V]) Doubt(v *V, r *Resource) (Step, bool) {
	p := plan[V]{b.Recipes, v, b.Owner(v)}
	recipe := b.Recipes[r.Kind]
	if r.Status != types.ManagedResourceStatusActive || r.ID == "" || recipe.Look == nil {
		return Step{}, false
	}
	return p.step(r, waits, recipe.Look(p.view, r)), true
}

// removed is in the place of a digest once the call to remove a resource is answered.
const removed = "removed"

// step is one call; the row says since when it has its status, and the role that calls.
func (p *plan[V]) step(r *Resource, a act, c Call) Step {
	begun := *r
	for _, old := range p.Own {
		if old.Kind == r.Kind && old.Status != r.Status {
			begun.UpdatedAt = p.Now
		}
	}
	if p.Role != "" {
		begun.Role = p.Role
	}
	if begun.UpdatedAt.IsZero() {
		begun.UpdatedAt = p.Now
	}
	recipe, looks := p.recipes[r.Kind], a == finds || a == waits || a == awaits
	return Step{
		Begun: begun, AsECS: recipe.AsECS || looks && recipe.LooksAsECS, Op: c.Op, In: c.In, act: a, call: c,
		Scope: p.Scope, nameless: recipe.Look == nil, lingers: recipe.Lingers,
	}
}

// digest is of all that a resource is made from.
func (p *plan[V]) digest(k Kind) string {
	in := p.recipes[k].Make(p.view).In
	if like := p.recipes[k].Like; like != nil {
		in = like(p.view)
	}
	text, err := json.Marshal(in)
	if err != nil {
		panic("managed resource: " + err.Error()) // inputs are plain structures
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// Digest is of all that a resource is made from, as Wanted has it.
func (b *Book[V]) Digest(v *V, k Kind) string {
	p := plan[V]{b.Recipes, v, b.Owner(v)}
	return p.digest(k)
}

// Calls is whether a step calls an operation at all.
func (s *Step) Calls() bool { return s.call.In != nil }

// Done is the row after the call: nil if the resource is no more.
func (s *Step) Done(now time.Time, out any, err error) *Resource {
	r := s.Begun
	id, ready := "", true
	if err == nil && s.Calls() {
		id, ready = s.call.read(out)
	}
	switch {
	case s.act == removes, s.act == awaits:
		return s.doneRemoving(now, r, id, err)
	case s.act == finds:
		return s.doneFinding(now, r, id, err)
	case s.act == waits && (isGone(err) || err == nil && id == ""):
		return failed(now, r, absent(r, err))
	case s.act == makes && isThere(err) && s.nameless: // the answer of an earlier try was lost
		id, ready = s.call.read(nil)
	case err != nil:
		return s.later(now, r, err)
	}
	if s.act == makes && id == "" {
		return s.later(now, r, errEmpty)
	}
	r.Asked = false
	if s.act == makes {
		r.ID = id
	}
	if !ready {
		return pause(now, r)
	}
	r.Tries, r.Due = 0, time.Time{}
	r.Refusal = nil
	if r.Status != types.ManagedResourceStatusActive {
		r.Status, r.Reason, r.UpdatedAt = types.ManagedResourceStatusActive, "", now
	}
	return &r
}

// errEmpty is an answer of success that lacks what it is to have.
var errEmpty = errors.New("the answer has not what was asked for")

func (s *Step) doneFinding(now time.Time, r Resource, id string, err error) *Resource {
	switch {
	case err != nil && !isGone(err):
		return s.later(now, r, err)
	case err == nil && id != "" && id != r.Before:
		r.ID, r.Asked = id, false // the next step looks whether it is ready
		return &r
	case r.Status == types.ManagedResourceStatusDeprovisioning:
		return nil
	}
	r.Asked = false
	return &r
}

func (s *Step) doneRemoving(now time.Time, r Resource, id string, err error) *Resource {
	switch {
	case !s.Calls(), isGone(err), err == nil && s.act == awaits && id == "":
		return nil
	case err == nil && s.act == removes && !s.lingers:
		return nil
	case err == nil:
		r.Wanted = removed
		return pause(now, r)
	}
	return s.later(now, r, err)
}

// later has a call be made again, or the resource fail if that is of no use. What cannot be removed is left.
func (s *Step) later(now time.Time, r Resource, err error) *Resource {
	removing := r.Status == types.ManagedResourceStatusDeprovisioning
	e, refused := errors.AsType[*apiclient.Error](err)
	if r.Tries >= mostTries || refused && !passes(e) && !isThere(e) && !(removing && isUsed(e)) {
		failure := failed(now, r, err)
		failure.Left, failure.Refusal = removing, s.refusal(err)
		return failure
	}
	r.Tries++
	r.Due = now.Add(min(firstPause<<min(r.Tries, 8), longestPause))
	return &r
}

// pause has the next look be later: the longer a resource is not ready, the seldomer.
func pause(now time.Time, r Resource) *Resource {
	r.Tries = 0
	r.Due = now.Add(min(max(now.Sub(r.UpdatedAt)/8, firstPause), longestPause))
	return &r
}

func failed(now time.Time, r Resource, err error) *Resource {
	r.Status, r.Reason, r.UpdatedAt, r.Tries, r.Due = types.ManagedResourceStatusFailed, reason(err), now, 0, time.Time{}
	return &r
}

// refusal is the answer that has made a resource fail.
func (s *Step) refusal(err error) *Refusal {
	refused := &Refusal{Operation: s.Op.Signed + ":" + s.Op.Name, Message: reason(err)}
	if e, is := errors.AsType[*apiclient.Error](err); is {
		refused.Code = e.Code
	}
	return refused
}

// reason is what an error says, in the words of the API.
func reason(err error) string {
	if e, is := errors.AsType[*apiclient.Error](err); is {
		return e.Message
	}
	return err.Error()
}

// absent is what is said of a resource that another one has removed.
func absent(r Resource, err error) error {
	if err != nil {
		return err
	}
	return errors.New("The resource " + r.ID + " does not exist.")
}

// passes is of refusals that end by themselves.
func passes(e *apiclient.Error) bool {
	return e.Status >= http.StatusInternalServerError || e.Status == http.StatusTooManyRequests || hasAny(e, "Throttl", "RequestLimitExceeded", "PriorityInUse") ||
		strings.Contains(e.Message, "still Draining")
}

// isUsed is of removals of what others use still, which may be about to go.
func isUsed(e *apiclient.Error) bool { return hasAny(e, "DependencyViolation", "InUse") }

// isThere is of creates of what is there already. A name has digits of its owner, so it is there by a create whose answer was lost.
func isThere(err error) bool {
	e, is := errors.AsType[*apiclient.Error](err)
	return is && (hasAny(e, "AlreadyExist", "Duplicate") || strings.Contains(e.Message, "was not idempotent"))
}

// isGone is of calls that name what is not there.
func isGone(err error) bool {
	e, is := errors.AsType[*apiclient.Error](err)
	return is && (e.Status == http.StatusNotFound || hasAny(e, "NotFound", "ServiceNotActive") ||
		e.Code == "ClientException" && strings.Contains(e.Message, "Unable to describe")) // of task definitions
}

func hasAny(e *apiclient.Error, parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(e.Code, part) })
}
