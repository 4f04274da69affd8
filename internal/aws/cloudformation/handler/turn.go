package handler

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
)

// Turn is one step, as the functions of a Type see it.
type Turn struct {
	Request
	// ID is the physical id. Create sets it, Find and Gone do not.
	ID string
	// Name is the custom or generated name that the create gives; later the ID says which it was.
	Name string
	// Known are the IDs that Find has returned before the create.
	Known []string
	// Memo is what a Type keeps from step to step of an action.
	Memo string

	ctx        context.Context
	call       Call
	attributes map[string]*document.Value
	progress   progress
	deadline   time.Time // of a Result
	answered   bool      // a call of the create has succeeded
	told       []string
	signalled  []string
	waits      bool // for signals
}

func newTurn(ctx context.Context, call Call, t *Type, r *Request) *Turn {
	n := &Turn{Request: *r, ID: r.PhysicalID, ctx: ctx, call: call, attributes: maps.Clone(r.Attributes)}
	if r.Action == Create {
		n.Previous, n.PreviousTags = nil, nil // all is new, also where another incarnation was before
	}
	if n.attributes == nil {
		n.attributes = map[string]*document.Value{}
	}
	n.Name, _ = t.Naming.name(r)
	n.progress = readProgress(r.Progress)
	n.Known, n.Memo = n.progress.Known, n.progress.Memo
	return n
}

// Tell has an event of the resource have a text as its reason.
func (t *Turn) Tell(format string, args ...any) {
	t.told = append(t.told, fmt.Sprintf(format, args...))
}

// Call calls an operation. The answer goes to out unless that is nil. A call that is throttled is made again at once a few times, or
// steps of many calls would hardly end where a share of all calls is throttled; the step is what waits.
func (t *Turn) Call(op apiclient.Operation, in, out any) error {
	ctx := apiclient.ExpectingEach(t.ctx, func(code string) bool { return slices.Contains(t.progress.Said, code) })
	err := t.call(ctx, op, in, out)
	for range throttledAtOnce {
		if !isThrottled(err) {
			break
		}
		t.said(err)
		err = t.call(ctx, op, in, out)
	}
	t.answered = t.answered || err == nil
	return err
}

// said has the log not warn again of a refusal after which a call is made again.
func (t *Turn) said(err error) {
	e, is := errors.AsType[*apiclient.Error](err)
	if is && !slices.Contains(t.progress.Said, e.Code) {
		t.progress.Said = append(t.progress.Said, e.Code)
	}
}

// Fill writes the properties into an input; see [input.Fill].
func (t *Turn) Fill(in any, exceptions ...input.Exception) error {
	if err := input.Fill(t.Properties, in, exceptions...); err != nil {
		return invalid(err)
	}
	if t.Action == Update {
		input.Clear(t.Previous, t.Properties, in, exceptions...)
	}
	return nil
}

// FillFrom writes one property into a part of an input, if the resource has it.
func (t *Turn) FillFrom(property string, in any, exceptions ...input.Exception) error {
	of := t.Properties.Get(property)
	if of == nil {
		return nil
	}
	if err := input.Fill(of, in, exceptions...); err != nil {
		return invalid(err)
	}
	return nil
}

// invalid is of properties that do not fit into a request.
func invalid(err error) error {
	var problem *input.Problem
	if errors.As(err, &problem) {
		return Failed(InvalidRequest, "Model validation failed: %s", err)
	}
	return err
}

// Looks reports whether Find is only to tell what is there before the create, without tags.
func (t *Turn) Looks() bool { return t.Action == Create && t.progress.Phase == begun }

// First is the first of what an answer has to have at least one of.
func First[T any](list []T) (*T, error) {
	if len(list) == 0 {
		return nil, errEmpty
	}
	return &list[0], nil
}

// errEmpty is an answer of success that lacks what it is to have, as an upstream may give one.
var errEmpty = errors.New("the answer has not what was asked for")

// Text is a property's text, empty if there is none.
func (t *Turn) Text(property string) string { return t.Properties.TextOf(property) }

// Document is a property as text, also if a template has it as an object: a policy.
func (t *Turn) Document(property string) string {
	v := t.Properties.Get(property)
	if v == nil || v.Scalar() {
		return t.Text(property)
	}
	return v.TypedJSON()
}

// Texts are the texts of a property that is a list.
func (t *Turn) Texts(property string) []string { return textsOf(t.Properties, property) }

// Items are the items of a property that is a list.
func (t *Turn) Items(property string) []*document.Value { return itemsOf(t.Properties, property) }

// PreviousText is of the properties before an update: empty in a create.
func (t *Turn) PreviousText(property string) string { return t.Previous.TextOf(property) }

// PreviousTexts are as PreviousText.
func (t *Turn) PreviousTexts(property string) []string { return textsOf(t.Previous, property) }

// PreviousItems are as PreviousText.
func (t *Turn) PreviousItems(property string) []*document.Value { return itemsOf(t.Previous, property) }

func textsOf(properties *document.Value, property string) []string {
	v := properties.Get(property)
	if v == nil {
		return nil
	}
	texts, _ := v.Texts()
	return texts
}

func itemsOf(properties *document.Value, property string) []*document.Value {
	if v := properties.Get(property); v != nil {
		return v.Items
	}
	return nil
}

// Changed reports whether a property is another one than before the update.
func (t *Turn) Changed(properties ...string) bool {
	for _, p := range properties {
		if !t.Properties.Get(p).Equal(t.Previous.Get(p)) {
			return true
		}
	}
	return false
}

// Token is a client token, the same for all tries of one incarnation's create.
func (t *Turn) Token() *string {
	sum := sha256.Sum256([]byte(t.StackID + " " + t.LogicalID + " " + t.Incarnation))
	token := hex.EncodeToString(sum[:16])
	return &token
}

// Set sets an attribute of Fn::GetAtt, if there is a value.
func (t *Turn) Set(attribute string, value *string) {
	if value != nil {
		t.attributes[attribute] = document.NewText(*value)
	}
}

// SetList sets an attribute that is a list.
func (t *Turn) SetList(attribute string, values []string) {
	t.attributes[attribute] = document.NewList(values...)
}

// Attribute is the text of an attribute that was set before.
func (t *Turn) Attribute(name string) string {
	if v := t.attributes[name]; v != nil {
		return v.Text
	}
	return ""
}
