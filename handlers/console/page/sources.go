package page

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// Sources are functions by which pages ask for what is in no row, and call operations. The module of the console fills
// them in. One that may be nil says so.
type Sources struct {
	Store *store.Store
	Clock Clock
	// Call calls an operation of a service, by its name in signatures, as the root of an account, as a client would. in
	// and out are pointers to the types of internal/base/sdk; out may be nil. A refusal is a *Refusal.
	Call func(ctx context.Context, scope arn.Scope, service, operation string, in, out any) error
	// Overview are the sources of an overview, for [overview.Read]; a page may narrow them.
	Overview func() overview.Options
	// Ports are the ports of this machine's loopback address that lead to a task. They are opened, so a page asks for one task.
	Ports func(taskARN string) []overview.Port
	// InstanceIP is the address of a task's container instance, if the task has its network from there.
	InstanceIP func(taskARN string) string
	// Logs passes on the output of a task's container, which may have stopped.
	Logs func(ctx context.Context, taskARN, container string, o backend.LogOptions) error
	// Event is the body of an event as EventBridge gets it.
	Event func(tx *store.Tx, e outbox.Event) []byte
	// Scaling tells what scales services, and what holds it.
	Scaling func() applicationautoscaling.Report
	// Why says why a task, a service, a container instance or a stack, by its ARN, is not as wanted. Nil: it is not known.
	Why func(tx *store.Tx, now time.Time, of string) []why.Answer
}

// Clock is the emulator's clock.
type Clock interface {
	Now() time.Time
	Speed() float64
	SetSpeed(speed float64) error
	Advance(ctx context.Context, d time.Duration) error
}
