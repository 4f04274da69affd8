// Package handlertest takes the steps of handlers as the controller of stacks does, and loses answers on the way.
package handlertest

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/signal"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
)

// Driver runs actions by a clock of its own.
type Driver struct {
	Call handler.Call
	Now  time.Time
	// Wait waits for what goes on elsewhere, as long as a Result says. Nil: there is nothing to wait for.
	Wait func(time.Duration)
	// Lose is the action and operation, "Create CreateCluster", whose first answer is lost after it took effect. Empty: none.
	Lose string
	// Crash has the whole step be lost with that answer, as when the process ends; else the call fails.
	Crash bool
	// Ready is as a Request's. Nil: no instance is.
	Ready func(instanceID string) bool
	// Calls are all that were made, as Lose names them.
	Calls []string
	// Told are the reasons of all events on the way.
	Told []string

	lost bool
}

// Run is how a step of a type's handler is taken.
type Run func(context.Context, handler.Call, handler.Request) handler.Result

type crash struct{}

// Do takes the steps of an action until it is done or has failed.
func (d *Driver) Do(t testing.TB, run Run, r handler.Request) handler.Result {
	t.Helper()
	if d.Now.IsZero() {
		d.Now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	r.Began, r.Ready = d.Now, d.Ready
	for range 20000 {
		r.Now = d.Now
		result, crashed := d.step(t, run, r)
		if r.Repeated = crashed; crashed {
			continue
		}
		d.Told = append(d.Told, result.Told...)
		for _, id := range result.Signalled {
			d.Told = append(d.Told, "Received SUCCESS signal with UniqueId "+id)
			r.Signals = append(r.Signals, signal.Signal{UniqueID: id, At: d.Now})
		}
		if result.Again == 0 {
			return result
		}
		r.PhysicalID, r.Attributes, r.Progress = result.PhysicalID, maps.Clone(result.Attributes), result.Progress
		if d.Wait != nil && result.Again > handler.AtOnce {
			d.Wait(result.Again)
		}
		d.Now = d.Now.Add(result.Again)
		if !result.Deadline.IsZero() && d.Now.After(result.Deadline) {
			d.Now = result.Deadline
		}
	}
	t.Fatalf("%s of %s does not end: %s", r.Action, r.LogicalID, r.Progress)
	return handler.Result{}
}

func (d *Driver) step(t testing.TB, run Run, r handler.Request) (result handler.Result, crashed bool) {
	defer func() {
		if value := recover(); value != nil {
			if _, crashed = value.(crash); !crashed {
				panic(value)
			}
		}
	}()
	return run(t.Context(), func(ctx context.Context, op apiclient.Operation, in, out any) error {
		return d.call(ctx, r.Action, op, in, out)
	}, r), false
}

func (d *Driver) call(ctx context.Context, action handler.Action, op apiclient.Operation, in, out any) error {
	err := d.Call(ctx, op, in, out)
	name := string(action) + " " + op.Name
	d.Calls = append(d.Calls, name)
	if d.lost || name != d.Lose {
		return err
	}
	d.lost = true
	if d.Crash {
		panic(crash{})
	}
	return errors.New("the answer is lost")
}
