package servicescaling

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// pollEach is how often an activity is looked at that is under way: what was there after 3 s was found after 32 (AAS0020.4).
const pollEach = 30 * time.Second

// poll is when an activity of which nothing is missing any more is found to be over.
type poll struct {
	activity string // its id
	at       time.Time
}

// goOn carries out an activity, or ends it if what it wanted is there.
func (c *Controller) goOn(ctx context.Context, key string, a *applicationautoscaling.Activity) (wakeAt time.Time, err error) {
	service := serviceOf(c.Store.Read(), a.Of)
	switch {
	case service == nil: // AWS's words are not known
		return time.Time{}, c.end(key, a, failed, message("Failed to set desired count to %d. The service is gone.", a.Change.To))
	case a.Status == pending:
		return time.Time{}, c.carryOut(ctx, key, a, service)
	}
	counts := state.FindServiceSummary(c.Store.Read(), service.ARN)
	overruled := int32(service.DesiredCount) != a.Change.To
	over, wakeAt := c.polled(key, a, overruled || running(counts) == a.Change.To)
	switch {
	case !over:
		return wakeAt, nil
	case overruled:
		return time.Time{}, c.end(key, a, overridden, laterChanged(a.Change.To, int32(service.DesiredCount)))
	}
	return time.Time{}, c.end(key, a, successful, fulfilled(a.Change.To))
}

// polled reports whether a poll finds an activity to be over, which it has been since before, and else when one will. As
// long as something is missing there is no poll: it would find nothing, and the clock would stop for it.
func (c *Controller) polled(key string, a *applicationautoscaling.Activity, isOver bool) (over bool, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now, next := c.Clock.Now(), c.polls[key]
	switch {
	case !isOver:
		delete(c.polls, key)
		return false, time.Time{}
	case next.activity != a.ID:
		next = poll{a.ID, a.StartedAt.Add(now.Sub(a.StartedAt).Truncate(pollEach) + pollEach)}
		c.polls[key] = next
	}
	if now.Before(next.at) {
		return false, next.at
	}
	return true, time.Time{}
}

// forgetPoll forgets when an activity would be found to be over: none of the target is under way.
func (c *Controller) forgetPoll(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.polls, key)
}

// serviceOf is the service that a resource is, or nil if there is none any more.
func serviceOf(tx *store.Tx, r applicationautoscaling.Resource) *state.Service {
	if s := state.FindService(tx, r.Service()); s != nil && s.Status() == state.ServiceActive {
		return s
	}
	return nil
}

var updateService = apiclient.ECS("UpdateService", "AccessDeniedException", "ClientException", "ClusterNotFoundException", "InvalidParameterException",
	"NamespaceNotFoundException", "PlatformTaskDefinitionIncompatibilityException", "PlatformUnknownException", "ServiceNotActiveException",
	"ServiceNotFoundException", "UnsupportedFeatureException")

// sessionName is the session name of the linked role when it scales. Source: field reports of CloudTrail.
const sessionName = "AutoScaling-UpdateDesiredCapacity"

// carryOut sets the desired count of a service. A service that has the count already got it before a crash; of one that
// has another count than when it was decided another caller has changed it since.
func (c *Controller) carryOut(ctx context.Context, key string, a *applicationautoscaling.Activity, service *state.Service) error {
	switch int32(service.DesiredCount) {
	case a.Change.To:
	case a.Change.From:
		refusal, err := c.updateService(ctx, a)
		if err != nil {
			return err
		}
		if refusal != "" {
			return c.end(key, a, failed, message("Failed to set desired count to %d. Reason: %s", a.Change.To, refusal))
		}
	default:
		return c.end(key, a, overridden, laterChanged(a.Change.To, int32(service.DesiredCount)))
	}
	return c.update(key, func(tx *store.Tx) {
		begun := *a
		begun.Status, begun.Message = inProgress, waiting(a.Change.To)
		applicationautoscaling.PutActivity(tx, &begun)
	})
}

// updateService calls ECS as the linked role. An error is one after which it is worth to try again.
func (c *Controller) updateService(ctx context.Context, a *applicationautoscaling.Activity) (refusal string, err error) {
	scope := a.Of.Scope
	as, err := c.Role(scope, linkedRole(scope), sessionName)
	if err != nil {
		return "", err
	}
	cluster, name := a.Of.ClusterAndName()
	err = c.Client.Do(ctx, as, updateService, &ecs.UpdateServiceInput{Cluster: &cluster, Service: &name, DesiredCount: &a.Change.To}, nil)
	var refused *apiclient.Error
	if errors.As(err, &refused) && refused.Status < http.StatusInternalServerError && refused.Code != "ThrottlingException" {
		return refused.Message, nil
	}
	return "", err
}

// end writes how an activity has ended, unless it has changed meanwhile.
func (c *Controller) end(key string, a *applicationautoscaling.Activity, status types.ScalingActivityStatusCode, text *string) error {
	return c.update(key, func(tx *store.Tx) {
		if applicationautoscaling.LastChange(tx, key) == a {
			end(tx, a, status, text, c.Clock.Now())
		}
	})
}
