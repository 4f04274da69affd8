// Package target calls the targets of rules and schedules:
//
//	err := targets.Way(arn)              // at PutTargets: is there a way to this target?
//	outcome := targets.Send(ctx, delivery) // one attempt
//
// What stands for an ARN, by --event-target, --hook or a function of Go, comes first. Else the emulator's own client
// makes the call that AWS makes, so a service that is not here is that of the upstream.
package target

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/targetinput"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/lambda"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// Targets are what rules and schedules may call. All fields but Assumes, MayLog and Has are required.
type Targets struct {
	Client    *apiclient.Client
	Functions *lambda.Functions
	// Role is a role that acts in an account and region, in a session of a name.
	Role func(scope arn.Scope, role, session string) (apiclient.Principal, error)
	// Assumes reports whether a service can assume a role to act for a rule or schedule. Nil: it can assume any.
	Assumes func(service, forARN, role string) bool
	// MayLog asks whether a service may do something to a log group or stream, by its ARN, for a rule. Nil: each may.
	MayLog func(ctx context.Context, service, forARN, action, resource string) error
	// Route has the rules of a bus get an event that other buses have passed on. Without the bus nothing happens.
	Route func(scope arn.Scope, bus, event string, passed delivery.Passed) error
	// Has reports whether a service, by its name in signatures, is here or at an upstream. Nil: each is.
	Has func(service string) bool
	// Now is the time by the emulator's clock.
	Now func() time.Time

	queues sync.Map // URLs of queues by their ARNs
}

// Way refuses an ARN to which there is no way. The error names what there could be.
func (t *Targets) Way(target string) error {
	if t.Functions.Has(target) {
		return nil
	}
	k, err := kindOf(target)
	switch {
	case err != nil:
		return fmt.Errorf("%w; have a URL stand for it with --event-target %s=URL", err, target)
	case k.service == "lambda":
		if !t.Functions.HasLambda() {
			return fmt.Errorf("ecs-emulator has no Lambda: start it with --event-target %s=URL, --lambda-endpoint or --upstream", target)
		}
	case t.Has != nil && !t.Has(k.service):
		return fmt.Errorf("ecs-emulator has no %s: start it with --event-target %s=URL or --upstream", k.title, target)
	}
	return nil
}

// Send makes one attempt to deliver, which ends with ctx. It may be repeated after a crash: RunTask then starts nothing more.
func (t *Targets) Send(ctx context.Context, d *delivery.Delivery) delivery.Outcome {
	if d.Invalid {
		return final(codeInvalidJSON, "Invalid input for target.") // source: recorded answers
	}
	body := d.Body
	if d.FromSchedule {
		body = targetinput.Attempt(body, d.Attempts+1)
	}
	if t.Functions.Has(d.TargetARN) {
		return t.post(ctx, d.TargetARN, body)
	}
	k, err := kindOf(d.TargetARN)
	if err == nil {
		err = t.Way(d.TargetARN)
	}
	if err != nil { // it was there when the target was put
		return retry(codeNoClient, err.Error())
	}
	as, refused := t.principal(d, k)
	if refused != nil {
		return *refused
	}
	return k.send(t, ctx, as, d, body)
}

// post gives an input to what stands for the target.
func (t *Targets) post(ctx context.Context, target, body string) delivery.Outcome {
	err := t.Functions.Deliver(ctx, target, []byte(body))
	var status *lambda.StatusError
	if !errors.As(err, &status) {
		return failed(err, "")
	}
	if status.Code == http.StatusConflict || status.Code == http.StatusTooManyRequests || status.Code >= http.StatusInternalServerError {
		return retry(codeClient, err.Error())
	}
	return final(codeClient, err.Error())
}

// ofRules is the service that acts for rules.
const ofRules = "events.amazonaws.com"

// principal is who calls the target: its role, or the account.
func (t *Targets) principal(d *delivery.Delivery, k kind) (apiclient.Principal, *delivery.Outcome) {
	region := arn.ScopeOf(d.TargetARN).Region
	if region == "" { // of a universal target
		region = d.Scope.Region
	}
	if d.RoleARN == "" {
		return apiclient.Root(d.Scope).In(region), nil
	}
	service, source := ofRules, d.Source
	if d.FromSchedule {
		service, source = "scheduler.amazonaws.com", groupOf(d.Source)
	}
	if t.Assumes != nil && !t.Assumes(service, source, d.RoleARN) {
		refused := final(codeNotAssumed, notAssumed(service, d.RoleARN)) // (EVB0022)
		if k.service == "events" && !d.FromSchedule {
			refused = final(codeNoPermissions, "Lack of permissions to invoke cross account target.") // also in one account
		}
		return apiclient.Principal{}, &refused
	}
	as, err := t.Role(d.Scope, d.RoleARN, sessionName(d.ID))
	if err != nil {
		refused := retry(codeInternal, err.Error())
		return apiclient.Principal{}, &refused
	}
	return as.In(region), nil
}

// groupOf is the ARN of a schedule's group, which conditions on aws:SourceArn see.
// Source: EventBridge Scheduler user guide, confused deputy prevention.
func groupOf(schedule string) string {
	prefix, rest, _ := strings.Cut(schedule, ":schedule/")
	group, _, _ := strings.Cut(rest, "/")
	return prefix + ":schedule-group/" + group
}
