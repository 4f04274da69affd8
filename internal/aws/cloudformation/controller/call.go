package controller

import (
	"cmp"
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/operation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/signal"
)

const (
	// mostCalls is how many calls are under way at once.
	mostCalls = 64
	// deadline is for how long a call may take, in real time.
	deadline = 30 * time.Second
	// mostHangs is how many calls in a row may take longer before the resource fails.
	mostHangs = 5
	// afterHang is how long the next one waits, by the emulator's clock.
	afterHang = time.Second
)

// call is a step of a handler that waits for its turn or is under way.
type call struct {
	incarnation string
	stack       *cloudformation.Stack
	request     handler.Request
	ctx         context.Context
	cancel      context.CancelFunc
	began       time.Time // in real time: when it began to wait, and then its turn
	over        chan struct{}
}

func (c *Controller) newCall(s *cloudformation.Stack, of operation.Call, now time.Time) *call {
	made := &call{incarnation: of.Incarnation, stack: s, over: make(chan struct{}), request: handler.Request{
		Action: handler.Action(of.Action), Type: of.Type, LogicalID: of.LogicalID, StackName: s.Name, StackID: s.ID, Scope: s.Scope,
		Incarnation: of.Incarnation, PhysicalID: of.PhysicalID, Properties: of.Properties, Previous: cmp.Or(of.Previous, of.Properties),
		Metadata: of.Metadata, CreationPolicy: of.CreationPolicy, UpdatePolicy: of.UpdatePolicy,
		Attributes: of.Attributes, Tags: tags(of.Tags), PreviousTags: tags(of.PreviousTags), Began: of.Step.Began, Now: now,
		Progress: of.Step.Progress, CreateProgress: of.CreateProgress, Restores: of.Restores,
		Repeated: of.Repeated || c.calls.hung(of.Incarnation) > 0,
	}}
	made.request.Signals, made.request.Sent = c.signals(s.ID, of.Sources)
	made.ctx, made.cancel = context.WithCancel(c.ctx)
	return made
}

// signals are those that a resource has got, and those that the handles have which it uses.
func (c *Controller) signals(stackID string, sources []cloudformation.Source) (own, sent []signal.Signal) {
	tx := c.Store.Read()
	for i, each := range sources {
		var list []signal.Signal
		for _, s := range cloudformation.HeardSignals(tx, stackID, each) {
			list = append(list, signal.Signal{UniqueID: s.UniqueID, Failed: s.Failed, Data: s.Data, Reason: s.Reason, At: s.At})
		}
		if i == 0 {
			own = list
		} else {
			sent = append(sent, list...)
		}
	}
	return own, sent
}

func tags(list []cloudformation.Tag) []handler.Tag {
	made := make([]handler.Tag, len(list))
	for i, tag := range list {
		made[i] = handler.Tag(tag)
	}
	return made
}

// begin makes a call, and does not wait for it.
func (c *Controller) begin(id string, w *work, made *call) {
	c.mu.Lock()
	w.flying[made.incarnation] = made
	c.mu.Unlock()
	c.calls.add(made)
	c.running.Go(func() {
		defer made.cancel()
		if c.calls.turn(made) {
			r, sure := c.make(made)
			c.calls.free()
			if sure {
				c.mu.Lock()
				if w.flying[made.incarnation] == made {
					w.results = append(w.results, result{made, r})
				}
				c.mu.Unlock()
			}
		}
		c.loop.Wake(id) // before Idle sees that the call is over
		c.calls.end(made)
	})
}

// make calls a handler, in its time. It is not sure what has become of the call if the emulator ends, or if it is of no use any more.
func (c *Controller) make(made *call) (r operation.Result, sure bool) {
	hung := c.calls.hung(made.incarnation)
	ctx, cancel := context.WithTimeout(made.ctx, deadline)
	defer cancel()
	got := c.Step(ctx, made.stack, made.request)
	switch {
	case made.ctx.Err() != nil:
		return r, false
	case ctx.Err() == nil || got.Failure == nil && got.Again == 0:
		c.calls.answered(made.incarnation)
		return c.result(got), true
	case hung+1 >= mostHangs:
		c.calls.answered(made.incarnation)
		return operation.Result{Progress: got.Progress, Failure: &operation.Failure{
			Code: string(handler.NotStabilized), Message: `Resource handler returned message: "Exceeded attempts to wait"`,
		}}, true
	default: // it is made again with the same request, as after a crash
		c.calls.hangs(made.incarnation)
		c.Log.Warn("a call for a resource hangs; retrying", "stack", made.stack.Name, "resource", made.request.LogicalID)
		return operation.Result{Progress: made.request.Progress, Due: c.Clock.Now().Add(afterHang)}, true
	}
}

func (c *Controller) result(got handler.Result) operation.Result {
	r := operation.Result{
		PhysicalID: got.PhysicalID, Attributes: got.Attributes, Progress: got.Progress, Configured: got.Configured, Told: got.Told,
		Signals: got.Signalled,
	}
	switch {
	case got.Failure != nil:
		r.Failure = &operation.Failure{Code: string(got.Failure.Code), Message: got.Failure.Message}
	case got.Again == handler.AtOnce:
		r.Due = c.Clock.Now()
	case got.Again != 0:
		r.Due = c.Clock.Now().Add(got.Again)
		if !got.Deadline.IsZero() && got.Deadline.Before(r.Due) {
			r.Due = got.Deadline
		}
	}
	return r
}
