// Package stacks is CloudFormation in the emulator: its module, and what stacks ask of other services. stacktypes has the types
// that a template may name, and deploy what the Go library and --init do with stacks.
package stacks

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	api "github.com/ecs-emulator/ecs-emulator/handlers/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/app"
	"github.com/ecs-emulator/ecs-emulator/internal/app/controllers"
	"github.com/ecs-emulator/ecs-emulator/internal/app/stacks/stacktypes"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/caller"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/controller"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/schema"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Stacks are CloudFormation. A stack makes its resources by calls of the emulator's own endpoint, so what other modules check,
// allow and announce holds for them.
type Stacks struct {
	*app.Core
	// Endpoint is the emulator's, as clients reach it: URLs of wait conditions lead there.
	Endpoint string
	// Way refuses topics of stacks to which there is no way.
	Way   func(topicARN string) error
	S3Dir string // whose folders are buckets; empty for none
	// IgnoreTypes are types whose resources are left out of stacks.
	IgnoreTypes []string

	caller *caller.Caller
	once   sync.Once // for what the log says once
}

// cloudFormation is the service as roles trust it.
const cloudFormation = "cloudformation.amazonaws.com"

// Module lists what it brings.
func (s *Stacks) Module() app.Module {
	return app.Module{
		Name: "stacks",
		Rows: []string{
			"cloudformation-resource", "cloudformation-operation", "cloudformation-request", "cloudformation-signal", "cloudformation-export", "cloudformation-import",
		},
		Forgets: []app.Forgetting{{
			Tables: []string{"cloudformation-stack", "cloudformation-event", "cloudformation-changeset"},
			Do: func(tx *store.Tx, now time.Time) {
				cloudformation.ForgetStacks(tx, now.Add(-cloudformation.KeepDeleted))
				cloudformation.ForgetEvents(tx, now.Add(-cloudformation.KeepDeleted))
			},
		}},
		Offer: s.offer, Begin: s.begin,
		Announcements: []app.Announcement{{
			About: func(change any) (app.About, bool) {
				c, ok := change.(*cloudformation.StatusChange)
				if !ok {
					return app.About{}, false
				}
				return app.About{Resource: c.StackID, Source: api.EventSource, DetailType: api.StatusDetailType(c)}, true
			},
			JSON: func(_ *store.Tx, e outbox.Event) []byte {
				return api.StatusEvent(e.Value.Value().(*cloudformation.StatusChange), e.At)
			},
		}},
	}
}

func (s *Stacks) offer() app.Offer {
	s.caller = &caller.Caller{Client: s.Client, Role: s.Credentials.Role, Forward: s.Credentials.Forward}
	if s.StrictRoles {
		s.caller.Assumes = s.Credentials.AssumedBy
	}
	service := api.New(api.Options{
		Store: s.Store, Now: s.Clock.Now, Types: s.types(), Environment: s.environment, Assumable: s.assumable,
		Principal: awsapi.Call.Remember, Way: s.Way, Told: s.notify, ChangeSetCreation: s.Delays.Stacks.ChangeSet, Objects: s.objects(),
	})
	return app.Offer{APIs: []app.API{service}, Routes: control.WaitConditionRoutes(service.Signal)}
}

func (s *Stacks) types() stacktypes.Types { return stacktypes.Types{Ignore: s.IgnoreTypes} }

// assumable is whether CloudFormation can assume a role (CFN-20).
func (s *Stacks) assumable(ctx context.Context, role string) bool {
	return s.caller.Assumes == nil || s.caller.Assumes(cloudFormation, cloudformation.StackPrefix(awsapi.CallScope(ctx)), role)
}

// environment is where a stack is.
func (s *Stacks) environment(ctx context.Context, who api.Actor) template.Environment {
	return s.caller.Environment(ctx, caller.Actor{Scope: who.Scope, RoleARN: who.RoleARN, Principal: who.Principal}, caller.Known{
		HasAttribute: s.types().HasAttribute,
		Export: func(name string) (value string, found bool) {
			if e := cloudformation.FindExport(s.Store.Read(), who.Scope, name); e != nil {
				return e.Value, true
			}
			return "", false
		},
	})
}

func (s *Stacks) begin(app.Work) app.Work {
	return app.Work{Loops: []controllers.Loop{controllers.Patient("stacks", controller.New(controller.Options{
		Store: s.Store, Clock: s.Clock, Log: s.Log, Types: s.types(), Step: s.step, Told: s.told,
		InAlarm: inAlarm, Alarms: onAlarms, Pause: s.pause,
	}))}}
}

// told notifies the topics of a stack, and has the log tell what has failed, and what has become of stacks.
func (s *Stacks) told(tx *store.Tx, stack *cloudformation.Stack, events []*cloudformation.Event) {
	s.notify(tx, stack, events)
	for _, e := range events {
		switch {
		case strings.HasSuffix(e.Status, "_FAILED"):
			s.Log.Warn("a stack has failed, or a resource of it", "stack", stack.Name, "resource", e.LogicalID, "status", e.Status, "reason", e.Reason)
		case e.Type == cloudformation.TypeStack && !cloudformation.StackStatus(e.Status).InProgress():
			s.Log.Info("the operation on a stack has ended", "stack", stack.Name, "status", e.Status)
		}
	}
}

// step takes a step of a resource as the principal of its stack. Properties are as the type has them, and are checked before the
// first call (CFN-114).
func (s *Stacks) step(ctx context.Context, stack *cloudformation.Stack, r handler.Request) handler.Result {
	if known := s.types(); known.LeavesOut(r) {
		return known.LeaveOut(r, s.Log)
	}
	own := types.Find(r.Type)
	if own == nil { // its build had the type, and this one has not
		return handler.Result{Failure: &handler.Failure{Code: handler.InvalidRequest, Message: "ecs-emulator does not implement " + r.Type}}
	}
	if known, found := schema.Find(r.Type); found {
		r.Properties, r.Previous = known.Convert(r.Properties), known.Convert(r.Previous)
		if problems := known.Check(r.Properties); r.Action != handler.Delete && len(problems) > 0 {
			return handler.Result{Failure: &handler.Failure{Message: schema.Message(r.LogicalID, problems)}}
		}
	}
	actor := caller.Actor{Scope: stack.Scope, StackID: stack.ID, RoleARN: stack.RoleARN, Principal: stack.Principal}
	resolve := s.caller.Resolve
	if r.Action == handler.Delete {
		resolve = s.caller.ResolveForDelete
	}
	resolved, err := resolve(ctx, actor, r.Properties)
	switch {
	case err == nil:
		r.Properties = resolved
	case r.Action != handler.Delete: // which may do without
		return handler.Result{Failure: handler.FailureOf(err)}
	}
	if r.Action == handler.Update { // or each property with a reference would differ
		if resolved, err = s.caller.Resolve(ctx, actor, r.Previous); err == nil {
			r.Previous = resolved
		}
	}
	r.Endpoint, r.Ready = s.Endpoint, func(instanceID string) bool { return s.ready(stack.Scope, instanceID) }
	result := own.Run(ctx, s.caller.Call(actor), r)
	s.tellReady(stack.Name, r.LogicalID, result.Signalled)
	return s.slow(r, result)
}
