package codedeploy

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy/appspec"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// deployments have keys in the order of their creation within a scope, which lists have.
var deployments = store.NewTable("codedeploy-deployment", (*Deployment).Key)

var (
	deploymentsByID      = deployments.Index(func(d *Deployment) string { return d.ID })
	deploymentsByGroup   = deployments.Index(func(d *Deployment) string { return d.GroupID })
	deploymentsByService = deployments.Index(func(d *Deployment) string { return d.ServiceARN })
)

// Deployment is what was asked of a deployment. What becomes of it is its [Run]. Handlers write it; the controller makes one
// to roll back.
type Deployment struct {
	ID                 string
	Scope              arn.Scope
	Application, Group string // names
	GroupID            string
	Creator            types.DeploymentCreator
	CreatedAt          time.Time
	Description        string

	Location types.RevisionLocation
	Previous *types.RevisionLocation // of the last deployment to the group that succeeded
	Spec     *appspec.Spec           // nil if Location was not readable when it was created: Invalid says why
	Invalid  string                  // the message of INVALID_REVISION

	// What follows is as it was when the deployment was created, with what the request had in place of it: later changes of
	// the group do not matter.

	Settings   types.DeploymentGroupInfo
	Alarms     *types.AlarmConfiguration // in place of the group's
	ServiceARN string
	Traffic    types.TrafficRoutingConfig

	Stop      *Stop
	Continued map[types.DeploymentWaitType]time.Time
	Answers   map[string]Answer // of functions, by execution id: the first one counts
	// RollbackOf is the id of the deployment that this one takes back; "" for those that users create.
	RollbackOf string
}

// Stop is that a user stopped the deployment.
type Stop struct {
	At time.Time
	// Rollback is whether the original task set gets the traffic back: by the request, else by the group's
	// DEPLOYMENT_STOP_ON_REQUEST.
	Rollback bool
}

// Answer is what PutLifecycleEventHookExecutionStatus said.
type Answer struct {
	Status types.LifecycleEventStatus // Succeeded or Failed
	At     time.Time
}

// Alarmed are the alarms that stop the deployment: the request's, else the group's. One that takes another one back heeds
// none. Nil: there are none.
func (d *Deployment) Alarmed() *types.AlarmConfiguration {
	c := cmp.Or(d.Alarms, d.Settings.AlarmConfiguration)
	if c == nil || !c.Enabled || d.RollbackOf != "" {
		return nil
	}
	return c
}

// Key places a deployment in lists: by when it was created, the oldest first.
func (d *Deployment) Key() string {
	return prefix(d.Scope) + d.CreatedAt.UTC().Format("20060102T150405.000000000") + " " + d.ID
}

// Clone is a copy of which the maps can be changed.
func (d *Deployment) Clone() *Deployment {
	c := *d
	c.Continued, c.Answers = maps.Clone(d.Continued), maps.Clone(d.Answers)
	if c.Continued == nil {
		c.Continued = map[types.DeploymentWaitType]time.Time{}
	}
	if c.Answers == nil {
		c.Answers = map[string]Answer{}
	}
	return &c
}

// FindDeployment returns a deployment by its id, or nil.
func FindDeployment(tx *store.Tx, id string) *Deployment {
	for _, d := range deploymentsByID.List(tx, id) {
		return d
	}
	return nil
}

// Deployments are all of a scope, the oldest first.
func Deployments(tx *store.Tx, s arn.Scope) []*Deployment { return deployments.List(tx, prefix(s)) }

// DeploymentsOf are all to a group, by its id, the oldest first.
func DeploymentsOf(tx *store.Tx, groupID string) []*Deployment {
	return deploymentsByGroup.List(tx, groupID)
}

// LastOf returns the newest deployment to a service of Amazon ECS that was created at a time or later, a rollback included, or nil:
// deployments outlive a service, and another one may have its name.
func LastOf(tx *store.Tx, serviceARN string, since time.Time) *Deployment {
	all := deploymentsByService.List(tx, serviceARN)
	if len(all) == 0 || all[len(all)-1].CreatedAt.Before(since) {
		return nil
	}
	return all[len(all)-1]
}

func PutDeployment(tx *store.Tx, d *Deployment) { deployments.Put(tx, d) }

// OnDeployments wakes a watch with the id of each deployment that is new, has changed or is gone.
func OnDeployments() store.Source {
	return store.On(deployments, func(before, after *Deployment) []string {
		if after == nil {
			return []string{before.ID}
		}
		return []string{after.ID}
	})
}

// Active returns the deployment to a group or to a service that has not ended, or nil (CD0009). They are two questions: a group may
// get another service, and a service another group, while a deployment is under way.
func Active(tx *store.Tx, groupID, serviceARN string) *Deployment {
	return cmp.Or(active(tx, DeploymentsOf(tx, groupID)), active(tx, deploymentsByService.List(tx, serviceARN)))
}

// active finds the one of several that has not ended. None was there when a user created another one, so what is older than that
// has ended with it.
func active(tx *store.Tx, oldestFirst []*Deployment) *Deployment {
	for _, d := range slices.Backward(oldestFirst) {
		r := FindRun(tx, d.ID)
		if r == nil || !r.Ended() {
			return d
		}
		if d.RollbackOf == "" {
			return nil
		}
	}
	return nil
}

// NewDeploymentID makes the id of a deployment (CD0008).
func NewDeploymentID() string {
	const signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	id := []byte("d-.........")
	for i := 2; i < len(id); i++ {
		id[i] = signs[rand.IntN(len(signs))]
	}
	return string(id)
}
