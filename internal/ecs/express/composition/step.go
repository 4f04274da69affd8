package composition

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
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
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
	Begun express.Resource
	// AsECS says that ECS itself calls, for which the infrastructure role has no permission. Others are calls as Begun.Role.
	AsECS bool
	Op    apiclient.Operation
	In    any

	act  act
	call call
}

// call is an operation with its input. The zero value calls nothing.
type call struct {
	op  apiclient.Operation
	in  any
	out func() any
	// read is the ID that the answer has, empty if what was looked for is not there, and whether it is ready. Of a call whose
	// answer says nothing it takes nil.
	read func(out any) (id string, ready bool)
}

func ask[Out any](op apiclient.Operation, in any, read func(*Out) (id string, ready bool)) call {
	return call{op, in, func() any { return new(Out) }, func(out any) (string, bool) { return read(out.(*Out)) }}
}

// tell is a call whose answer says nothing: what it makes is named by an ID that is known before.
func tell(op apiclient.Operation, in any, id string) call {
	return call{op, in, func() any { return nil }, func(any) (string, bool) { return id, true }}
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
func Next(v View) (steps []Step) {
	for _, r := range v.Own {
		if r.Left {
			continue
		}
		if s, is := v.next(r.Kind, r); is {
			steps = append(steps, s)
		}
	}
	if !v.wanted() {
		return steps
	}
	for _, k := range kindsOf(v.Owner) {
		if slices.ContainsFunc(v.Own, func(r *express.Resource) bool { return r.Kind == k }) || !v.ready(k) {
			continue
		}
		steps = append(steps, v.create(k, &express.Resource{Owner: v.Owner, Kind: k, Role: v.Service.InfrastructureRole}))
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
func (v *View) ready(k express.Kind) bool {
	recipe := recipes[k]
	if recipe.unless != nil && recipe.unless(v) {
		return false
	}
	return !slices.ContainsFunc(recipe.needs, func(n express.Kind) bool {
		return !v.settled(n) && !(recipes[n].unless != nil && recipes[n].unless(v))
	})
}

// settled is whether a resource can be used, and is as it is wanted now.
func (v *View) settled(k express.Kind) bool {
	recipe := recipes[k]
	if !v.active(k) || recipe.change == nil && !recipe.anew {
		return v.active(k)
	}
	return v.find(k).Wanted == v.digest(k)
}

// next is the step of a resource that has a row.
func (v *View) next(k express.Kind, r *express.Resource) (Step, bool) {
	recipe := recipes[k]
	switch {
	case !v.wanted() || r.Status == types.ManagedResourceStatusDeprovisioning:
		return v.remove(r)
	case r.Status == types.ManagedResourceStatusProvisioning && r.Asked && r.ID == "" && recipe.look != nil:
		return v.step(r, finds, recipe.look(v, r)), true
	case r.Status == types.ManagedResourceStatusProvisioning && r.ID != "" && !r.Asked:
		return v.step(r, waits, recipe.look(v, r)), true
	case r.Status == types.ManagedResourceStatusActive && r.Tries > 0: // a look has failed, see Doubt
		return v.step(r, waits, recipe.look(v, r)), true
	case !v.ready(k):
		return Step{}, false
	case r.Status == types.ManagedResourceStatusProvisioning && (r.ID == "" || recipe.look == nil):
		return v.create(k, r), true
	case r.Status == types.ManagedResourceStatusFailed && r.Asked && v.Service.UpdatedAt.After(r.UpdatedAt): // there is another request
		if r.ID != "" && recipe.change != nil {
			return v.change(k, r), true
		}
		return v.create(k, r), true
	case r.Status != types.ManagedResourceStatusProvisioning && r.Wanted == v.digest(k):
		return Step{}, false
	case r.ID == "":
		return v.create(k, r), true
	case recipe.anew:
		fresh := *r
		fresh.Before, fresh.ID = r.ID, ""
		return v.create(k, &fresh), true
	case recipe.change == nil:
		return Step{}, false
	}
	return v.change(k, r), true
}

// create makes a resource.
func (v *View) create(k express.Kind, r *express.Resource) Step {
	begun, made := *r, recipes[k].make(v)
	begun.Status, begun.Reason, begun.Asked, begun.Wanted = types.ManagedResourceStatusProvisioning, "", true, v.digest(k)
	if recipes[k].look == nil { // or nothing would say what has to be removed after a cut
		begun.ID, _ = made.read(nil)
	}
	return v.step(&begun, makes, made)
}

// change has a resource be as is wanted now. It may be made again.
func (v *View) change(k express.Kind, r *express.Resource) Step {
	begun := *r
	begun.Status, begun.Reason, begun.Asked, begun.Wanted = types.ManagedResourceStatusProvisioning, "", true, v.digest(k)
	s := v.step(&begun, changes, recipes[k].change(v, r))
	s.AsECS = s.AsECS || recipes[k].changesAsECS
	return s
}

// remove removes a resource that no other one needs any more.
func (v *View) remove(r *express.Resource) (Step, bool) {
	recipe := recipes[r.Kind]
	for _, other := range v.Own {
		if !other.Left && slices.Contains(recipes[other.Kind].needs, r.Kind) {
			return Step{}, false
		}
	}
	begun := *r
	if r.Status != types.ManagedResourceStatusDeprovisioning {
		begun.Status, begun.Tries, begun.Due, begun.Wanted = types.ManagedResourceStatusDeprovisioning, 0, time.Time{}, ""
	}
	switch {
	case recipe.remove == nil, r.ID == "" && (!r.Asked || recipe.look == nil):
		return v.step(&begun, removes, call{}), true
	case r.ID == "":
		return v.step(&begun, finds, recipe.look(v, r)), true
	case begun.Wanted == removed:
		return v.step(&begun, awaits, recipe.look(v, r)), true
	}
	return v.step(&begun, removes, recipe.remove(v, r)), true
}

// Doubt looks whether a resource is still there that others may have removed.
func Doubt(v View, r *express.Resource) (Step, bool) {
	recipe := recipes[r.Kind]
	if r.Status != types.ManagedResourceStatusActive || r.ID == "" || recipe.look == nil {
		return Step{}, false
	}
	return v.step(r, waits, recipe.look(&v, r)), true
}

// removed is in the place of a digest once the call to remove a resource is answered.
const removed = "removed"

// step is one call; the row says since when it has its status.
func (v *View) step(r *express.Resource, a act, c call) Step {
	begun := *r
	for _, old := range v.Own {
		if old.Kind == r.Kind && old.Status != r.Status {
			begun.UpdatedAt = v.Now
		}
	}
	if begun.UpdatedAt.IsZero() {
		begun.UpdatedAt = v.Now
	}
	recipe, looks := recipes[r.Kind], a == finds || a == waits || a == awaits
	return Step{Begun: begun, AsECS: recipe.asECS || looks && recipe.looksAsECS, Op: c.op, In: c.in, act: a, call: c}
}

// digest is of all that a resource is made from.
func (v *View) digest(k express.Kind) string {
	in := recipes[k].make(v).in
	if like := recipes[k].like; like != nil {
		in = like(v)
	}
	text, err := json.Marshal(in)
	if err != nil {
		panic("composition: " + err.Error()) // inputs are plain structures
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// Calls is whether a step calls an operation at all.
func (s *Step) Calls() bool { return s.call.in != nil }

// Done is the row after the call: nil if the resource is no more.
func (s *Step) Done(v View, out any, err error) *express.Resource {
	r := s.Begun
	id, ready := "", true
	if err == nil && s.Calls() {
		id, ready = s.call.read(out)
	}
	switch {
	case s.act == removes, s.act == awaits:
		return s.doneRemoving(v, r, id, err)
	case s.act == finds:
		return s.doneFinding(v, r, id, err)
	case s.act == waits && (isGone(err) || err == nil && id == ""):
		return failed(v, r, absent(r, err))
	case s.act == makes && isThere(err) && recipes[r.Kind].look == nil: // the answer of an earlier try was lost
		id, ready = s.call.read(nil)
	case err != nil:
		return later(v, r, err)
	}
	if s.act == makes && id == "" {
		return later(v, r, errEmpty)
	}
	r.Asked = false
	if s.act == makes {
		r.ID = id
	}
	if !ready {
		return pause(v, r)
	}
	r.Tries, r.Due = 0, time.Time{}
	if r.Status != types.ManagedResourceStatusActive {
		r.Status, r.Reason, r.UpdatedAt = types.ManagedResourceStatusActive, "", v.Now
	}
	return &r
}

// errEmpty is an answer of success that lacks what it is to have.
var errEmpty = errors.New("the answer has not what was asked for")

func (s *Step) doneFinding(v View, r express.Resource, id string, err error) *express.Resource {
	switch {
	case err != nil && !isGone(err):
		return later(v, r, err)
	case err == nil && id != "" && id != r.Before:
		r.ID, r.Asked = id, false // the next step looks whether it is ready
		return &r
	case r.Status == types.ManagedResourceStatusDeprovisioning:
		return nil
	}
	r.Asked = false
	return &r
}

func (s *Step) doneRemoving(v View, r express.Resource, id string, err error) *express.Resource {
	switch {
	case !s.Calls(), isGone(err), err == nil && s.act == awaits && id == "":
		return nil
	case err == nil && s.act == removes && !recipes[r.Kind].lingers:
		return nil
	case err == nil:
		r.Wanted = removed
		return pause(v, r)
	}
	return later(v, r, err)
}

// later has a call be made again, or the resource fail if that is of no use. What cannot be removed is left.
func later(v View, r express.Resource, err error) *express.Resource {
	removing := r.Status == types.ManagedResourceStatusDeprovisioning
	e, refused := errors.AsType[*apiclient.Error](err)
	if r.Tries >= mostTries || refused && !passes(e) && !isThere(e) && !(removing && isUsed(e)) {
		failure := failed(v, r, err)
		failure.Left = removing
		return failure
	}
	r.Tries++
	r.Due = v.Now.Add(min(firstPause<<min(r.Tries, 8), longestPause))
	return &r
}

// pause has the next look be later: the longer a resource is not ready, the seldomer.
func pause(v View, r express.Resource) *express.Resource {
	r.Tries = 0
	r.Due = v.Now.Add(min(max(v.Now.Sub(r.UpdatedAt)/8, firstPause), longestPause))
	return &r
}

func failed(v View, r express.Resource, err error) *express.Resource {
	r.Status, r.Reason, r.UpdatedAt, r.Tries, r.Due = types.ManagedResourceStatusFailed, reason(err), v.Now, 0, time.Time{}
	return &r
}

// reason is what an error says, in the words of the API.
func reason(err error) string {
	if e, is := errors.AsType[*apiclient.Error](err); is {
		return e.Message
	}
	return err.Error()
}

// absent is what is said of a resource that another one has removed.
func absent(r express.Resource, err error) error {
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
